namespace LossGen.Compiler.Graph;

/// <summary>
/// Products at a class that is masked by a logit of minus infinity. Its probability is 0 and its logarithm infinite, and 0 times that is 0,
/// of a dense target as of a label: 0 * log 0 is 0. Only products with what may be infinite there pay for it.
/// </summary>
internal sealed partial class GraphBuilder
{
    /// <summary>The loss has a softmax: a logit of minus infinity takes its class out.</summary>
    public bool MasksClasses { get; init; }

    // Below it a share is 0 on some roads and a number on others.
    private const double SmallestNormal = 1.17549435e-38;

    // The conditions that factors are not 0 whose 0 is 0 whatever the others are, where one of them may be infinite. What a gradient flows
    // to is 0 only where its class is masked. The complement is 0 at another class than that, and meets an infinite sum only.
    private IEnumerable<Node> Selections(List<Node> factors)
    {
        // Also above a denominator, but in a derivative: there the slope of the quotient is 0 by itself.
        List<Node> selecting = IsDifferentiating ? factors : [.. factors.SelectMany(factor => factor.Op == Op.Divide ? Factors(factor[0])
            : [factor])];
        if (!MasksClasses || factors.TrueForAll(StaysFinite))
            yield break;
        Node? weight = selecting.Find(IsWeight), probability = selecting.Find(IsShare), complement =
            selecting.Find(factor => factor.Op == Op.SoftmaxComplement);
        // At the masked class alone its share selects, whatever the target asks for there.
        if (weight is not null && (probability is null || factors.Exists(other => !StaysFinite(other) && IsShared(other))))
            yield return IsNotZero(weight);
        if (probability is not null)
            yield return IsNotLost(probability, factors);
        if (complement is not null && factors.Exists(other => !IsFiniteIfMasked(other) && IfMasked(other).HasFlag(Limits.Shared)))
            yield return IsNotLost(complement, factors);
        if (IsDifferentiating)
            yield break;
        bool isSelected = isOfSelected || weight is not null || probability is not null;
        foreach (Node factor in factors)
        {
            // A sum of shares over the pixels is 0 where its class is masked in all of them, and selects what nothing else selects.
            bool meetsInfinity = MeetsInfinity(factor, factors) || (!isSelected && !factor.IsPixel
                && factors.Exists(other => !ReferenceEquals(other, factor) && !StaysFinite(other)));
            if (!ReferenceEquals(factor, weight) && meetsInfinity && Vanishes(factor) is { } vanishes)
                yield return NotVanishing(vanishes, factors.FindAll(other => !ReferenceEquals(other, factor)));
        }
    }

    /// <summary>The product of a factor that a condition selects and another, under the condition.</summary>
    public Node MultiplySelected(Node condition, Node a, Node b)
    {
        Node Selected() => Mask(condition, Multiply(a, b));
        return MasksClasses && (SelectsLabel(condition) || SelectsClass(condition)) ? Under(ref isOfSelected, Selected) : Selected();
    }

    // A condition selects the class of the product that is made.
    private bool isOfSelected;

    /// <summary>What is made is a derivative: a slope beside what is infinite has to be a number, whichever.</summary>
    public bool IsDifferentiating => isDifferentiating;

    private bool isDifferentiating;

    // Products of derivatives, which stay that when they are made again.
    private readonly HashSet<Node> slopes = [];

    /// <summary>Makes a derivative.</summary>
    public Node Differentiating(Func<Node> make) => Under(ref isDifferentiating, make);

    // What is known of all that is made meanwhile.
    private static Node Under(ref bool isKnown, Func<Node> make)
    {
        bool outer = isKnown;
        isKnown = true;
        try
        {
            return make();
        }
        finally
        {
            isKnown = outer;
        }
    }

    // A share of a class that is not masked may round to 0, or not, and times an infinite sum that is another value: there it is 0 below a
    // size that all roads know. Beside a finite sum it is what it is.
    private Node IsNotLost(Node share, List<Node> factors)
    {
        List<Node> infinite = [.. factors.Where(factor => !ReferenceEquals(factor, share) && !StaysFinite(factor))];
        return IsDifferentiating || !infinite.Exists(IsShared) ? IsNotZero(share)
            : NotVanishing(LessOrEqual(share, Constant(SmallestNormal)), infinite);
    }

