namespace LossGen.Benchmarks.Generation;

internal static class GeneratorTiming
{
    public static void Run() { }
}
