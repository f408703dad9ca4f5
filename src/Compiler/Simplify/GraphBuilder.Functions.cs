namespace LossGen.Compiler.Graph;

/// <summary>Functions of one or two numbers, with the rewrites that keep them stable.</summary>
internal sealed partial class GraphBuilder
{
    /// <summary>Exp; of the logarithm of a probability that probability.</summary>
    public Node Exp(Node a)
    {
        if (a.Op == Op.Log)
            return a[0];
        if (NegatedSoftplus(a) is { } x)
            return Sigmoid(Negate(x));
        return LessLogSumExp(a) is var (value, logits) && ReferenceEquals(value, logits) ? Softmax(logits) : Elementwise(Op.Exp, a);
    }

    /// <summary>Exp as a formula has it. Where that is a probability, logarithms of its sums, and quotients by them, are those of the exponentials that are written.</summary>
    public Node WrittenExp(Node a)
    {
        Node exponential = Exp(a);
        if (exponential.Op is Op.Softmax or Op.Sigmoid)
            written.Add(exponential);
        return exponential;
    }

    /// <summary>Log, from the stable form where there is one.</summary>
    public Node Log(Node a)
    {
        switch (a.Op)
        {
            case Op.Exp:
                return a[0];
            case Op.Softmax:
                return Subtract(a[0], LogSumExp(a[0]));
            case Op.Sigmoid:
                return Negate(Softplus(Negate(a[0])));
            case Op.SoftmaxComplement:
                return LogSoftmaxComplement(a[0]);
            case Op.Sum when IsComplementAtLabel(a):
                return LogComplementAtLabel(a[0][1][0]);
            case Op.Sum when IsChannel(a) && a[0][1].Op is Op.Softmax or Op.SoftmaxComplement or Op.Sigmoid:
                return Sum(Mask(a[0][0], Log(a[0][1])), Axes.Class);
            case Op.Add when OneMinusBounded(a) is { } bounded:
                return Log(bounded);
            case Op.Add when a[0].IsNumber(1):
                return Log1p(a[1]);
            default:
                return LogarithmOfExponentials(a) ?? Elementwise(Op.Log, a);
        }
    }

    /// <summary>log(1 + a); of an exponential softplus.</summary>
    public Node Log1p(Node a)
    {
        if (a.Op == Op.Expm1)
            return a[0];
        if (a.Op == Op.Mask && a[1].Op == Op.Expm1)
            return Mask(a[0], a[1][0]);
        return ScaledOf(a) is { HasExponential: true } scaled ? LogarithmOf(ScaledAddition((Zero, null), scaled.Parts)) : Elementwise(Op.Log1p, a);
    }

    /// <summary>exp(a) - 1; of the logarithm of a probability less the probability's complement: where that is small, the logarithm has no digits left.</summary>
    public Node Expm1(Node a)
    {
        if (a.Op == Op.Mask)
            return Mask(a[0], Expm1(a[1]));
        if (NegatedSoftplus(a) is { } x)
            return Negate(Sigmoid(x));
        if (LessLogSumExp(a) is var (value, logits))
        {
            if (ReferenceEquals(value, logits))
                return Negate(SoftmaxComplement(logits));
            if (IsAtLabel(value, logits))
                return Negate(ComplementAtLabel(logits));
        }

        return Elementwise(Op.Expm1, a);
    }

    private static Node? NegatedSoftplus(Node a) => a.Op == Op.Multiply && a[0].IsNumber(-1) && a[1].Op == Op.Softplus ? a[1][0] : null;

    /// <summary>The parts of a value less the log-sum-exp of logits: of the logarithm of a softmax, and of the label's.</summary>
    public static (Node Value, Node Logits)? LessLogSumExp(Node a)
    {
        static Node? LogitsOf(Node node) => node.Op == Op.Multiply && node[0].IsNumber(-1) && node[1].Op == Op.LogSumExp ? node[1][0] : null;
        if (a.Op != Op.Add)
            return null;
        return LogitsOf(a[1]) is { } right ? (a[0], right) : LogitsOf(a[0]) is { } left ? (a[1], left) : null;
    }

    public Node Sqrt(Node a) => Elementwise(Op.Sqrt, OneMinusBounded(a) ?? a);

