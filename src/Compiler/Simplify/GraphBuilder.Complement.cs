namespace LossGen.Compiler.Graph;

/// <summary>
/// 1 - p of a softmax, and its logarithm, without cancellation at any class: where p is nearly 1 it is the other classes' share, which
/// rounds in proportion to itself.
/// </summary>
internal sealed partial class GraphBuilder
{
    // Above it 1 - p loses digits, and no two classes of a pixel can be, whatever rounding does.
    private const double DominantShare = 0.75;

    /// <summary>Condition: the class has most of its pixel's probability. Of one class at most, and false of NaN.</summary>
    public Node Dominant(Node logits) => Less(Constant(DominantShare), Softmax(logits));

    /// <summary>
    /// log(1 - p). At the dominant class it is linear in the logits far out, where 1 - p is less than any number: minus softplus of the
    /// distance from the log-sum-exp of the others.
    /// </summary>
    public Node LogSoftmaxComplement(Node logits)
    {
        Node dominant = Dominant(logits);
        return Where(dominant, LogShareOfOthers(logits, dominant), Log1p(Negate(Softmax(logits))));
    }

    /// <summary>1 - p of the label as the sum of the others: no cancellation, however close p is to 1.</summary>
    public Node ComplementAtLabel(Node logits) => Sum(Mask(Not(OneHot), Softmax(logits)), Axes.Class);

    public static bool IsComplementAtLabel(Node node) =>
        node is { Op: Op.Sum, Attribute: Axes.Class } && node[0].Op == Op.Mask && node[0][0] is { Op: Op.Not } not && not[0].Op == Op.OneHot
            && node[0][1].Op == Op.Softmax;

    // log(1 - p) of the label.
    private Node LogComplementAtLabel(Node logits)
    {
        Node p = LabelProbability(logits);
        return Where(Less(Constant(DominantShare), p), LogShareOfOthers(logits, OneHot), Log1p(Negate(p)));
    }

    // Of all classes but the chosen one: minus infinity where they have no share at all, and no slope there.
    private Node LogShareOfOthers(Node logits, Node chosen)
    {
        Node nothing = Constant(double.NegativeInfinity), others = Where(chosen, nothing, logits),
            own = Sum(Mask(chosen, logits), Axes.Class);
        Node distance = Subtract(own, LogSumExp(others));
        return Where(Less(nothing, ClassMaximum(others)), Negate(Softplus(distance)), nothing);
    }

    // 1 and a function, one taken from the other, as an operation of its own that does not cancel: 1 - sigmoid(x) is sigmoid(-x), exp(x) -
    // 1 is expm1(x). And 1 - [m] is [not m].
    private Node? WithoutCancellation(double constant, List<(double Factor, Node Base)> terms)
    {
        if (Math.Abs(constant) != 1 || terms.Count != 2)
            return null;
        (double factor, Node other) = terms[0].Base.IsNumber(1) ? terms[1] : terms[0];
        if (factor == constant && other.Op == Op.Expm1)
            return Multiply(Constant(factor), Exp(other[0]));
        if (factor != -constant)
            return null;
        return OneMinus(other) is { } difference ? Multiply(Constant(constant), difference) : null;
    }

    // 1 - v where it is another operation; null where it is just that.
    private Node? OneMinus(Node value) => value.Op switch
    {
        Op.Sigmoid => Sigmoid(Negate(value[0])),
        Op.Softmax => SoftmaxComplement(value[0]),
        Op.SoftmaxComplement => Softmax(value[0]),
        Op.Exp => Negate(Expm1(value[0])),
        Op.Mask when value[1].IsNumber(1) => Mask(Not(value[0]), One),

        // The class of a probability.
        Op.Sum when IsChannel(value) && OneMinus(value[0][1]) is { } difference => Sum(Mask(value[0][0], difference), Axes.Class),
        _ => null,
    };

    // 1 - v of a probability between bounds, for functions that ask for digits near 0: in a sum what it would cost buys nothing.
    private Node? OneMinusBounded(Node difference)
    {
        bool isDifference = difference.Op == Op.Add && difference[0].IsNumber(1) && difference[1].Op == Op.Multiply
            && difference[1][0].IsNumber(-1);
        return isDifference && difference[1][1].Op is Op.Where or Op.Minimum or Op.Maximum ? OneMinusChosen(difference[1][1]) : null;
    }

    private Node? OneMinusChosen(Node value) => value.Op switch
    {
        Op.Where when Branches(value[1], value[2]) is var (a, b) => Where(value[0], a, b),
        Op.Minimum when Branches(value[0], value[1]) is var (a, b) => Maximum(a, b),
        Op.Maximum when Branches(value[0], value[1]) is var (a, b) => Minimum(a, b),
        _ => OneMinus(value),
    };

    // 1 less each of two, of which one may be a number.
    private (Node A, Node B)? Branches(Node a, Node b)
    {
        if (a.IsConstant && b.IsConstant)
            return null;
        Node? Of(Node node) => node.IsConstant ? Constant(1 - node.Number) : OneMinusChosen(node);
        return Of(a) is { } first && Of(b) is { } second ? (first, second) : null;
    }

    /// <summary>The value of one class, known by its number: functions can be taken before or after.</summary>
    public static bool IsChannel(Node node) =>
        node is { Op: Op.Sum, Attribute: Axes.Class } && node[0].Op == Op.Mask && node[0][0] is
        {
            Op: Op.ClassSet,
            Classes: { IncludeBackground: true, List.Length: 1 }
        };
}
