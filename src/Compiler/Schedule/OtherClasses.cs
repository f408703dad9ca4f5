using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Schedule;

/// <summary>
/// The probabilities of the classes that are not the label's, 0 at the label's, in place of all probabilities: where the value adds them
/// up, so that they are at hand, and the gradient can be made of them and of the label's, one a pixel. They take the memory of the
/// others, and no copy is made.
/// </summary>
internal sealed class OtherClasses : GraphRewrite
{
    private readonly Node others;
    private readonly Dictionary<Node, Node> replaced = [];

    private OtherClasses(GraphBuilder graph, Node others)
        : base(graph) => this.others = others;

    private Node Probability => others[2];

    /// <summary>The same gradient, of the others' probabilities if it needs no more.</summary>
    /// <param name="graph">Makes the nodes.</param>
    /// <param name="value">What the value reads is at hand.</param>
    /// <param name="gradient">The gradient.</param>
    public static Node Rewrite(GraphBuilder graph, Node value, Node gradient)
    {
        return Reachable.From([value]).Where(IsOthers).Select(others => new OtherClasses(graph, others).Rewrite(gradient))
            .FirstOrDefault(rewritten => Sole(value, rewritten) is not null) ?? gradient;
    }

    /// <summary>The others' probabilities that a gradient reads and that the value has, where it reads all probabilities nowhere.</summary>
    public static Node? Sole(Node value, Node gradient)
    {
        var ofValue = new HashSet<Node>(Reachable.From([value]));
        List<Node> read = Reachable.From([gradient], reads: node => ofValue.Contains(node) && (node.Axes != Axes.All || IsOthers(node))
            ? ImmutableArray<Node>.Empty : node.Inputs);
        return read.Find(node => IsOthers(node) && ofValue.Contains(node) && !read.Contains(node[2]));
    }

    private static bool IsOthers(Node node) =>
        node.Op == Op.Where && node[0].Op == Op.OneHot && node[1].IsNumber(0) && node[2] is { Op: Op.Softmax, Axes: Axes.All };

    protected override Node Compute(Node node)
    {
        if (ReferenceEquals(node, others))
        {
            Leave(node);
            return node;
        }

        // What is not the label's.
        if (node.Op == Op.Where && node[0].Op == Op.OneHot)
            return Graph.Make(Op.Where, node[0], Rewrite(node[1]), Replaced(node[2]));
        return Same(node);
    }

    // The same for all classes but the label's.
    private Node Replaced(Node node)
    {
        if (ReferenceEquals(node, Probability))
            return others;
        if (node.Axes != Axes.All || node.Inputs.IsEmpty || !node.Operation().IsElementwise || node.Operation().IsCondition)
            return Rewrite(node);
        if (!replaced.TryGetValue(node, out Node? known))
            replaced[node] = known = Graph.Same(node, [.. node.Inputs.Select(Replaced)]);
        return known;
    }
}
