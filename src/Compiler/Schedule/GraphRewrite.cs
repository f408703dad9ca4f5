using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Schedule;

/// <summary>Makes a graph anew, each node once, without the algebra of the builder. A node keeps the name that a formula gave it.</summary>
internal abstract class GraphRewrite(GraphBuilder graph)
{
    private readonly Dictionary<Node, Node> rewritten = [];

    protected GraphBuilder Graph => graph;

    /// <summary>The same value.</summary>
    public Node Rewrite(Node node)
    {
        if (node.Inputs.IsEmpty)
            return node;
        if (rewritten.TryGetValue(node, out Node? known))
            return known;
        rewritten[node] = known = Compute(node);
        if (graph.NameOf(node) is { } name)
            graph.Name(known, name);
        return known;
    }

    /// <summary>What becomes of a node that has inputs.</summary>
    protected abstract Node Compute(Node node);

    /// <summary>Leaves a node as it is.</summary>
    protected void Leave(Node node) => rewritten[node] = node;

    /// <summary>The same operation on what its inputs became.</summary>
    protected Node Same(Node node) => graph.Same(node, [.. node.Inputs.Select(Rewrite)]);

    /// <summary>The value at the class of the label, 0 where there is none.</summary>
    protected Node Pick(Node value) => Pick(graph, value);

    /// <inheritdoc cref="Pick(Node)"/>
    protected static Node Pick(GraphBuilder graph, Node value) =>
        graph.Make(Op.Sum, [graph.Make(Op.Mask, graph.OneHot, value)], 0, Axes.Class);

    /// <summary>A value at the class of the label, which means nothing where no class is labelled.</summary>
    protected Node Selected(Node label) => graph.Labelled.IsConstant ? label : graph.Make(Op.Mask, graph.Labelled, label);
}
