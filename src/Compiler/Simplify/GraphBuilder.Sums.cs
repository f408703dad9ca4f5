namespace LossGen.Compiler.Graph;

/// <summary>Sums: what does not vary comes out, bounded polynomials of probabilities split so that terms share their sums.</summary>
internal sealed partial class GraphBuilder
{
    /// <summary>The sum over some axes. An axis that the value does not vary over multiplies by its extent.</summary>
    public Node Sum(Node value, Axes axes)
    {
        if (axes == Axes.None || value.IsNumber(0))
            return value;
        Axes absent = axes.Without(value.Axes);
        if (absent != Axes.None)
            return Multiply(Extent(absent), Sum(value, axes & value.Axes));

        // Factors that do not vary over the summed axes. Behind a selection they come out as well, but for those of a pixel that may be
        // infinite, and any that a masked class makes so: where nothing is selected the sum is 0, whatever the factor.
        (List<Node> masks, Node inner) = Unmask(value);
        List<Node> factors = Factors(inner).ToList();
        List<Node> outer = factors.Where(factor => !factor.Axes.Touches(axes) && !factor.IsNumber(1)
            && (masks.Count == 0 || ((!factor.IsPixel || IsFinite(factor)) && StaysFiniteIfMasked(factor)))).ToList();
        if (outer.Count > 0 && (masks.Count > 0 || outer.Count < factors.Count))
            return Multiply(Product(outer), Sum(Remask(masks, Product(factors.Where(factor => !outer.Contains(factor)).ToList())), axes));

        // So do conditions.
        Node? free = masks.FirstOrDefault(mask => !mask.Axes.Touches(axes));
        if (free is not null)
            return Mask(free, Sum(Remask(masks.Where(mask => !ReferenceEquals(mask, free)).ToList(), inner), axes));

        if (axes.Has(Axes.Class) && masks.Count == 0 && inner.Op == Op.Softmax)
            return Sum(One, axes.Without(Axes.Class));
        if (axes.Has(Axes.Class) && SumOfLabelled(masks, inner, axes) is { } gathered)
            return gathered;
        if (axes == Axes.Class && inner.IsNumber(1) && masks.Count == 1 && masks[0].Op == Op.ClassSet)
            return CountOf(masks[0].Classes!);
        if (axes.Has(Axes.Pixel) && Split(masks, inner, axes) is { } split)
        {
            splits[split] = (value, axes);
            return split;
        }

        return Make(Op.Sum, [value], 0, axes);
    }

    /// <summary>
    /// For each point the sum of the value over the points of these axes that have a larger key, or the same and come first, and the point
    /// itself.
    /// </summary>
    public Node RunningSum(Node value, Node key, Axes axes) => Make(Op.RunningSum, [value, key], 0, axes);

    /// <summary>The mean over the axes that the value has among those given.</summary>
    public Node Mean(Node value, Axes axes)
    {
        Axes present = value.Axes & axes;
        return present == Axes.None ? value : Divide(Sum(value, present), Extent(present));
    }

    private Node CountOf(ClassSelection classes)
    {
        if (!classes.List.IsEmpty)
            return Constant(classes.Effective.Count());
        return Subtract(Extent(Axes.Class), One);
    }

    // What was split: beside infinity the digits near 0 matter.
    private readonly Dictionary<Node, (Node Value, Axes Axes)> splits = [];

    // sum(1 - p) is the count less sum(p), and so on: only for what is bounded by 1, where nothing is lost by cancellation.
    private Node? Split(List<Node> masks, Node inner, Axes axes)
    {
        if (!IsUnitPolynomial(inner, out bool canSplit))
            return null;

        // [not label] * p: all of p less the labelled part.
        int not = masks.FindIndex(mask => mask.Op == Op.Not && mask[0].Op == Op.OneHot);
        if (not >= 0)
        {
            List<Node> others = masks.Where((_, i) => i != not).ToList();
            Node all = Sum(Remask(others, inner), axes);
            return Subtract(all, Sum(Remask([.. others, masks[not][0]], inner), axes));
        }

        if (!canSplit)
            return null;
        Node expanded = Expand(inner);
        if (expanded.Op != Op.Add)
            return null;
        return Add(Sum(Remask(masks, expanded[0]), axes), Sum(Remask(masks, expanded[1]), axes));
    }

    // A polynomial, with few terms, of numbers between 0 and 1. CanSplit: it is a sum, or a product with a sum among its factors.
    private static bool IsUnitPolynomial(Node node, out bool canSplit)
    {
        int size = 0;
        bool sum = false;
        bool Check(Node n, bool below)
        {
            if (++size > 12)
                return false;
            switch (n.Op)
            {
                case Op.SoftmaxComplement:
                    sum = true;
                    return true;
                case Op.Softmax or Op.Sigmoid or Op.Target or Op.Constant or Op.PerClass:
                    return true;
                case Op.Mask:
                    return Check(n[1], below);
                case Op.Multiply:
                    return Check(n[0], true) && Check(n[1], true);
                case Op.Add when n[0].IsConstant || n[0].Op == Op.Mask || n[1].Op == Op.Mask:
                    sum = true;
                    return Check(n[0], below) && Check(n[1], below);
                default:
                    return !n.IsPixel && n.Operation().IsElementwise;
            }
        }

        bool result = Check(node, false);
        canSplit = result && sum;
        return result;
    }

    // Distributes products over sums.
    private Node Expand(Node node)
    {
        if (node.Op == Op.Add)
            return node;
        if (node.Op == Op.SoftmaxComplement)
            return Make(Op.Add, One, Negate(Softmax(node[0])));
        if (node.Op == Op.Mask)
            return Expand(node[1]) is { Op: Op.Add } inner ? Add(Mask(node[0], inner[0]), Mask(node[0], inner[1])) : node;
        if (node.Op != Op.Multiply)
            return node;
        List<Node> factors = Factors(node).ToList();
        int sum = factors.FindIndex(factor => factor.Op is Op.Add or Op.SoftmaxComplement);
        if (sum < 0)
            return node;
        Node rest = Product(factors.Where((_, i) => i != sum).ToList()), terms = Expand(factors[sum]);
        return Add(Multiply(rest, terms[0]), Multiply(rest, terms[1]));
    }

    /// <summary>Finite wherever logits and target are.</summary>
    public bool IsFinite(Node node)
    {
        if (finite.TryGetValue(node, out bool known))
            return known;
        bool result = node.Op switch
        {
            Op.Constant => !double.IsNaN(node.Number) && !double.IsInfinity(node.Number),
            Op.Power when node[0].Operation().Result == Interval.Unit && node[1].IsConstant && node[1].Number > 0 => IsFinite(node[0]),
            Op.Divide => !MayBeInfinite(node),
            _ => node.Operation().Extremes == Extremes.None,
        };
        result = result && node.Inputs.All(IsFinite);
        finite[node] = result;
        return result;
    }

    private readonly Dictionary<Node, bool> finite = [];

    private static (List<Node> Masks, Node Inner) Unmask(Node value)
    {
        var masks = new List<Node>();
        while (value.Op == Op.Mask)
        {
            masks.Add(value[0]);
            value = value[1];
        }

        return (masks, value);
    }

    private Node Remask(List<Node> masks, Node inner)
    {
        for (int i = masks.Count - 1; i >= 0; i--)
            inner = Mask(masks[i], inner);
        return inner;
    }
}
