using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Schedule;

/// <summary>
/// Where a softmax and its logarithm are taken of the same logits, the logarithm is made of the softmax. The largest probability is
/// 1 / sum_C(exp(z - m)) with m the largest logit, so that log p = z - m + log(max_C(p)): no exponential is computed twice, no digit of a
/// small probability is lost, and the logarithm is one a pixel. Each alone is better one operation of the backend's.
/// </summary>
internal sealed class LogarithmOfSoftmax : GraphRewrite
{
    private readonly HashSet<Node> shared;

    private LogarithmOfSoftmax(GraphBuilder graph, HashSet<Node> shared, List<Node> given)
        : base(graph)
    {
        this.shared = shared;
        given.ForEach(Leave);
    }

    /// <summary>The same values, which one method computes.</summary>
    /// <param name="graph">Makes the nodes.</param>
    /// <param name="results">The values.</param>
    /// <param name="given">What the method gets from another.</param>
    public static List<Node> Rewrite(GraphBuilder graph, List<Node> results, List<Node> given)
    {
        // One method finds the largest of the pixels, another asks which pixel has it: of the very numbers, so both compute them alike.
        // So is all that those are made of, which may be a result as well.
        List<Node> compared = Nodes(Nodes(results).Select(LargestOf).OfType<Node>().Distinct().ToList());
        given = [.. given, .. compared.Where(node => !node.Inputs.IsEmpty)];
        List<Node> nodes = Nodes(results);

        // Not where a class may take no part: all of a pixel may be such.
        var shared = new HashSet<Node>(nodes.Where(node => node.Op == Op.Softmax).Select(node => node[0])
            .Where(logits => logits.Op != Op.Where));
        shared.IntersectWith(nodes.Where(node => node.Op == Op.LogSumExp).Select(node => node[0]));
        if (shared.Count == 0)
            return results;
        return results.ConvertAll(new LogarithmOfSoftmax(graph, shared, given).Rewrite);

        List<Node> Nodes(List<Node> from) => Reachable.From(from, reads: node => given.Contains(node) ? ImmutableArray<Node>.Empty
            : node.Inputs);
    }

    // What a maximum over the pixels is taken of, of the maximum or of a comparison with it.
    private static Node? LargestOf(Node node) =>
        node.Op == Op.PixelMaximum ? node[0] : node.Op == Op.Equal ? node.Inputs.FirstOrDefault(input => input.Op == Op.PixelMaximum)?[0]
            : null;

    protected override Node Compute(Node node)
    {
        if (GraphBuilder.LessLogSumExp(node) is var (value, logits) && shared.Contains(logits))
            return Logarithm(Rewrite(value), logits);
        if (node.Op == Op.LogSumExp && shared.Contains(node[0]))
            return Minus(Maximum(Rewrite(node[0])), LogarithmOfLargest(node[0]));

        return Same(node);
    }

    /// <summary>
    /// The probability at the label, the logits and the softmax of a node that is its logarithm as it is made here; null of anything else.
    /// A backend may take the logarithm of the probability where that has all its digits.
    /// </summary>
    public static (Node AtLabel, Node Logits, Node Softmax)? AtLabel(GraphBuilder graph, Node node)
    {
        if (node.Op != Op.Add || node[1] is not { Op: Op.Log } largest || largest[0].Op != Op.ClassMaximum
            || largest[0][0] is not { Op: Op.Softmax } softmax || node[0] is not { Op: Op.Add } less
            || !GraphBuilder.IsPicked(less[0], softmax[0]) || less[1] is not { Op: Op.Multiply } minus || !minus[0].IsNumber(-1)
            || minus[1].Op != Op.ClassMaximum || !ReferenceEquals(minus[1][0], softmax[0]))
            return null;
        return (Pick(graph, softmax), softmax[0], softmax);
    }

    private Node Logarithm(Node value, Node logits) =>
        Graph.Make(Op.Add, Minus(value, Maximum(Rewrite(logits))), LogarithmOfLargest(logits));

    private Node Maximum(Node values) => Graph.Make(Op.ClassMaximum, values);

    private Node LogarithmOfLargest(Node logits) => Graph.Make(Op.Log, Maximum(Graph.Make(Op.Softmax, Rewrite(logits))));

    private Node Minus(Node a, Node b) => Graph.Make(Op.Add, a, Graph.Make(Op.Multiply, Graph.Constant(-1), b));
}
