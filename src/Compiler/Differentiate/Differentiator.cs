using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Differentiate;

/// <summary>Reverse-mode differentiation of a graph with respect to the logits.</summary>
internal static class Differentiator
{
    private const int MostParts = 8;

    /// <summary>The gradient of <paramref name="output"/>, weighted by <paramref name="seed"/>, at each logit.</summary>
    public static Node Gradient(GraphBuilder builder, Node output, Node seed) => builder.Differentiating(() => Find(builder, output, seed));

    private static Node Find(GraphBuilder builder, Node output, Node seed)
    {
        var adjoints = new Dictionary<Node, Node>();
        if (output.DependsOnLogit)
            adjoints[output] = seed;

        // Ids grow from inputs to users, so that a node's adjoint is complete when its turn comes.
        foreach (Node node in Reachable(output).OrderByDescending(node => node.Id))
        {
            if (node.Op == Op.Logit || !adjoints.TryGetValue(node, out Node? adjoint))
                continue;
            Func<GraphBuilder, Node, Node, Node?[]>? derivative = node.Operation().Derivative;
            if (derivative is null)
                continue;
            foreach (Node arriving in Parts(builder, node, builder.NumberIfMasked(node, adjoint)))
            {
                Node?[] contributions = derivative(builder, node, arriving);
                for (int i = 0; i < contributions.Length; i++)
                {
                    Node input = node[i];
                    if (contributions[i] is not { } contribution || !input.DependsOnLogit)
                        continue;

                    // An input that was broadcast gets the sum over the axes it was broadcast over.
                    Axes spread = OutputAxes(node).Without(input.Axes);
                    Node part = builder.Selected(builder.Sum(builder.NumberIfMasked(node, input, arriving, contribution), spread));
                    adjoints[input] = adjoints.TryGetValue(input, out Node? sum) ? builder.Add(sum, part) : part;
                }
            }
        }

        return adjoints.TryGetValue(builder.Logit, out Node? gradient) ? builder.NumberIfMasked(builder.Logit, gradient) : builder.Zero;
    }

    // A selection stays one when it is multiplied by a slope; a sum of two does not, and where neither is taken 0 would meet what may be
    // infinite.
    private static IEnumerable<Node> Parts(GraphBuilder builder, Node node, Node adjoint)
    {
        bool isSteep = node.Operation() is { IsElementwise: true, Extremes: Extremes.Slope or Extremes.Pole }
            || (node.Op == Op.Multiply && node.Inputs.Any(input => GraphBuilder.Factors(input).Any(GraphBuilder.MayBeInfinite)));
        if (!isSteep)
            return [adjoint];
        List<Node> terms = [.. Terms(builder, adjoint).Take(MostParts + 1)];
        return terms.Count <= MostParts && terms.Any(term => term.Op == Op.Mask) ? terms : [adjoint];
    }

    // Also of a sum that is selected as a whole.
    private static IEnumerable<Node> Terms(GraphBuilder builder, Node node) => node.Op switch
    {
        Op.Add => node.Inputs.SelectMany(input => Terms(builder, input)),
        Op.Mask => Terms(builder, node[1]).Select(term => builder.Mask(node[0], term)),
        _ => [node],
    };

    // A reduction's own axes are not spread: its gradient is the same at every point it summed.
    private static Axes OutputAxes(Node node) => node.Op is Op.Sum or Op.LogSumExp or Op.ClassMaximum or Op.PixelMaximum ? Axes.None
        : node.Axes;

    private static List<Node> Reachable(Node output)
    {
        var seen = new HashSet<Node>();
        var found = new List<Node>();
        var pending = new Stack<Node>([output]);
        while (pending.Count > 0)
        {
            Node node = pending.Pop();
            if (!node.DependsOnLogit || !seen.Add(node))
                continue;
            found.Add(node);
            foreach (Node input in node.Inputs)
                pending.Push(input);
        }

        return found;
    }
}
