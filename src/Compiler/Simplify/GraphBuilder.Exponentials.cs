using System.Collections.Immutable;

namespace LossGen.Compiler.Graph;

/// <summary>
/// What is written with exponentials that may overflow, or all become 0, as what does not. The logarithm of what is made of exponentials is
/// made of their exponents; a quotient by such a thing is the exponential of a difference of logarithms. Where bounds are known that keep
/// the exponentials far from the ends of float, all stays as it is written.
/// </summary>
internal sealed partial class GraphBuilder
{
    // Exponentials of what lies between minus and plus this can be multiplied and added up in float.
    private const double Tame = 40;

    // 1 less 1 / (1 + exp(-this)) still has its digits in float.
    private const double Near = 8;

    // A maximum below this is one over nothing.
    private const double NothingAbove = -1e29;

    private readonly Dictionary<Node, Scaled?> scaled = [];

    // Exponentials from whose exponents the largest has been taken off.
    private readonly HashSet<Node> shifted = [];

    // Probabilities that a formula writes as the exponentials of their logarithms.
    private readonly HashSet<Node> written = [];

    /// <summary>What is known of the numbers of a node: its lowest and its highest.</summary>
    public Func<Node, (double Low, double High)?> Bounds { get; init; } = _ => null;

    /// <summary>
    /// A node as exp(exponent) * factor, as expressions that do not contain the node. They are made when they are wanted.
    /// </summary>
    /// <param name="make">Makes the exponent and the factor; no factor where that is 1, so that the node is positive.</param>
    private sealed class Scaled(Func<(Node Exponent, Node? Factor)> make)
    {
        private (Node Exponent, Node? Factor)? parts;

        public (Node Exponent, Node? Factor) Parts => parts ??= make();

        /// <summary>The factor is not 1, and may be of either sign.</summary>
        public bool HasFactor { get; init; }

        /// <summary>There is an exponential among the parts that can overflow or become 0.</summary>
        public bool HasExponential { get; init; }

        /// <summary>There is a sum over the classes of probabilities, all of which can become 0.</summary>
        public bool HasProbabilities { get; init; }

        /// <summary>It is a product with an exponential that cannot overflow, but may become 0.</summary>
        public bool CanVanish { get; init; }
    }

    // The logarithm of what is positive, if that is made of exponentials or of other things whose logarithms are harmless.
    private Node? PositiveLogarithm(Node a) => ScaledOf(a) is { HasFactor: false } scaled ? scaled.Parts.Exponent : null;

    /// <summary>The logarithm of what is made of exponentials; null of anything else.</summary>
    private Node? LogarithmOfExponentials(Node a)
    {
        if (ScaledOf(a) is not { } scaled || !(scaled.HasExponential || scaled.HasProbabilities || scaled.CanVanish))
            return null;
        return LogarithmOf(scaled.Parts);
    }

    private Node LogarithmOf((Node Exponent, Node? Factor) parts) => parts.Factor is null ? parts.Exponent
        : Add(parts.Exponent, Elementwise(Op.Log, parts.Factor));

    private Scaled? ScaledOf(Node a)
    {
        if (!scaled.TryGetValue(a, out Scaled? known))
            scaled[a] = known = FindScaled(a);
        return known;
    }

