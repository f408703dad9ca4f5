namespace LossGen.Compiler.Graph;

/// <summary>
/// One-hot algebra: a sum over classes that only the label's class enters is the summand at the label. It is computed once a
/// pixel, not once a class, and no one-hot tensor exists.
/// </summary>
internal sealed partial class GraphBuilder
{
    // sum_C([label] * f) = f at the label.
    private Node? SumOfLabelled(List<Node> masks, Node inner, Axes axes)
    {
        if (!masks.Any(mask => mask.Op == Op.OneHot))
            return null;
        Axes rest = axes.Without(Axes.Class);
        List<Node> others = masks.Where(mask => mask.Op != Op.OneHot).ToList();

        // Already a bare pick: the irreducible case.
        if (rest == Axes.None && others.Count == 0 && IsPickable(inner))
            return null;
        return Sum(Mask(Labelled, AtLabel(Remask(others, inner))), rest);
    }

    private static bool IsPickable(Node node) =>
        node.Op is Op.Logit or Op.Input or Op.ClassIndex or Op.PerClass || node.IsStep
            || (!node.IsPixel && node.Axes.Has(Axes.Class));

    private Node Pick(Node value) => Make(Op.Sum, [Mask(OneHot, value)], 0, Axes.Class);

    /// <summary>sum_C([label] * f): f at the class of the label.</summary>
    public static bool IsPick(Node node) => node.Op == Op.Sum && node.Attribute == Axes.Class && node[0].Op == Op.Mask
        && node[0][0].Op == Op.OneHot;

    public static bool IsPicked(Node node, Node value) => IsPick(node) && ReferenceEquals(node[0][1], value);

    /// <summary>The node is the value at the class of the label, as the algebra writes it.</summary>
    public bool IsAtLabel(Node node, Node value) => IsPicked(node, value) || (labelled.TryGetValue(value, out Node? known)
        && ReferenceEquals(known, node));

    /// <summary>
    /// What is picked at the label as the selection that it is: 0 where there is no label, whatever it is multiplied by. So is the count of
    /// what a condition leaves of one class, as that of valid elements is.
    /// </summary>
    public Node Selected(Node node)
    {
        if (node.Op == Op.Mask)
            return Mask(node[0], Selected(node[1]));
        if (Factors(node).Any(IsPick))
            return Mask(Labelled, node);
        return Factors(node).FirstOrDefault(IsCountInClass) is { } count ? Mask(Less(Zero, count), node) : node;
    }

    private static bool IsCountInClass(Node node) => node.IsPixel && node is { Op: Op.Sum, Attribute: Axes.Class }
        && Unmask(node[0]) is var (masks, inner) && inner.IsNumber(1)
        && masks.Exists(mask => mask is { Op: Op.ClassSet, Classes.List.Length: 1 });

    /// <summary>p of the label.</summary>
    public Node LabelProbability(Node logits) => Exp(Subtract(AtLabel(logits), LogSumExp(logits)));

    private readonly Dictionary<Node, Node> labelled = [];

    // The value at the class of the label, pixel by pixel.
    private Node AtLabel(Node node)
    {
        if (!node.Axes.Has(Axes.Class))
            return node;
        if (labelled.TryGetValue(node, out Node? known))
            return known;
        Node result = node.Op switch
        {
            Op.OneHot => True,
            Op.Valid => Valid(Axes.Batch | Axes.Pixel),
            Op.ClassSet => Less(Zero, Pick(Mask(node, One))),
            Op.Softmax => LabelProbability(node[0]),
            Op.SoftmaxComplement => ComplementAtLabel(node[0]),

            // Which class has the maximum is asked of the numbers that it was found among; at the label they may be computed in another
            // way.
            _ when node.IsOfMaximum => Less(Zero, Pick(Mask(node, One))),

            // A condition is picked as the number that it would be: a sum of conditions has no meaning.
            _ when IsPickable(node) && node.Operation().IsCondition => Less(Zero, Pick(Mask(node, One))),
            _ when IsPickable(node) => Pick(node),
            _ when node.Operation().IsElementwise => Rebuild(node, node.Inputs.Select(AtLabel).ToArray()),
            _ => Pick(node),
        };
        labelled[node] = result;
        return result;
    }
}
