namespace LossGen.Compiler.Graph;

/// <summary>Functions of one or two numbers, with the rewrites that keep them stable.</summary>
internal sealed partial class GraphBuilder
{
    public Node Exp(Node a) => LocalRules.Apply(this, Op.Exp, a) ?? Elementwise(Op.Exp, a);

    /// <summary>
    /// Exp as a formula has it. Where that is a probability, logarithms of its sums, and quotients by them, are those of the exponentials
    /// that are written.
    /// </summary>
    public Node WrittenExp(Node a)
    {
        Node exponential = Exp(a);
        if (exponential.Op is Op.Softmax or Op.Sigmoid)
            written.Add(exponential);
        return exponential;
    }

    public Node Log(Node a)
    {
        if (LocalRules.Apply(this, Op.Log, a) is { } known)
            return known;
        if (IsComplementAtLabel(a))
            return LogComplementAtLabel(a[0][1][0]);
        if (IsChannel(a) && a[0][1].Op is Op.Softmax or Op.SoftmaxComplement or Op.Sigmoid)
            return Sum(Mask(a[0][0], Log(a[0][1])), Axes.Class);
        return OneMinusBounded(a) is { } bounded ? Log(bounded)
            : LocalRules.ApplyLate(this, Op.Log, a) ?? LogarithmOfExponentials(a) ?? Elementwise(Op.Log, a);
    }

    /// <summary>log(1 + a); of an exponential softplus.</summary>
    public Node Log1p(Node a) => LocalRules.Apply(this, Op.Log1p, a)
        ?? (ScaledOf(a) is { HasExponential: true } scaled ? LogarithmOf(ScaledAddition((Zero, null), scaled.Parts))
        : Elementwise(Op.Log1p, a));

    /// <summary>exp(a) - 1; of the logarithm of the label's probability that probability's complement.</summary>
    public Node Expm1(Node a) => LocalRules.Apply(this, Op.Expm1, a)
        ?? (LessLogSumExp(a) is var (value, logits) && IsAtLabel(value, logits) ? Negate(ComplementAtLabel(logits))
        : Elementwise(Op.Expm1, a));

    /// <summary>The parts of a value less the log-sum-exp of logits: of the logarithm of a softmax, and of the label's.</summary>
    public static (Node Value, Node Logits)? LessLogSumExp(Node a)
    {
        static Node? LogitsOf(Node node) => node.Op == Op.Multiply && node[0].IsNumber(-1) && node[1].Op == Op.LogSumExp ? node[1][0]
            : null;
        if (a.Op != Op.Add)
            return null;
        return LogitsOf(a[1]) is { } right ? (a[0], right) : LogitsOf(a[0]) is { } left ? (a[1], left) : null;
    }

    public Node Sqrt(Node a) => Elementwise(Op.Sqrt, OneMinusBounded(a) ?? a);

    public Node Abs(Node a) => LocalRules.Apply(this, Op.Abs, a) ?? Elementwise(Op.Abs, a);

    public Node Sigmoid(Node a) => Elementwise(Op.Sigmoid, a);

    public Node Softplus(Node a) => Elementwise(Op.Softplus, a);

    public Node Detach(Node a) => a.DependsOnLogit ? Make(Op.Detach, a) : a;

    public Node Minimum(Node a, Node b) => LocalRules.Apply(this, Op.Minimum, a, b) ?? Elementwise(Op.Minimum, a, b);

    public Node Maximum(Node a, Node b) => LocalRules.Apply(this, Op.Maximum, a, b) ?? Elementwise(Op.Maximum, a, b);

    /// <summary>
    /// The value, but at least the lower and at most the upper bound, which wins where they cross; NaN where any of the three is.
    /// </summary>
    public Node Clamp(Node a, Node low, Node high) => LocalRules.Apply(this, Op.Clamp, a, low, high) ?? Elementwise(Op.Clamp, a, low, high);

    public Node Power(Node a, Node exponent)
    {
        if (LocalRules.Apply(this, Op.Power, a, exponent) is { } known)
            return known;
        if (exponent.IsConstant && OneMinusBounded(a) is { } bounded)
            return Power(bounded, exponent);
        return LocalRules.ApplyLate(this, Op.Power, a, exponent) ?? Elementwise(Op.Power, a, exponent);
    }

    /// <summary>The largest over those of the axes that the value has; on the axes of pixels, and of images beside them.</summary>
    public Node PixelMaximum(Node a, Axes axes) => a.Axes.Touches(axes) ? Make(Op.PixelMaximum, [a], 0, axes & a.Axes) : a;

    public Node ClassMaximum(Node a) => a.Axes.Has(Axes.Class) ? Make(Op.ClassMaximum, a) : a;
}
