namespace LossGen.Compiler.Graph;

/// <summary>
/// Products at a class that is masked by a logit of minus infinity. Its probability is 0 and its logarithm infinite, and 0 times that is 0, of a dense target as of a label: 0 * log 0 is 0. Only products
/// with what may be infinite there pay for it.
/// </summary>
internal sealed partial class GraphBuilder
{
    /// <summary>The loss has a softmax: a logit of minus infinity takes its class out.</summary>
    public bool MasksClasses { get; init; }

    // The factor whose 0 is 0 whatever the others are, where one of them may be infinite; null where there is none. What a gradient flows to is 0 only where its class is masked.
    private Node? SelectingFactor(List<Node> factors)
    {
        if (!MasksClasses)
            return null;
        Node? factor = factors.FirstOrDefault(IsWeight) ?? factors.FirstOrDefault(Selects);
        return factor is not null && factors.Any(other => !IsFiniteIfMasked(other)) ? factor : null;
    }

    // The target, and 1 less the target.
    private static bool IsWeight(Node node) => node.Op == Op.Target
        || (node.Op == Op.Add && node[0].IsNumber(1) && node[1] is { Op: Op.Multiply } minus && minus[0].IsNumber(-1) && minus[1].Op == Op.Target);

    private static bool Selects(Node factor) => factor.Op == Op.Softmax || IsWeight(factor);

    private Node IsNotZero(Node factor) => Not(Equal(Zero, factor));

    // What the condition says is not 0; null where it says something else.
    private static Node? NotZero(Node condition) => condition.Op == Op.Not && condition[0].Op == Op.Equal && condition[0][0].IsNumber(0) ? condition[0][1] : null;

    // The value is a product with the factor, and all else in it is finite: of those that select by themselves.
    private bool IsZeroWithout(Node factor, Node value)
    {
        if (!MasksClasses || !Selects(factor))
            return false;
        List<Node> factors = Factors(value).ToList();
        return factors.Contains(factor) && factors.TrueForAll(IsFiniteIfMasked);
    }

    // A product with the divisor may stand for a selection by it, which leaves nothing where both are 0.
    private Node? QuotientByWeight(Node a, Node b)
    {
        if (!MasksClasses || !IsWeight(b))
            return null;
        List<Node> factors = Factors(a).ToList();
        return factors.Remove(b) ? Mask(IsNotZero(b), Product(factors)) : null;
    }

    /// <summary>
    /// The adjoint of a node, with 0 for NaN where a masked class makes the node infinite: of the logit, of sums such as the logarithm
    /// of its probability, and of what those add up to over the pixels. What levels off has the slope 0 at infinity; multiplied by the slope of what led to infinity that would be NaN,
    /// of the masked class and, by way of a log-sum-exp, of all others.
    /// </summary>
    public Node NumberIfMasked(Node node, Node adjoint)
    {
        bool mayBeNone = node.Op switch
        {
            Op.Add or Op.Logit => !IsFiniteIfMasked(node) && !IsFiniteIfMasked(adjoint),
            Op.Sum => !node.IsPixel && !IsFiniteIfMasked(node[0]) && adjoint.DependsOnLogit,
            _ => false,
        };
        if (!MasksClasses || !mayBeNone)
            return adjoint;
        Node isInfinite = Equal(Abs(node), Constant(double.PositiveInfinity)), isNumber = Equal(adjoint, adjoint);
        return Mask(Or(Not(isInfinite), isNumber), adjoint);
    }

    /// <summary>No class that is masked makes the node infinite.</summary>
    public bool StaysFiniteIfMasked(Node node) => !MasksClasses || IsFiniteIfMasked(node);

    private bool IsFiniteIfMasked(Node node)
    {
        if (finiteIfMasked.TryGetValue(node, out bool known))
            return known;
        bool result = node.Op switch
        {
            Op.Constant => !double.IsInfinity(node.Number),

            // A class is masked, not its pixel.
            _ when !node.IsPixel || !node.Axes.Has(Axes.Class) => true,
            Op.Logit or Op.Log or Op.Log1p or Op.Sinh or Op.Cosh => false,

            // Bounded, or minus infinity in it gives 0.
            Op.Softmax or Op.SoftmaxComplement or Op.LogSumExp or Op.Sigmoid or Op.Tanh or Op.Atan or Op.Sign or Op.Exp or Op.Expm1 or Op.RunningSum => true,
            Op.Power => node[1] is { IsConstant: true, Number: >= 0 } && IsFiniteIfMasked(node[0]),
            Op.Divide => IsFiniteIfMasked(node[0]) && (!node[1].DependsOnLogit || IsFarFromZero(node[1])),

            // What is selected by such a factor is finite but where it has to be infinite.
            Op.Mask when NotZero(node[0]) is { } factor && Selects(factor) => true,
            _ => node.Operation().IsCondition || node.Inputs.All(IsFiniteIfMasked),
        };
        finiteIfMasked[node] = result;
        return result;
    }

    // A positive number and a multiple of another, which is taken to be none that cancels it.
    private static bool IsFarFromZero(Node node) => node.Op switch
    {
        Op.Add => node[0] is { IsConstant: true, Number: > 0 },
        Op.Multiply or Op.Divide => node[0] is { IsConstant: true, Number: > 0 } && IsFarFromZero(node[1]),
        _ => false,
    };

    private readonly Dictionary<Node, bool> finiteIfMasked = [];
}
