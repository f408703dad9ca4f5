using LossGen.Generator.Model;

namespace LossGen.Generator.Emit;

/// <summary>Prints a loss as C#.</summary>
internal static class LossEmitter
{
    public static string Emit(LossModel model) => StubEmitter.Emit(model);
}
