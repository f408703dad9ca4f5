namespace LossGen.Compiler.Graph;

/// <summary>
/// The rules that look at an operation and what is directly below it. The first that fits is taken. What looks further (like terms,
/// splitting of sums, one-hot algebra, what is known inside a condition) is code, in the other files beside this one.
/// </summary>
internal static class LocalRules
{
    private static readonly Place X = Place.X, Y = Place.Y, C = Place.C, D = Place.D, K = Place.K, L = Place.L;

    private static readonly double[] WholePowers = [0, 1, 2, 3, 4];

    /// <summary>All rules in their order.</summary>
    public static IReadOnlyList<Rule> All { get; } =
    [
        New("a number and a condition", Op.And, [K, D], (g, m) => m[K].Number != 0 ? m[D] : m[K]),
        New("a condition and a number", Op.And, [C, K], (g, m) => m[K].Number != 0 ? m[C] : m[K]),
        New("a condition twice", Op.And, [C, C], (g, m) => m[C]),
        New("a number or a condition", Op.Or, [K, D], (g, m) => m[K].Number != 0 ? m[K] : m[D]),
        New("a condition or a number", Op.Or, [C, K], (g, m) => m[K].Number != 0 ? m[K] : m[C]),
        New("one of a condition twice", Op.Or, [C, C], (g, m) => m[C]),
        New("not of not", Op.Not, [Of(Op.Not, C)], (g, m) => m[C]),

        New("a choice that is made", Op.Where, [K, X, Y], (g, m) => m[K].Number != 0 ? m[X] : m[Y]),
        New("a choice by not", Op.Where, [Of(Op.Not, C), X, Y], (g, m) => g.Where(m[C], m[Y], m[X])),
        New("a choice between the same", Op.Where, [C, X, X], (g, m) => m[X]) with { IsLate = true },
        New("a choice with 0 otherwise", Op.Where, [C, X, 0], (g, m) => g.Mask(m[C], m[X])) with { IsLate = true },
        New("a choice with 0 first", Op.Where, [C, 0, Y], (g, m) => g.Mask(g.Not(m[C]), m[Y])) with { IsLate = true },

        New("a selection that is made", Op.Mask, [K, X], (g, m) => m[K].Number != 0 ? m[X] : g.Zero),
        New("a selection by both", Op.Mask, [Of(Op.And, C, D), X], (g, m) => g.Mask(m[C], g.Mask(m[D], m[X]))),
        New("a selection of 0", Op.Mask, [C, 0], (g, m) => g.Zero) with { IsLate = true },

        New("0 and a term", Op.Add, [0, Y], (g, m) => m[Y]),
        New("a term and 0", Op.Add, [X, 0], (g, m) => m[X]),
        New("no times a factor", Op.Multiply, [0, Y], (g, m) => g.Zero),
        New("a factor times 0", Op.Multiply, [X, 0], (g, m) => g.Zero),
        New("once a factor", Op.Multiply, [1, Y], (g, m) => m[Y]),
        New("a factor once", Op.Multiply, [X, 1], (g, m) => m[X]),

        // A factor that is selected selects the product: y * f is f at the label and 0 elsewhere.
        New("a selected factor first", Op.Multiply, [Of(Op.Mask, C, X), Y], (g, m) => g.MultiplySelected(m[C], m[X], m[Y])),
        New("a selected factor last", Op.Multiply, [Y, Of(Op.Mask, C, X)], (g, m) => g.MultiplySelected(m[C], m[Y], m[X])),
        New("a reciprocal first", Op.Multiply, [Of(Op.Divide, 1, X), Y], (g, m) => g.Divide(m[Y], m[X]))
            with { When = m => m[X].IsPixel == m[Y].IsPixel },
        New("a reciprocal last", Op.Multiply, [Y, Of(Op.Divide, 1, X)], (g, m) => g.Divide(m[Y], m[X]))
            with { When = m => m[X].IsPixel == m[Y].IsPixel },
        New("divided by 1", Op.Divide, [X, 1], (g, m) => m[X]),
        New("0 divided", Op.Divide, [0, Y], (g, m) => g.Zero) with { When = m => !m[Y].IsConstant },
        New("a selected dividend", Op.Divide, [Of(Op.Mask, C, X), Y], (g, m) => g.Mask(m[C], g.Divide(m[X], m[Y]))),

        New("the smaller of the same", Op.Minimum, [X, X], (g, m) => m[X]),
        New("the larger of the same", Op.Maximum, [X, X], (g, m) => m[X]),
        New("between known bounds", Op.Clamp, [X, K, L], (g, m) => g.Where(g.Less(m[X], m[K]), m[K], g.Where(g.Less(m[L], m[X]), m[L],
            m[X])))
            with { When = m => m[K].Number <= m[L].Number },

        // With soft labels the overlap of a one-hot target is the ordinary one.
        New("a probability or its label, the smaller", Op.Minimum, [X, Of(Op.Mask, Of(Op.OneHot), 1)],
            (g, m) => g.Mask(g.OneHot, m[X])) with { When = IsProbability },
        New("a label or its probability, the smaller", Op.Minimum, [Of(Op.Mask, Of(Op.OneHot), 1), X],
            (g, m) => g.Mask(g.OneHot, m[X])) with { When = IsProbability },

        New("the size of a negative", Op.Abs, [Minus(X)], (g, m) => g.Abs(m[X])),
        New("the size of what is not negative", Op.Abs, [X], (g, m) => m[X]) with { When = m => m[X].Operation().Result is { Low: >= 0 }
            && !m[X].Operation().IsCondition },

        New("the exponential of a logarithm", Op.Exp, [Of(Op.Log, X)], (g, m) => m[X]),
        New("the odds of a softplus", Op.Exp, [Minus(Of(Op.Softplus, X))], (g, m) => g.Sigmoid(g.Negate(m[X]))),
        New("the exponential of a log-softmax", Op.Exp, [Of(Op.Add, X, Minus(Of(Op.LogSumExp, X)))], (g, m) => g.Softmax(m[X])),
        New("the exponential of a log-softmax, written the other way", Op.Exp, [Of(Op.Add, Minus(Of(Op.LogSumExp, X)), X)],
            (g, m) => g.Softmax(m[X])),

        New("the logarithm of an exponential", Op.Log, [Of(Op.Exp, X)], (g, m) => m[X]),
        New("the logarithm of a softmax", Op.Log, [Of(Op.Softmax, X)], (g, m) => g.Subtract(m[X], g.LogSumExp(m[X]))),
        New("the logarithm of a sigmoid", Op.Log, [Of(Op.Sigmoid, X)], (g, m) => g.Negate(g.Softplus(g.Negate(m[X])))),
        New("the logarithm of a softmax's complement", Op.Log, [Of(Op.SoftmaxComplement, X)], (g, m) => g.LogSoftmaxComplement(m[X])),
        New("the logarithm of 1 and a term", Op.Log, [Of(Op.Add, 1, X)], (g, m) => g.Log1p(m[X])) with { IsLate = true },

        New("log1p of expm1", Op.Log1p, [Of(Op.Expm1, X)], (g, m) => m[X]),
        New("log1p of a selected expm1", Op.Log1p, [Of(Op.Mask, C, Of(Op.Expm1, X))], (g, m) => g.Mask(m[C], m[X])),
        New("expm1 of a selection", Op.Expm1, [Of(Op.Mask, C, X)], (g, m) => g.Mask(m[C], g.Expm1(m[X]))),

        // Where a probability's complement is small, its logarithm has no digits left.
        New("expm1 of a log-sigmoid", Op.Expm1, [Minus(Of(Op.Softplus, X))], (g, m) => g.Negate(g.Sigmoid(m[X]))),
        New("expm1 of a log-softmax", Op.Expm1, [Of(Op.Add, X, Minus(Of(Op.LogSumExp, X)))], (g, m) => g.Negate(g.SoftmaxComplement(m[X]))),
        New("expm1 of a log-softmax, written the other way", Op.Expm1, [Of(Op.Add, Minus(Of(Op.LogSumExp, X)), X)],
            (g, m) => g.Negate(g.SoftmaxComplement(m[X]))),

        // Small whole and half exponents without a logarithm.
        New("a positive power of a selection", Op.Power, [Of(Op.Mask, C, X), K], (g, m) => g.Mask(m[C], g.Power(m[X], m[K])))
            with { When = m => m[K].Number > 0 },
        New("a small whole power", Op.Power, [X, K], (g, m) => WholePower(g, m[X], (int)m[K].Number))
            with { When = m => WholePowers.Contains(m[K].Number) },
        New("a root", Op.Power, [X, 0.5], (g, m) => g.Sqrt(m[X])) with { IsLate = true },
        New("the reciprocal of a root", Op.Power, [X, -0.5], (g, m) => g.Divide(g.One, g.Sqrt(m[X]))) with { IsLate = true },
        New("a reciprocal", Op.Power, [X, -1], (g, m) => g.Divide(g.One, m[X])) with { IsLate = true },
        New("the reciprocal of a square", Op.Power, [X, -2], (g, m) => g.Divide(g.One, g.Multiply(m[X], m[X]))) with { IsLate = true },
        New("a power of an exponential", Op.Power, [Of(Op.Exp, X), K], (g, m) => g.Exp(g.Multiply(m[K], m[X]))) with { IsLate = true },
    ];