    public Node Abs(Node a)
    {
        if (a.Op == Op.Multiply && a[0].IsNumber(-1))
            return Abs(a[1]);
        return a.Op is Op.Abs or Op.Exp or Op.Sigmoid or Op.Softmax or Op.SoftmaxComplement or Op.Softplus ? a : Elementwise(Op.Abs, a);
    }

    public Node Sign(Node a) => Elementwise(Op.Sign, a);

    public Node Tanh(Node a) => Elementwise(Op.Tanh, a);

    public Node Atan(Node a) => Elementwise(Op.Atan, a);

    public Node Erf(Node a) => Elementwise(Op.Erf, a);

    public Node Lgamma(Node a) => Elementwise(Op.Lgamma, a);

    public Node Digamma(Node a) => Elementwise(Op.Digamma, a);

    public Node Trigamma(Node a) => Elementwise(Op.Trigamma, a);

    public Node Sinh(Node a) => Elementwise(Op.Sinh, a);

    public Node Cosh(Node a) => Elementwise(Op.Cosh, a);

    /// <summary>log(cosh(a)), without overflow, and with its digits near 0.</summary>
    public Node LogCosh(Node a) => Elementwise(Op.LogCosh, a);

    public Node Sigmoid(Node a) => Elementwise(Op.Sigmoid, a);

    public Node Softplus(Node a) => Elementwise(Op.Softplus, a);

    public Node Detach(Node a) => a.DependsOnLogit ? Make(Op.Detach, a) : a;

    public Node Minimum(Node a, Node b)
    {
        if (ReferenceEquals(a, b))
            return a;
        return LabelledProbability(a, b) ?? LabelledProbability(b, a) ?? Elementwise(Op.Minimum, a, b);
    }

    // min(p, [label]) is p at the label: with soft labels the overlap of a one-hot target is the ordinary one.
    private Node? LabelledProbability(Node p, Node label) =>
        p.Op is Op.Softmax or Op.SoftmaxComplement or Op.Sigmoid && label.Op == Op.Mask && label[0].Op == Op.OneHot && label[1].IsNumber(1) ? Mask(label[0], p) : null;

    public Node Maximum(Node a, Node b) => ReferenceEquals(a, b) ? a : Elementwise(Op.Maximum, a, b);

    /// <summary>The value, but at least the lower and at most the upper bound, which wins where they cross; NaN where any of the three is.</summary>
    public Node Clamp(Node a, Node low, Node high) => low.IsConstant && high.IsConstant && low.Number <= high.Number
        ? Where(Less(a, low), low, Where(Less(high, a), high, a))
        : Elementwise(Op.Clamp, a, low, high);

    /// <summary>Power; small whole and half exponents without a logarithm.</summary>
    public Node Power(Node a, Node exponent)
    {
        if (!exponent.IsConstant)
            return Elementwise(Op.Power, a, exponent);

        // [m] to a positive power is [m].
        if (a.Op == Op.Mask && exponent.Number > 0)
            return Mask(a[0], Power(a[1], exponent));
        if (exponent.Number is not (0 or 1 or 2 or 3 or 4) && OneMinusBounded(a) is { } bounded)
            return Power(bounded, exponent);
        return exponent.Number switch
        {
            0 => One,
            1 => a,
            2 => Multiply(a, a),
            3 => Multiply(Multiply(a, a), a),
            4 => Multiply(Multiply(a, a), Multiply(a, a)),
            0.5 => Sqrt(a),
            -0.5 => Divide(One, Sqrt(a)),
            -1 => Divide(One, a),
            -2 => Divide(One, Multiply(a, a)),
            _ when a.Op == Op.Exp => Exp(Multiply(exponent, a[0])),
            _ => Elementwise(Op.Power, a, exponent),
        };
    }

    /// <summary>The largest over those of the axes that the value has; on the axes of pixels, and of images beside them.</summary>
    public Node PixelMaximum(Node a, Axes axes) => a.Axes.Touches(axes) ? Make(Op.PixelMaximum, [a], 0, axes & a.Axes) : a;

    public Node ClassMaximum(Node a) => a.Axes.Has(Axes.Class) ? Make(Op.ClassMaximum, a) : a;
}