    private Scaled? FindScaled(Node a)
    {
        switch (a.Op)
        {
            case Op.Exp:
                return new(() => (a[0], null)) { HasExponential = !IsTame(a), CanVanish = shifted.Contains(a) || IsLabelProbability(a) };
            case Op.Cosh:
                return new(() => (Elementwise(Op.LogCosh, a[0]), null)) { HasExponential = !IsTame(a) };
            case Op.Expm1 when !shifted.Contains(a) && Bounds(a[0]) is not { High: <= Tame }:
                return new(() => (Maximum(a[0], Zero), Multiply(Elementwise(Op.Sign, a[0]),
                    Negate(Shifted(Expm1(Negate(Abs(a[0]))))))))
                { HasFactor = true, HasExponential = true };
            case Op.Softmax or Op.Sigmoid:
                return new(() => (Log(a), null));
            case Op.Sum when a.Attribute == Axes.Class && !IsComplementAtLabel(a):
                return ScaledSum(a);
            case Op.Sum when a.Attribute.Has(Axes.Pixel):
                return ScaledSumOverPixels(a);
            case Op.Add:
                return Joined(a.Inputs, ScaledAddition, isSum: true);
            case Op.Multiply:
                return Joined(a.Inputs, (first, second) => (Add(first.Exponent, second.Exponent), first.Factor is null ? second.Factor
                    : second.Factor is null ? first.Factor : Multiply(first.Factor, second.Factor)));
            case Op.Divide:
                return Joined(a.Inputs, (first, second) => (Subtract(first.Exponent, second.Exponent), second.Factor is null ? first.Factor
                    : Divide(first.Factor ?? One, second.Factor)));
            case Op.Where:
                return Joined(a.Inputs.RemoveAt(0), (first, second) =>
                    (Where(a[0], first.Exponent, second.Exponent), first.Factor is null && second.Factor is null ? null
                        : Where(a[0], first.Factor ?? One, second.Factor ?? One)), isChoice: true);
            case Op.Power when a[1].IsConstant && ScaledOf(a[0]) is { HasFactor: false } power:
                return Changed(power, exponent => Multiply(a[1], exponent));
            case Op.Sqrt when ScaledOf(a[0]) is { HasFactor: false } root:
                return Changed(root, exponent => Multiply(Constant(0.5), exponent));
            case Op.Mask when ScaledOf(a[1]) is { } selected:
                return Changed(selected, exponent => Where(a[0], exponent, Constant(double.NegativeInfinity)),
                    factor => Mask(a[0], factor));
        }

        return IsKnownPositive(a) ? new(() => (Elementwise(Op.Log, a), null)) : null;
    }

    // What is not made of exponentials is a factor beside those that are. To a sum whose parts are not all probabilities the others give a
    // bound, and so does a choice that people make.
    private Scaled? Joined(
        ImmutableArray<Node> nodes, Func<(Node Exponent, Node? Factor), (Node Exponent, Node? Factor), (Node Exponent, Node? Factor)> join,
            bool isSum = false, bool isChoice = false)
    {
        Scaled? first = ScaledOf(nodes[0]), second = ScaledOf(nodes[1]);
        bool firstHas = first is { HasProbabilities: true }, secondHas = second is { HasProbabilities: true };
        bool hasExponential = first is { HasExponential: true } || second is { HasExponential: true };
        bool hasProbabilities = isSum ? firstHas && secondHas : firstHas || secondHas;
        bool canVanish = !isChoice && !isSum && (first is { CanVanish: true } || second is { CanVanish: true });
        if ((first is null || second is null) && !hasExponential && !hasProbabilities && !canVanish)
            return null;
        return new(() => join(first?.Parts ?? (Zero, nodes[0]), second?.Parts ?? (Zero, nodes[1])))
        {
            HasFactor = first is null or { HasFactor: true } || second is null or { HasFactor: true },
            HasExponential = hasExponential,
            HasProbabilities = hasProbabilities,
            CanVanish = canVanish,
        };
    }

    // Where signs are not known the larger exponent comes out, a constant for the derivative.
    private (Node Exponent, Node? Factor) ScaledAddition((Node Exponent, Node? Factor) a, (Node Exponent, Node? Factor) b)
    {
        if (a.Factor is null && b.Factor is null)
            return (LogAddExp(a.Exponent, b.Exponent), null);
        Node larger = Detach(Maximum(a.Exponent, b.Exponent));
        Node Part((Node Exponent, Node? Factor) of) => Multiply(of.Factor ?? One, ShiftedExp(Subtract(of.Exponent, larger)));
        return (larger, Add(Part(a), Part(b)));
    }

    private static Scaled Changed(Scaled inner, Func<Node, Node> exponent, Func<Node, Node>? factor = null) =>
        new(() => (exponent(inner.Parts.Exponent), inner.Parts.Factor is { } own && factor is not null ? factor(own) : inner.Parts.Factor))
        {
            HasFactor = inner.HasFactor,
            HasExponential = inner.HasExponential,
            HasProbabilities = inner.HasProbabilities,
            CanVanish = inner.CanVanish,
        };