    private static readonly Rule[][] Early = ByOperation(isLate: false), Late = ByOperation(isLate: true);

    private static Rule[][] ByOperation(bool isLate)
    {
        var rules = new Rule[Enum.GetValues(typeof(Op)).Cast<int>().Max() + 1][];
        for (int op = 0; op < rules.Length; op++)
            rules[op] = [.. All.Where(rule => (int)rule.Left.Op == op && rule.IsLate == isLate)];
        return rules;
    }

    /// <summary>What the rules make of an operation; null where none fits.</summary>
    public static Node? Apply(GraphBuilder graph, Op op, params Node[] inputs) => Apply(graph, Early[(int)op], inputs);

    /// <summary>What the rules make of it that come behind everything else.</summary>
    public static Node? ApplyLate(GraphBuilder graph, Op op, params Node[] inputs) => Apply(graph, Late[(int)op], inputs);

    private static Node? Apply(GraphBuilder graph, Rule[] rules, Node[] inputs)
    {
        foreach (Rule rule in rules)
        {
            if (rule.Apply(graph, inputs) is { } result)
                return result;
        }

        return null;
    }

    private static Pattern Of(Op op, params Pattern[] inputs) => Pattern.Of(op, inputs);

    private static Pattern Minus(Pattern value) => Pattern.Minus(value);

    private static Rule New(string name, Op op, Pattern[] inputs, Func<GraphBuilder, PatternMatch, Node> right) =>
        new(name, new(op, [.. inputs]), right);

    private static bool IsProbability(PatternMatch match) => match[X].Op is Op.Softmax or Op.SoftmaxComplement or Op.Sigmoid;

    private static Node WholePower(GraphBuilder graph, Node x, int exponent) => exponent switch
    {
        0 => graph.One,
        1 => x,
        2 => graph.Multiply(x, x),
        3 => graph.Multiply(graph.Multiply(x, x), x),
        _ => graph.Multiply(graph.Multiply(x, x), graph.Multiply(x, x)),
    };
}