    private readonly HashSet<Node> notLost = [];

    /// <summary>
    /// The condition leaves out only what a masked class makes infinite times 0, and where logits are NaN it may hold or not.
    /// </summary>
    public bool IsBesideInfinity(Node condition) => notLost.Contains(condition);

    // The target, and 1 less the target.
    private static bool IsWeight(Node node) => node.Op == Op.Target
        || (node.Op == Op.Add && node[0].IsNumber(1) && node[1] is { Op: Op.Multiply } minus && minus[0].IsNumber(-1)
        && minus[1].Op == Op.Target);

    private bool Selects(Node factor) => IsShare(factor) || IsWeight(factor);

    // A softmax in which a class that is masked has no share, not of what levels off at minus infinity; and a sigmoid of a term beside it.
    private bool IsShare(Node node) => node.Op is Op.Softmax or Op.Sigmoid && IfMasked(node[0]).HasFlag(Limits.Below);

    // For all classes of the pixel: a sum over the classes of what the target selects is infinite where it asks for a class that is masked,
    // and there it meets the target of the other classes, which is 0.
    private bool StaysFinite(Node factor) => IsFiniteIfMasked(factor) && (IsDifferentiating || !IsShared(factor)
        || IsFiniteAtLabel(factor));

    private bool IsShared(Node node) => IfMasked(node, null, isLabel: true).HasFlag(Limits.Shared);

    private Node IsNotZero(Node factor) => Not(Equal(Zero, factor));

    // What the condition says is not 0; null where it says something else.
    private static Node? NotZero(Node condition) => condition.Op == Op.Not && condition[0].Op == Op.Equal && condition[0][0].IsNumber(0)
        ? condition[0][1] : null;

