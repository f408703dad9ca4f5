using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>Prints the graph after each stage as comments: one node a line, each where it first comes up.</summary>
internal sealed class StagesEmitter
{
    private readonly CodeWriter writer;
    private readonly LossPlan plan;

    // Nodes that have been printed, and their numbers.
    private readonly Dictionary<Node, int> numbers = [];

    private StagesEmitter(CodeWriter writer, LossPlan plan)
    {
        this.writer = writer;
        this.plan = plan;
    }

    /// <summary>Prints the stages of one kind of target.</summary>
    public static void Emit(CodeWriter writer, LossPlan plan) => new StagesEmitter(writer, plan).Emit();

    private void Emit()
    {
        LossGraph graph = plan.Graph;
        writer.Line();
        writer.Comment($"The compiler's stages for {(graph.IndexTarget ? "class indices" : "dense targets")} (LossGenShowPasses). %n is a node; behind the colon are the axes over which it varies.");
        Section("Build: the value", graph.Value);
        Result("value", graph.Value);
        Section("Differentiate: what the gradient adds", graph.Gradient);
        Result("gradient", graph.Gradient);
        Section("Lower: what the kernel computes instead", [plan.Value, plan.Gradient, .. plan.AllPasses.SelectMany(pass => pass.Sums)]);
        Result("value", plan.Value);
        Result("gradient", plan.Gradient);
        writer.Line("//");
        writer.Comment("Plan: passes over the pixels, and the scalar section between them");
        foreach (StagePlan stage in plan.Stages)
        {
            foreach (PassPlan pass in plan.AllPasses.Where(pass => pass.Stage == stage.Stage - 1))
                Pass(pass);
            List<Node> nodes = [.. stage.Nodes.Concat(stage.GradientNodes).Where(node => !node.Inputs.IsEmpty)];
            if (nodes.Count > 0)
                writer.Comment($"  scalar section {stage.Stage}: {string.Join(", ", nodes.Select(Name))}");
        }

        foreach (PassPlan pass in plan.AllPasses.Where(pass => pass.Stage >= plan.Stages.Length - 1))
            Pass(pass);
    }

    private void Section(string title, params Node[] results)
    {
        List<Node> nodes = [.. Reachable.From(results).Where(node => !node.Inputs.IsEmpty && !numbers.ContainsKey(node))];
        writer.Line("//");
        writer.Comment(nodes.Count > 0 ? title : title + ": nothing");
        foreach (Node node in nodes)
        {
            numbers.Add(node, numbers.Count);
            string attribute = node.Op is Op.Sum or Op.RunningSum ? "_" + node.Attribute.Letters().Replace(",", "") : "";
            string axes = node.Axes == Axes.None ? "" : " : " + node.Axes.Letters();
            string name = plan.Graph.Builder.NameOf(node) is { } known ? $"   ({known})" : "";
            writer.Comment($"  {Name(node)} = {NodeText.Word(node.Op)}{attribute}({string.Join(", ", node.Inputs.Select(Name))}){axes}{name}");
        }
    }

    private void Result(string what, Node node) => writer.Comment($"  {what} = {Name(node)}");

    private void Pass(PassPlan pass)
    {
        writer.Comment($"  pass {pass.Id}, {pass.Title}:");
        if (!pass.Summands.IsEmpty)
            writer.Comment($"    adds up {string.Join(", ", pass.Summands.Select(summand => Name(summand.Sum)))}");
        if (!pass.RunningSums.IsEmpty)
            writer.Comment($"    stores, to be sorted, {string.Join(", ", pass.RunningSums.Select(Name))}");
        if (!pass.Maps.IsEmpty)
            writer.Comment($"    stores {string.Join(", ", pass.Maps.Select(Name))}");
        if (!pass.Steps.IsEmpty)
            writer.Comment($"    steps over the images {string.Join(", ", pass.Steps.Select(Name))}");
        if (pass.Gradient is { } gradient)
            writer.Comment($"    writes the gradient {Name(gradient)}");
        if (pass.Elements is { } elements)
            writer.Comment($"    writes the values {Name(elements)}");
    }

    private string Name(Node node) => numbers.TryGetValue(node, out int number) ? "%" + Literal.Of(number) : NodeText.Describe(node);
}