    // A constant, a count, or what bounds say. Of what is 0 the logarithm is -infinity, which is right for a factor, but has no derivative.
    private bool IsKnownPositive(Node a) =>
        a.Op != Op.Constant ? IsCount(a) || (Bounds(a) is { } bounds && (a.DependsOnLogit ? bounds.Low > 0 : bounds.Low >= 0))
            : a.Number > 0 && !double.IsInfinity(a.Number);

    // The label's probability is an exponential in the graph's writing only.
    private bool IsTame(Node exponential) => shifted.Contains(exponential) || Bounds(exponential[0]) is { Low: >= -Tame, High: <= Tame }
        || IsLabelProbability(exponential);

    private bool IsLabelProbability(Node exponential) => LessLogSumExp(exponential[0]) is var (value, logits) && IsAtLabel(value, logits);

    // sum_C(w * exp(z)), with conditions.
    private Scaled? ScaledSum(Node sum)
    {
        (List<Node> masks, Node inner) = Unmask(sum[0]);
        List<Node> factors = [.. Factors(inner)], exponentials =
            [.. factors.Where(factor => factor.Op is Op.Exp or Op.Softmax or Op.Sigmoid)];
        masks = OfExponents(masks, exponentials);
        Scaled? whole = ScaledOf(inner) is { HasFactor: false } found ? found : null;
        bool hasExponential = whole is { HasExponential: true } || exponentials.Any(IsWild);
        bool hasProbabilities = whole is { HasProbabilities: true } || exponentials.Any(factor => factor.Op is Op.Softmax or Op.Sigmoid);
        if (!hasExponential && !hasProbabilities)
            return null;

        // A condition on the pixels may leave no class, and what is ignored may be all that a selection of classes has.
        bool isNeverEmpty = masks.TrueForAll(mask => mask.Op == Op.ClassSet)
            || masks.TrueForAll(mask => mask.Op == Op.Valid && mask.Axes.Has(Axes.Class));
        return new(Make) { HasFactor = whole is null, HasExponential = hasExponential, HasProbabilities = hasProbabilities };

        (Node Exponent, Node? Factor) Make()
        {
            Node condition = masks.Aggregate(True, And);
            if (whole is null)
                return WeightedSum(Product([.. factors.Where(factor => !exponentials.Contains(factor))]), exponentials.Select(Log)
                    .Aggregate(Add), condition);
            if (!isNeverEmpty)
            {
                (Node largest, Node rest) = WeightedSum(One, whole.Parts.Exponent, condition);
                return (Add(largest, Elementwise(Op.Log, rest)), null);
            }

            return masks.Exists(mask => mask.Op == Op.ClassSet && mask.Classes!.Effective.Count() == 1)
                ? (Sum(Mask(condition, whole.Parts.Exponent), Axes.Class), null)
                : (LogSumExp(Where(condition, whole.Parts.Exponent, Constant(double.NegativeInfinity))), null);
        }
    }

    /// <summary>
    /// sum_C(w * exp(z)) for weights of either sign. The largest exponent of those that have a weight comes out, a constant for the
    /// derivative: one summand at least is then neither 0 nor infinite.
    /// </summary>
    private (Node Exponent, Node Factor) WeightedSum(Node weight, Node exponent, Node condition)
    {
        Node counts = And(condition, Not(Equal(weight, Zero)));
        Node largest = Largest(ClassMaximum(Where(counts, exponent, Constant(double.NegativeInfinity))));

        // Nothing infinite where nothing counts: second derivatives multiply it by 0.
        Node exponential = ShiftedExp(Where(counts, Subtract(exponent, largest), Constant(double.NegativeInfinity)));
        Node weighted = counts.IsConstant || weight.IsNumber(1) ? weight : Make(Op.Where, counts, weight, Zero);
        return (largest, Sum(Multiply(weighted, exponential), Axes.Class));
    }