    // The value is a product with the factor, and all else in it is finite: of those that select by themselves.
    private bool IsZeroWithout(Node factor, Node value)
    {
        if (!MasksClasses || !Selects(factor))
            return false;
        List<Node> factors = Factors(value).ToList();
        return factors.Contains(factor) && factors.TrueForAll(StaysFinite);
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
    /// of its probability, and of what those add up to. What levels off has the slope 0 at infinity; multiplied by the slope of what led to
    /// infinity that would be NaN, of the masked class and, by way of a log-sum-exp, of all others.
    /// </summary>
    public Node NumberIfMasked(Node node, Node adjoint) =>
        MasksClasses && IsSum(node) && !IsFiniteIfMasked(node) && !IsFiniteIfMasked(adjoint) ? NumberWhereInfinite(node, adjoint) : adjoint;

    /// <summary>
    /// What an adjoint of the node contributes to that of an input, with 0 for NaN where the node is infinite and the input is not: of
    /// tanh(a * b) with an infinite a, the slope along b is 0 times a. An input that is infinite itself has that from
    /// <see cref="NumberIfMasked(Node, Node)"/>; what is infinite at the masked class alone may meet its probability of 0. Where the label
    /// itself is masked the slopes of its pixel are what they are, but none of other pixels' becomes NaN by a sum that they share.
    /// </summary>
    public Node NumberIfMasked(Node node, Node input, Node adjoint, Node contribution)
    {
        if (!MasksClasses || IsSum(node) || !DependsOnLogit(adjoint))
            return contribution;
        if (node.Inputs.Any(LeavesPixel) && !IsFiniteAtLabel(node) && !IsFiniteAtLabel(contribution))
            return NumberWhereInfinite(node, contribution);
        if (IsFiniteIfMasked(node) || IsFiniteIfMasked(contribution))
            return contribution;
        bool isShared = IfMasked(node).HasFlag(Limits.Shared);
        bool isAlone = IsFiniteIfMasked(input)
            ? isShared || !MeetsShare(input, node.Axes)
            : isShared && node.Inputs.Any(other => !ReferenceEquals(other, input) && !IsFiniteIfMasked(other));
        return isAlone ? NumberWhereInfinite(node, contribution) : contribution;
    }

    // All that flows through the node to the logits of a class is multiplied by its probability, and each class has its own.
    private bool MeetsShare(Node node, Axes axes) => !node.PassesGradient || (node.Axes.Has(axes & Axes.Class)
        && (node.Op is Op.Softmax or Op.SoftmaxComplement ? IfMasked(node[0]).HasFlag(Limits.Below) : node.Operation().IsElementwise
        && node.Inputs.All(input => MeetsShare(input, axes))));

    // What flows to the node reaches the logits of other pixels.
    private bool LeavesPixel(Node node)
    {
        if (!node.PassesGradient || node.Op == Op.Logit)
            return false;
        if (!leavesPixel.TryGetValue(node, out bool known))
            leavesPixel[node] = known = !node.IsPixel || node.IsStep || node.Inputs.Any(LeavesPixel);
        return known;
    }

    private readonly Dictionary<Node, bool> leavesPixel = [];

    private bool IsFiniteAtLabel(Node node) => (IfMasked(node, null, isLabel: true) & Limits.Infinite) == Limits.None;

    private static bool IsSum(Node node) => node.Op is Op.Add or Op.Logit or Op.Sum or Op.Correlate or Op.Pool;

    private Node NumberWhereInfinite(Node node, Node adjoint)
    {
        Node isInfinite = Equal(Abs(node), Constant(double.PositiveInfinity)), isNumber = Equal(adjoint, adjoint);
        return Mask(Or(Not(isInfinite), isNumber), adjoint);
    }

    // What is selected, whatever the selection asks for: a selection makes no 0 of an adjoint that meets infinity.
    private static bool DependsOnLogit(Node adjoint) => adjoint.Op switch
    {
        Op.Mask => DependsOnLogit(adjoint[1]),
        Op.Where => DependsOnLogit(adjoint[1]) || DependsOnLogit(adjoint[2]),
        _ => adjoint.DependsOnLogit,
    };

    /// <summary>No class that is masked makes the node infinite.</summary>
    public bool StaysFiniteIfMasked(Node node) => !MasksClasses || IsFiniteIfMasked(node);

    // Plus infinity where a class is masked: as an exponent the largest of all.
    private bool RisesIfMasked(Node node) => MasksClasses && IfMasked(node).HasFlag(Limits.Above);

    private bool IsFiniteIfMasked(Node node) => (IfMasked(node) & Limits.Infinite) == Limits.None;

    // What becomes of a node where logits are minus infinity, from the values of its operation there; of another being not 0, where a
    // condition has asked. The label's class may be masked, or only others.
    private Limits IfMasked(Node node, Node? notZero = null, bool isLabel = false)
    {
        if (node == notZero)
            return IfMasked(node, null, isLabel) & ~Limits.Zero;
        if (ifMasked.TryGetValue((node, notZero, isLabel), out Limits known))
            return known;
        Limits Input(int input) => IfMasked(node[input], notZero, isLabel);
        Limits result = node.Op switch
        {
            Op.Constant => LimitOf(node.Number),
            Op.Logit => Limits.Below,

            // The class that is masked has no share, and no pixel has all of them masked. Its target is 0, but for targets that make no
            // sense.
            Op.Softmax => Input(0).HasFlag(Limits.Below) ? Limits.Zero : Limits.None,
            Op.Target => Limits.Zero,
            Op.SoftmaxComplement or Op.RunningSum => Limits.None,
            Op.LogSumExp or Op.ClassMaximum => Shared(Input(0) & Limits.Above),
            Op.Sum when node.Attribute.Has(Axes.Class) => Shared(Input(0) & Limits.Infinite),
            Op.Sum or Op.PixelMaximum or Op.Neighbour => Shared(Input(0)),
            Op.Pool => Shared(IfMasked(Pooled(node), notZero, isLabel)),

            // Weights have both signs, and what is infinite reaches the pixels around.
            Op.Correlate => Shared(Input(0) is var limits && (limits & Limits.Infinite) != Limits.None ? limits | Limits.Infinite : limits),
            Op.PoolSlope => Shared(Input(1) | Limits.Zero),

            // What the label or such a factor selects is finite but where it has to be infinite, or is infinite for other classes' sake.
            Op.Mask when isLabel && SelectsLabel(node[0]) => Input(1) | Limits.Zero,
            Op.Mask when SelectsClass(node[0]) => Input(1) is var selected && selected.HasFlag(Limits.Shared) ? selected | Limits.Zero
                : Limits.Zero,
            Op.Mask => IfMasked(node[1], Excludes(node[0], true) ?? notZero,
                isLabel) | (node[0].Op is Op.Valid or Op.Labelled or Op.ClassSet ? Limits.None : Limits.Zero),
            Op.Where => IfMasked(node[1], Excludes(node[0], true) ?? notZero, isLabel) | IfMasked(node[2], Excludes(node[0], false)
                ?? notZero, isLabel),

            // Numbers of the target alone are as they are without a mask.
            Op.Divide when !node[1].DependsOnLogit => Input(0),
            _ when node.Operation() is { IsElementwise: true, IsCondition: false } operation => OfInputs(node, operation, Input),
            _ => Limits.None,
        };
        ifMasked[(node, notZero, isLabel)] = result;
        return result;
    }

    // What is not 0 where a condition holds, or where it does not.
    private static Node? Excludes(Node condition, bool holds) => condition.Op switch
    {
        Op.Not => Excludes(condition[0], !holds),
        Op.Equal when !holds && condition[0].IsNumber(0) => condition[1],
        Op.Less when holds && condition[0] is { IsConstant: true, Number: >= 0 } => condition[1],
        Op.Less when !holds && condition[1] is { IsConstant: true, Number: > 0 } => condition[0],
        _ => null,
    };

    // 1 less the target of a masked class is 1.
    private bool SelectsClass(Node condition) => condition.Op == Op.OneHot
        || (NotZero(condition) is { } factor && (factor.Op == Op.Target || IsSureShare(factor)));

    // Of what may be plus infinity as well, as a product of two logits, the sigmoid is 1 there.
    private bool IsSureShare(Node node) => IsShare(node) && (node.Op != Op.Sigmoid || !IfMasked(node[0]).HasFlag(Limits.Above));

    private static bool SelectsLabel(Node condition) => condition.Op == Op.OneHot || (NotZero(condition) is { } factor && IsWeight(factor));

    private static Limits OfInputs(Node node, Operation operation, Func<int, Limits> ofInput)
    {
        Limits[] limits = [.. node.Inputs.Select((input, i) => input.IsConstant ? Limits.None : ofInput(i))];
        if (limits.All(limit => limit == Limits.None))
            return Limits.None;
        IEnumerable<double[]> points = [[]];
        for (int i = 0; i < limits.Length; i++)
        {
            // A square has one number twice.
            int same = node.Inputs.IndexOf(node[i]);
            double[] numbers = node[i].IsConstant ? [node[i].Number] : [.. Numbers[i], .. Values(limits[i])];
            points = points.SelectMany(point => (same < i ? [point[same]] : numbers).Select(number => (double[])[.. point, number]))
                .ToArray();
        }

        Limits all = points.Select(point => LimitOf(operation.Evaluate!(point))).Aggregate(Limits.None, (some, limit) => some | limit);
        return limits.Any(limit => limit.HasFlag(Limits.Shared)) ? Shared(all) : all;
    }

    private static Limits Shared(Limits limits) => limits == Limits.None ? limits : limits | Limits.Shared;

    // Numbers of both signs for each input, of which no function is 0 or infinite by accident.
    private static readonly double[][] Numbers = [[-1.7, 0.6], [-0.45, 1.3], [-2.3, 0.85]];

    private static IEnumerable<double> Values(Limits limits)
    {
        if (limits.HasFlag(Limits.Zero))
            yield return 0;
        if (limits.HasFlag(Limits.Below))
            yield return double.NegativeInfinity;
        if (limits.HasFlag(Limits.Above))
            yield return double.PositiveInfinity;
    }

    private static Limits LimitOf(double number) =>
        number == 0 ? Limits.Zero : double.IsNegativeInfinity(number) ? Limits.Below : double.IsPositiveInfinity(number) ? Limits.Above
            : Limits.None;

    // What a value may tend to, beside numbers that are not 0.
    [Flags]
    private enum Limits
    {
        None = 0,
        Zero = 1,
        Below = 2,
        Above = 4,
        Infinite = Below | Above,

        /// <summary>By a sum or a maximum: not only at the class and pixel that is masked.</summary>
        Shared = 8,
    }

    private readonly Dictionary<(Node Node, Node? NotZero, bool IsLabel), Limits> ifMasked = [];
}
