using LossGen.Cpu;

namespace LossGen.Metrics;

/// <summary>Labels that are of no class.</summary>
internal static class BadLabels
{
    /// <summary>Tells of the first one of a stretch.</summary>
    public static void Throw(in LabelSource source, LossShape shape, long offset, int count)
    {
        for (long at = offset; at < offset + count; at++)
        {
            if (source.IsBad(source.At(at)))
                throw source.Bad(at, shape.Pixels, "name an ignoreIndex");
        }
    }
}
