using LossGen.Compiler.Model;
using LossGen.Compiler.Plan;

namespace LossGen.Compiler.Emit;

/// <summary>A loss as the stages before the backends leave it.</summary>
/// <param name="Model">What was declared.</param>
/// <param name="Index">The plan for class indices; null where it takes none.</param>
/// <param name="Dense">The plan for dense targets; null where it takes none.</param>
internal sealed record CompiledLoss(LossModel Model, LossPlan? Index, LossPlan? Dense)
{
    /// <summary>The graph after each stage is to stand in the generated file.</summary>
    public bool ShowsStages { get; init; }

    /// <summary>The plans that there are.</summary>
    public IEnumerable<LossPlan> Plans => new[] { Index, Dense }.OfType<LossPlan>();
}