    // sum_NS(w * exp(z)), or of each image, with conditions. The largest of all points comes out that the conditions leave.
    private Scaled? ScaledSumOverPixels(Node sum)
    {
        (List<Node> masks, Node inner) = Unmask(sum[0]);
        List<Node> factors = [.. Factors(inner)], exponentials = [.. factors.Where(IsWild)];
        if (exponentials.Count == 0)
            return null;
        masks = OfExponents(masks, exponentials);
        return new(Make) { HasFactor = true, HasExponential = true };

        (Node Exponent, Node? Factor) Make()
        {
            Node exponent = exponentials.Select(Log).Aggregate(Add),
                weight = Product([.. factors.Where(factor => !exponentials.Contains(factor))]);
            Node largest = LargestOverPixels(exponent, masks.Aggregate(True, And), sum.Attribute);
            return (largest, Sum(Remask(masks, Multiply(weight, ShiftedExp(Subtract(exponent, largest)))), sum.Attribute));
        }
    }

    // That an exponential is not 0 is asked of its exponent: of one that rounds to 0 the exponent still counts, and only minus infinity
    // takes it out.
    private List<Node> OfExponents(List<Node> masks, List<Node> exponentials) => masks.ConvertAll(mask =>
        NotZero(mask) is { } exponential && exponentials.Contains(exponential)
            ? Not(Equal(Log(exponential), Constant(double.NegativeInfinity)))
            : mask);

    private Node LargestOverPixels(Node exponent, Node condition, Axes axes) =>
        Largest(PixelMaximum(Where(condition, exponent, Constant(double.NegativeInfinity)), axes));

    // What is taken off exponents: a constant for the derivative, and 0 where nothing takes part, so that nothing becomes infinite, and
    // where one is infinite, which less itself is no number.
    private Node Largest(Node maximum) =>
        Detach(Where(And(Less(Constant(NothingAbove), maximum), Less(maximum, Constant(double.PositiveInfinity))), maximum, Zero));

    /// <summary>exp(v) less the largest, and their sum, over the pixels that take part; and the largest.</summary>
    public (Node Exponentials, Node Sum, Node Largest) ShiftedOverPixels(Node a, Node condition, Axes axes)
    {
        Node largest = LargestOverPixels(a, condition, axes), exponentials =
            ShiftedExp(Where(condition, Subtract(a, largest), Constant(double.NegativeInfinity)));
        return (exponentials, Sum(exponentials, axes), largest);
    }

    private Node ShiftedExp(Node exponent) => Shifted(Elementwise(Op.Exp, exponent));

    private Node Shifted(Node exponential)
    {
        shifted.Add(exponential);
        return exponential;
    }

    /// <summary>log(exp(a) + exp(b)).</summary>
    private Node LogAddExp(Node a, Node b)
    {
        if (a.IsConstant)
            return Add(a, Softplus(Subtract(b, a)));
        if (b.IsConstant)
            return Add(b, Softplus(Subtract(a, b)));

        // Both may be -infinity, whose difference is none.
        return Add(Maximum(a, b), Where(Equal(a, b), Constant(Math.Log(2)), Softplus(Negate(Abs(Subtract(a, b))))));
    }

    // a / b where b is made of exponentials. What they are multiplied by remains.
    private Node? QuotientByExponentials(Node a, Node b)
    {
        // A logistic function, whose complement is taken without cancellation.
        if (b.Op == Op.Add && b[0].IsNumber(1) && b[1].Op == Op.Exp && !shifted.Contains(b[1])
            && Bounds(b[1][0]) is { Low: < -Near } and { Low: >= -Tame, High: <= Tame })
            return Multiply(a, Sigmoid(Negate(b[1][0])));
        if (ScaledOf(b) is not { HasExponential: true } below)
            return null;
        List<Node> factors = [.. Factors(a)];
        Node? sum = factors.Find(factor => (factor.Op == Op.Add && factor.Inputs.Any(IsExponential))
            || (factor.Op == Op.Sum && factor.Attribute == Axes.Class && !b.Axes.Has(Axes.Class) && IsExponential(factor)));
        if (sum is not null)
        {
            Node parts = sum.Op == Op.Add ? Add(Divide(sum[0], b), Divide(sum[1], b)) : Sum(Divide(sum[0], b), Axes.Class);
            factors.Remove(sum);
            return Multiply(Product(factors), parts);
        }

        Node others = One, exponent = Zero;
        foreach (Node factor in factors)
        {
            (Node own, Node? rest) = ScaledOf(factor) is { HasExponential: true } made ? made.Parts : IsExponentialFactor(factor)
                ? (Log(factor), null) : (Zero, factor);
            exponent = Add(exponent, own);
            others = Multiply(others, rest ?? One);
        }

        if (b.Op == Op.Add && ShareOf(exponent, b) is { } share)
            return Multiply(others, share);
        Node scaled = Multiply(others, Exp(Subtract(exponent, below.Parts.Exponent)));
        return below.Parts.Factor is { } divisor ? Divide(scaled, divisor) : scaled;
    }

