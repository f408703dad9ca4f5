using LossGen.Generator.Graph;
using LossGen.Generator.Plan;

namespace LossGen.Generator.Emit.Cpu;

/// <summary>Which results of the scalar section are kept in memory, and where.</summary>
internal sealed class SlotLayout
{
    private readonly Dictionary<Node, int> rows = [];
    private readonly int[] counts = new int[4];

    public SlotLayout(LossPlan plan)
    {
        var stageOf = new Dictionary<Node, int>();
        foreach (StagePlan stage in plan.Stages)
        {
            foreach (Node node in stage.Nodes.Concat(stage.GradientNodes))
                stageOf[node] = stage.Stage;
        }

        var constants = new HashSet<Node>(plan.AllPasses.SelectMany(pass => pass.ClassConstants.Concat(pass.ScalarConstants)));
        var users = new Dictionary<Node, List<(Node User, int Stage)>>();
        foreach (KeyValuePair<Node, int> entry in stageOf)
        {
            foreach (Node input in ThroughConditions(entry.Key))
            {
                if (!users.TryGetValue(input, out List<(Node, int)>? list))
                    users[input] = list = [];
                list.Add((entry.Key, entry.Value));
            }
        }

        foreach (Node node in stageOf.Keys.OrderBy(node => node.Id))
        {
            if (TileSchedule.IsLeaf(node) || node.Operation().IsCondition)
                continue;
            bool hasAxes = node.Axes != Axes.None;
            bool isOutput = ReferenceEquals(node, plan.Value)
                || constants.Any(constant => ReferenceEquals(constant, node) || (constant.Operation().IsCondition && ThroughConditions(constant).Contains(node)));
            bool later = plan.AllPasses.Any(pass => pass.Stage > stageOf[node]
                && pass.ClassConstants.Concat(pass.ScalarConstants).Any(c => ReferenceEquals(c, node) || ThroughConditions(c).Contains(node)))
                || (ReferenceEquals(node, plan.Value) && plan.ValueStage > stageOf[node]);
            bool crosses = users.TryGetValue(node, out List<(Node User, int Stage)>? uses)
                && uses.Any(use => use.Stage != stageOf[node] || (hasAxes && !SameLoop(node, use.User)));
            if (crosses || later || (hasAxes && isOutput) || (hasAxes && node.Op is Op.Sum or Op.ClassMaximum && hasAxes))
                rows[node] = counts[Kind(node.Axes)]++;
        }
    }

    /// <summary>Scalar, class, image and image-class rows.</summary>
    public string Counts => $"({counts[0]}, {counts[1]}, {counts[2]}, {counts[3]})";

    public bool IsStored(Node node) => rows.ContainsKey(node);

    /// <summary>C# for the distance of a node's row from the start of the slots.</summary>
    public string Offset(Node node)
    {
        int row = rows[node];
        return Kind(node.Axes) switch
        {
            0 => Literal.Of(row),
            1 => $"{counts[0]} + ({row} * classes)",
            2 => $"{counts[0]} + ({counts[1]} * classes) + ({row} * batch)",
            _ => $"{counts[0]} + ({counts[1]} * classes) + ({counts[2]} * batch) + ({row} * batch * classes)",
        };
    }

    private static int Kind(Axes axes) => (axes.Has(Axes.Class) ? 1 : 0) + (axes.Has(Axes.Batch) ? 2 : 0);

    // Loops are formed by axes; when in doubt the value goes through memory.
    private static bool SameLoop(Node node, Node user) => false;

    private static IEnumerable<Node> ThroughConditions(Node node) => node.Inputs.SelectMany(input =>
        input.Operation().IsCondition && !TileSchedule.IsLeaf(input) ? ThroughConditions(input) : [input]);
}
