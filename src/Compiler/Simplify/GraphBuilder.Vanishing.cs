namespace LossGen.Compiler.Graph;

/// <summary>
/// Factors that round to 0 beside what a masked class makes infinite: 0 times infinity is no number. The logarithm of a probability of
/// nearly 1 is lost to the log-sum-exp's last digit long before it is 0, so it is written there as minus what the probability lacks of 1,
/// which keeps its digits. Probabilities, their logarithms, and sums of nothing but such, below the smallest normal float are 0 beside
/// infinity on every road.
/// </summary>
internal sealed partial class GraphBuilder
{
    private List<Node> ExactBesideInfinity(List<Node> factors) =>
        !MasksClasses || IsDifferentiating || factors.TrueForAll(StaysFinite) ? factors
            : factors.ConvertAll(factor => MeetsInfinity(factor, factors) ? Exact(factor) : factor);

    // Infinite for several classes or pixels: at a masked class alone a factor that vanishes there selects by itself.
    private bool MeetsInfinity(Node factor, List<Node> factors) => factors.Exists(other =>
        !ReferenceEquals(other, factor) && !StaysFinite(other) && IsShared(other) && !IsInfiniteElsewhere(factor, other));

    // 1 - p of the label is 0 only where p is 1, and log p is infinite only where p is 0.
    private bool IsInfiniteElsewhere(Node complement, Node logarithm) =>
        IsComplementAtLabel(complement) && LessLogSumExp(logarithm) is var (value, logits)
            && ReferenceEquals(logits, complement[0][1][0]) && IsAtLabel(value, logits);

    // Several small numbers, multiplied with each other before they meet infinity, may be less than any float: infinity comes first. Of
    // slopes only squares, such as that below the slope of the arctangent. Null where the order is of no account.
    private Node? ProductBesideInfinity(List<Node> factors)
    {
        if (!MasksClasses || factors.Count < 3 || factors.TrueForAll(StaysFinite)
            || (IsDifferentiating && factors.Distinct().Count() == factors.Count))
            return null;
        List<Node> small = factors.FindAll(factor => MeetsInfinity(factor, factors));
        if (small.Count < 2 || (small = small.FindAll(factor => Vanishes(factor) is not null)).Count < 2)
            return null;
        Node first = Product(factors.FindAll(factor => !small.Contains(factor)));
        return small.OrderBy(StaysFinite).ThenBy(factor => (int)factor.Axes).ThenBy(factor => factor.Id).Aggregate(first,
            (product, factor) => product.IsNumber(1) ? factor : Make(Op.Multiply, product, factor));
    }

    // The same value, in which logarithms of probabilities keep their digits near 0.
    private Node Exact(Node factor)
    {
        if (LessLogSumExp(factor) is var (value, logits))
        {
            // Of some classes, all may be ignored: then there is no probability.
            if (logits.Op == Op.Where)
                return factor;
            Node? complement = ReferenceEquals(value, logits) ? SoftmaxComplement(logits) : IsAtLabel(value, logits)
                ? ComplementAtLabel(logits) : null;
            return complement is null ? factor : Where(Equal(Zero, factor), Negate(complement), factor);
        }

        if (splits.TryGetValue(factor, out (Node Value, Axes Axes) split))
            return Exact(Make(Op.Sum, [split.Value], 0, split.Axes));
        if (factor.Op == Op.Divide)
            return Divide(Product(Factors(factor[0]).Select(Exact).ToList()), factor[1]);
        if (factor.Op != Op.Sum)
            return factor;
        (List<Node> masks, Node inner) = Unmask(factor[0]);
        List<Node> factors = Factors(inner).ToList(), exact = factors.ConvertAll(Exact);
        return factors.SequenceEqual(exact) ? factor : Sum(Remask(masks, Product(exact)), factor.Attribute);
    }

    private static bool IsExactLogarithm(Node node) =>
        node.Op == Op.Where && node[0].Op == Op.Equal && node[0][0].IsNumber(0) && ReferenceEquals(node[0][1], node[2])
            && LessLogSumExp(node[2]) is not null;

    // The condition that a factor is 0 beside infinity, whatever that is: of targets, probabilities and their logarithms, and of sums all
    // of whose summands are. Null of anything else.
    private Node? Vanishes(Node factor)
    {
        if (IsWeight(factor))
            return Equal(Zero, factor);
        if (IsShare(factor) || factor.Op == Op.SoftmaxComplement || IsComplementAtLabel(factor)
            || (factor.Op == Op.Exp && IsLabelProbability(factor)))
            return LessOrEqual(factor, Constant(SmallestNormal));
        if (IsExactLogarithm(factor))
            return LessOrEqual(Constant(-SmallestNormal), factor);
        if (factor.Op == Op.Divide)
            return Factors(factor[0]).Select(Vanishes).OfType<Node>().Aggregate((Node?)null, (some, condition) => some is null ? condition
                : Or(some, condition));
        if (factor.Op != Op.Sum || IsPick(factor))
            return null;
        (List<Node> masks, Node inner) = Unmask(factor[0]);
        List<Node> conditions = Factors(inner).Select(Vanishes).OfType<Node>().ToList();
        if (conditions.Count == 0 && !masks.Exists(mask => SelectsLabel(mask) || SelectsClass(mask)))
            return null;
        Node remains = Remask(masks, conditions.Aggregate(One, (kept, condition) => Mask(Not(condition), kept)));
        return Not(Less(Zero, Sum(remains, factor.Attribute)));
    }

    // Selects what a factor that vanishes leaves, where the others are infinite.
    private Node NotVanishing(Node vanishes, List<Node> others)
    {
        Node condition = Or(Not(vanishes), Less(Abs(Product(others.FindAll(other => !StaysFinite(other)))),
            Constant(double.PositiveInfinity)));
        notLost.Add(condition);
        return condition;
    }
}
