using LossGen.Generator.Graph;
using LossGen.Generator.Model;
using LossGen.Generator.Plan;

namespace LossGen.Generator.Emit;

/// <summary>Prints what the generated code computes, in words and mathematics, at the head of the file.</summary>
internal static class HeaderEmitter
{
    public static void Emit(CodeWriter writer, LossModel model, LossPlan plan)
    {
        writer.Line("//");
        writer.Comment($"{model.Name} on {(plan.Graph.IndexTarget ? "class indices" : "dense targets")}");
        foreach ((string name, Node value) in plan.Graph.Terms)
            writer.Comment($"  {name}: {NodeText.Describe(value)}");
        writer.Comment($"  gradient: {NodeText.Describe(plan.Graph.Gradient)}");
        foreach (PassPlan pass in plan.AllPasses)
            writer.Comment($"  pass {pass.Id}, {pass.Title}: {pass.ClassSums.Length} sums a class, {pass.PixelSums.Length} others");
    }
}
