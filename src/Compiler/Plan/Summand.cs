using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>
/// What a pass adds up for a sum over pixels. A logarithm among the summand's terms becomes the logarithm of a product over the pixels of a
/// tile, so that a tile takes one in place of one a pixel. Only for logarithms whose arguments are bounded: a tile's product of them cannot
/// overflow.
/// </summary>
/// <param name="Sum">The sum.</param>
/// <param name="Rest">What is added up pixel by pixel; null where nothing but the logarithm is.</param>
/// <param name="Factor">
/// What is multiplied: a number from 1 on, or one from 0 to 1 that 1 is added to; null where there is no such logarithm.
/// </param>
/// <param name="IsOnePlus">The factor is 1 + <paramref name="Factor"/>, which does not have to be representable.</param>
/// <param name="IsNegative">The logarithm is taken off.</param>
internal sealed record Summand(Node Sum, Node? Rest, Node? Factor = null, bool IsOnePlus = false, bool IsNegative = false)
{
    public bool HasClass => Sum[0].Axes.Has(Axes.Class);

    /// <summary>The largest over the pixels is wanted.</summary>
    public bool IsMaximum => Sum.Op == Op.PixelMaximum;

    public IEnumerable<Node> Parts => new[] { Rest, Factor }.OfType<Node>();

    /// <summary>Takes a sum apart where no other result of its pass needs the logarithm.</summary>
    public static Summand Of(GraphBuilder graph, Node sum, IEnumerable<Node> otherResults)
    {
        // A factor of each class of a pixel would be more of them than a product can hold.
        bool joinsClasses = sum[0].Axes.Has(Axes.Class) && !sum.Axes.Has(Axes.Class);
        Node? log = sum.Op == Op.PixelMaximum || joinsClasses ? null : Find(sum[0]);
        if (log is null || otherResults.Any(result => Reaches(result, log)))
            return new(sum, sum[0]);
        (Node? rest, Node factor, bool isNegative) = Take(graph, sum[0], log);

        // Twice in one summand: it would have to be computed all the same.
        return rest is not null && Reaches(rest, log) ? new(sum, sum[0]) : new(sum, rest, factor, log.Op == Op.Log1pOfUnit, isNegative);
    }

    private static Node? Find(Node node) => node.Op switch
    {
        // One that is the same at each pixel is one anyway.
        Op.LogAtLeastOne or Op.Log1pOfUnit => node.IsPixel ? node : null,
        Op.Add => Find(node[0]) ?? Find(node[1]),
        Op.Multiply when node[0].IsNumber(-1) => Find(node[1]),
        Op.Mask => Find(node[1]),

        // Whatever is chosen.
        Op.Where when Find(node[1]) is { } log && ReferenceEquals(log, Find(node[2])) && IsTakenOff(node[1], log) == IsTakenOff(node[2],
            log) => log,
        _ => null,
    };

    private static bool IsTakenOff(Node node, Node log) => !ReferenceEquals(node, log) && node.Op switch
    {
        Op.Add => IsTakenOff(ReferenceEquals(Find(node[0]), log) ? node[0] : node[1], log),
        Op.Multiply => !IsTakenOff(node[1], log),
        _ => IsTakenOff(node[1], log),
    };

    // The other terms, what is multiplied, and the sign of the logarithm.
    private static (Node? Others, Node Factor, bool IsNegative) Take(GraphBuilder graph, Node node, Node log)
    {
        if (ReferenceEquals(node, log))
            return (null, log[0], false);
        switch (node.Op)
        {
            case Op.Add:
                int side = ReferenceEquals(Find(node[0]), log) ? 0 : 1;
                (Node? rest, Node factor, bool isNegative) = Take(graph, node[side], log);
                Node other = node[1 - side];
                return (rest is null ? other : side == 0 ? graph.Make(Op.Add, rest, other) : graph.Make(Op.Add, other, rest), factor,
                    isNegative);
            case Op.Mask:
                (rest, factor, isNegative) = Take(graph, node[1], log);
                factor = log.Op == Op.Log1pOfUnit ? graph.Make(Op.Mask, node[0], factor) : graph.Make(Op.Where, node[0], factor, graph.One);
                return (rest is null ? null : graph.Make(Op.Mask, node[0], rest), factor, isNegative);
            case Op.Where:
                (rest, factor, isNegative) = Take(graph, node[1], log);
                Node? second = Take(graph, node[2], log).Others;
                return (rest is null && second is null ? null : graph.Make(Op.Where, node[0], rest ?? graph.Zero, second ?? graph.Zero),
                    factor, isNegative);
            default:
                (rest, factor, isNegative) = Take(graph, node[1], log);
                return (rest is null ? null : graph.Make(Op.Multiply, node[0], rest), factor, !isNegative);
        }
    }

    private static bool Reaches(Node from, Node node)
    {
        var seen = new HashSet<Node>();
        bool Visit(Node n) => ReferenceEquals(n, node) || (n.IsPixel && seen.Add(n) && n.PassInputs.Any(Visit));
        return Visit(from);
    }
}
