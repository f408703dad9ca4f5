using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>
/// One thing that the scalar section does: computes a node, or hands a node to a pass as a constant. Steps over the same axes
/// share a loop.
/// </summary>
/// <param name="Node">The node.</param>
/// <param name="Loop">The axes that the step runs over.</param>
/// <param name="Pass">The pass that receives the node, or null when the step computes it.</param>
/// <param name="Row">The row of the pass's constants.</param>
internal sealed record ScalarStep(Node Node, Axes Loop, PassPlan? Pass = null, int Row = 0)
{
    /// <summary>The result is complete only after the loop.</summary>
    public bool IsReduction => Pass is null && IsReductionNode(Node);

    public static bool IsReductionNode(Node node) => node.Op is Op.Sum or Op.ClassMaximum or Op.PixelMaximum;
}

/// <summary>The loops of one stage of the scalar section, in order.</summary>
internal sealed class ScalarSchedule
{
    private readonly LossPlan plan;

    public ScalarSchedule(LossPlan plan, StagePlan stage)
    {
        this.plan = plan;
        Stage = stage.Stage;
        List<PassPlan> fed = plan.AllPasses.Where(pass => pass.Stage == stage.Stage).ToList();
        bool IsForGradient(PassPlan pass) => pass.Gradient is not null || (pass.Elements is null && pass.Stage >= plan.ValueStage);
        ValueGroups = Group(stage.Nodes, fed.Where(pass => !IsForGradient(pass)));
        GradientGroups = Group(stage.GradientNodes, fed.Where(IsForGradient));
    }

    public int Stage { get; }

    public List<List<ScalarStep>> ValueGroups { get; }

    /// <summary>What only a gradient pass needs.</summary>
    public List<List<ScalarStep>> GradientGroups { get; }

    public IEnumerable<List<ScalarStep>> Groups => ValueGroups.Concat(GradientGroups);

    /// <summary>What a node reads, looking through conditions, which are printed where they are used.</summary>
    public static IEnumerable<Node> Dependencies(Node node) => node.Inputs.SelectMany(Resolve);

    private static IEnumerable<Node> Resolve(Node node) =>
        node.Operation().IsCondition && !TileSchedule.IsLeaf(node) ? Dependencies(node) : [node];

    /// <summary>What a step reads.</summary>
    public static IEnumerable<Node> Reads(ScalarStep step) => step.Pass is null ? Dependencies(step.Node) : Resolve(step.Node);

    private List<List<ScalarStep>> Group(IEnumerable<Node> nodes, IEnumerable<PassPlan> passes)
    {
        var remaining = nodes.Where(node => !TileSchedule.IsLeaf(node) && !node.Operation().IsCondition)
            .Select(node => new ScalarStep(node, ScalarStep.IsReductionNode(node) ? node[0].Axes | node.Axes : node.Axes)).ToList();
        foreach (PassPlan pass in passes)
        {
            Axes image = plan.PerImage ? Axes.Batch : Axes.None;
            remaining.AddRange(pass.ClassConstants.Select((node, k) => new ScalarStep(node, image | Axes.Class, pass, k)));
            remaining.AddRange(pass.ScalarConstants.Select((node, k) => new ScalarStep(node, image, pass, k)));
        }

        var pending = new HashSet<Node>(remaining.Where(step => step.Pass is null).Select(step => step.Node));
        var groups = new List<List<ScalarStep>>();
        while (remaining.Count > 0)
        {
            Axes axes = remaining[0].Loop;
            var group = new List<ScalarStep>();
            var open = new HashSet<Node>();
            foreach (ScalarStep step in remaining)
            {
                if (step.Loop != axes || !Reads(step).All(input => !pending.Contains(input) || open.Contains(input)))
                    continue;
                group.Add(step);
                if (step.Pass is null && (!step.IsReduction || axes == Axes.None))
                    open.Add(step.Node);
            }

            groups.Add(group);
            remaining.RemoveAll(group.Contains);
            pending.ExceptWith(group.Where(step => step.Pass is null).Select(step => step.Node));
        }

        return groups;
    }
}