    // exp(a) / (exp(a) + exp(b)) is a logistic function, and so is what differs from it by a constant factor.
    private Node? ShareOf(Node exponent, Node sum)
    {
        if (PositiveLogarithm(sum[0]) is not { } first || PositiveLogarithm(sum[1]) is not { } second)
            return null;
        return Share(first, second) ?? Share(second, first);

        Node? Share(Node own, Node other) => Subtract(exponent, own) is { IsConstant: true } difference
            && !double.IsInfinity(difference.Number)
            ? Multiply(Constant(Math.Exp(difference.Number)), Sigmoid(Subtract(own, other)))
            : null;
    }

    private bool IsExponential(Node node) => node.Op switch
    {
        Op.Sum => IsExponential(Unmask(node[0]).Inner),
        Op.Mask => IsExponential(node[1]),
        _ => Factors(node).Any(IsExponentialFactor),
    };

    private bool IsExponentialFactor(Node factor) => factor.Op == Op.Exp || written.Contains(factor);

    // An exponential that can overflow or become 0.
    private bool IsWild(Node factor) => factor.Op == Op.Exp ? !IsTame(factor) : written.Contains(factor);

    /// <summary>Log of the sum of exponentials over the classes. What all classes have in common comes out.</summary>
    public Node LogSumExp(Node a)
    {
        if (!a.Axes.Has(Axes.Class))
            return Add(a, Log(Extent(Axes.Class)));
        if (RisesIfMasked(a))
        {
            (Node largest, Node sum) = WeightedSum(One, a, True);
            return Add(largest, Elementwise(Op.Log, sum));
        }

        return CommonToClasses(a) is var (common, others) ? Add(common, Make(Op.LogSumExp, others)) : Make(Op.LogSumExp, a);
    }

    /// <summary>Softmax over the classes. What all classes have in common does not change it.</summary>
    public Node Softmax(Node a)
    {
        if (!a.Axes.Has(Axes.Class))
            return Divide(One, Extent(Axes.Class));
        if (RisesIfMasked(a))
            return Elementwise(Op.Exp, Subtract(a, LogSumExp(a)));
        return Make(Op.Softmax, CommonToClasses(a) is var (_, others) ? others : a);
    }

    /// <summary>1 - softmax.</summary>
    public Node SoftmaxComplement(Node a)
    {
        if (!a.Axes.Has(Axes.Class))
            return Subtract(One, Softmax(a));
        if (RisesIfMasked(a))
            return Negate(Elementwise(Op.Expm1, Subtract(a, LogSumExp(a))));
        return Make(Op.SoftmaxComplement, CommonToClasses(a) is var (_, others) ? others : a);
    }

    // The summands without a class axis, and the others.
    private (Node Common, Node Others)? CommonToClasses(Node a)
    {
        var terms = new List<(double Factor, Node Base)>();
        if (a.Op is not (Op.Add or Op.Multiply) || !Terms(a, 1, terms) || terms.All(term => term.Base.Axes.Has(Axes.Class)))
            return null;
        ILookup<bool, Node> parts = terms.ToLookup(term => term.Base.Axes.Has(Axes.Class), term => Multiply(Constant(term.Factor),
            term.Base));
        return (parts[false].Aggregate(Add), parts[true].Aggregate(Add));
    }
}
