using LossGen.Kernels;

namespace LossGen.Differential.Formulas;

/// <summary>The words of random formulas: every leaf, operator and function of the language.</summary>
internal static class Words
{
    private const ElementAxes All = ElementAxes.Batch | ElementAxes.Class | ElementAxes.Pixel;

    /// <summary>
    /// Logits of random data without an activation are between these, as probabilities are; otherwise within the bound of the loss.
    /// </summary>
    public const double SmallestProbability = 0.0625;

    /// <summary>Most losses have logits within this.</summary>
    public const double ModestLogit = 5;

    public static readonly Word Number = Leaf("number", "{n}", (c, n) => new(Interval.Point(n), IsGrid: n == 0 || Math.Abs(n) >= 0.125));

    public static readonly Word Local = Leaf("local", "a{i}", (c, n) => n < c.Locals.Length ? c.Locals[(int)n] : null);

    public static readonly Word Probability = Leaf("probability", "x.Probability", (c, n) => new(ProbabilityRange(c), All,
        Moves: true)) with
    { Weight = 8 };

    public static readonly Word Target = Leaf("target", "y", (c, n) => new(new(0, 1), All, IsGrid: true)) with { Weight = 7 };

    public static readonly Word Logit = Leaf(
        "logit", "x.Logit", (c, n) => new(c.Activation == Activation.None ? ProbabilityRange(c) : new(-c.LogitBound, c.LogitBound), All,
            Moves: true)) with
    { Weight = 3 };

    public static readonly Word Parameter = Leaf("parameter", "k{i}", (c, n) => n < c.Numbers.Length
        ? new(Interval.Point(c.Numbers[(int)n])) : null) with
    { Weight = 2 };

    public static readonly Word PerClass =
        Leaf("per class", "w{i}", (c, n) => n < c.PerClass.Length ? new(c.PerClass[(int)n], ElementAxes.Class) : null) with { Weight = 2 };

    public static readonly Word Map = Leaf(
        "map", "m{i}", (c, n) => n < c.Maps.Length ? new(new(0, 1.5), c.Maps[(int)n] ? All : ElementAxes.Batch | ElementAxes.Pixel)
            : null) with
    { Weight = 2 };

    private static readonly Word[] OtherLeaves =
    [
        Leaf("log-probability", "x.LogProbability", (c, n) => new(LogProbabilityRange(c), All, Moves: true)) with { Weight = 3 },
        Leaf("complement", "x.Complement", (c, n) => new(ComplementRange(c), All, Moves: true)) with { Weight = 3 },
        Leaf("valid", "y.Valid", (c, n) => new(new(0, 1), c.HasIgnored ? All : ElementAxes.None, IsGrid: true)),
        Leaf("class index", "x.ClassIndex", (c, n) => new(new(0, FormulaContext.MostClasses - 1), ElementAxes.Class, IsGrid: true)),
        Leaf("class count", "x.ClassCount", (c, n) => new(new(1, FormulaContext.MostClasses), IsGrid: true)),
    ];

    /// <summary>The words without inputs.</summary>
    public static IReadOnlyList<Word> Leaves { get; } = [Probability, Target, Logit, Parameter, PerClass, Map, .. OtherLeaves,
        .. ExponentialWords.Leaves];

    public static readonly Word Add = Join("+", (a, b) => a + b) with { Weight = 8 };

    public static readonly Word Subtract = new("-", 2, "({0} - {1})", (c, n, v) => Mixed(v[0].Range - v[1].Range, v) is var difference
        && (EndsAtEnd(v[0], v[1]) || EndsAtEnd(v[1], v[0]))
        ? difference with { RoundsToZero = true }
        : difference)
    { Weight = 7 };

    public static readonly Word Multiply = new("*", 2, "({0} * {1})", (c, n, v) => Mixed(v[0].Range * v[1].Range, v) is var product
        && v.Any(factor => EndsAt(factor, 0))
        ? product with { RoundsToZero = true }
        : product)
    { Weight = 10 };

    public static readonly Word Divide = new("/", 2, "({0} / {1})", (c, n, v) => v[1].Range.Excludes(0, 0.02)
        ? Mixed(Quotient(v[0].Range, v[1].Range), v) : null)
    { Weight = 4 };

    public static readonly Word Where = new("Where", 3, "Where({0}, {1}, {2})", (c, n, v) => Mixed(v[1].Range.Union(v[2].Range),
        v))
    { Weight = 4, Conditions = 1 };

    public static readonly Word Softplus = Function("Softplus", v => v.Map(x => x > 30 ? x : Math.Log(1 + Math.Exp(x))));

    public static readonly Word Tanh = Function("Tanh", v => v.Map(Math.Tanh));

    public static readonly Word Sigmoid = Function("Sigmoid", v => v.Map(x => 1 / (1 + Math.Exp(-x)))) with { Weight = 2 };

    public static readonly Word Square = Function("Square", v => v.Abs() * v.Abs()) with { Weight = 2 };

    public static readonly Word Sum = Reduction("Sum", c => c.SumAxes, isMean: false) with { Weight = 6 };

    public static readonly Word Mean = Reduction("Mean", c => c.SumAxes, isMean: true) with { Weight = 5 };

    public static readonly Word MeanOverClasses = Reduction("MeanOverClasses", c => ElementAxes.Class, isMean: true) with { Weight = 4 };

    private static readonly Word[] OtherFunctions =
    [
        Function("-", v => -v, "(-{0})") with { Weight = 3 },
        Function("Abs", v => v.Abs()) with { Weight = 2 },
        new("Sign", 1, "Sign({0})", (c, n, v) => EndsAt(v[0], 0) ? null : new(new(-1, 1), v[0].Axes)),
        Function("Exp", v => v.High <= 8 ? v.Map(Math.Exp) : null) with { Weight = 2 },
        Function("Log", v => v.Low >= 1e-6 ? v.Map(Math.Log) : null) with { Weight = 4 },
        Function("Log1p", v => v.Low >= -0.95 ? v.Map(x => Math.Log(1 + x)) : null),
        Function("Expm1", v => v.High <= 8 ? v.Map(x => Math.Exp(x) - 1) : null),
        Function("Sqrt", v => v.Low >= 1e-3 ? v.Map(Math.Sqrt) : null),
        Function("LogSigmoid", v => -(-v).Map(x => x > 30 ? x : Math.Log(1 + Math.Exp(x)))),
        Function("Sinh", v => v.Magnitude <= 8 ? v.Map(Math.Sinh) : null),
        Function("Cosh", v => v.Magnitude <= 8 ? v.Abs().Map(Math.Cosh) : null),
        new("Detach", 1, "Detach({0})", (c, n, v) => v[0] with { Moves = false, IsGrid = false }),
        new("Pow by a number", 1, "Pow({0}, {n})", (c, n, v) => NumberPower(v[0].Range, n) is { } range ? Mixed(range, v) : null)
            { Weight = 3 },
        new("Pow", 2, "Pow({0}, {1})", (c, n, v) => PowerOf(v)) { Weight = 2 },
        new("Min", 2, "Min({0}, {1})", (c, n, v) => Mixed(new(Math.Min(v[0].Range.Low, v[1].Range.Low),
            Math.Min(v[0].Range.High, v[1].Range.High)), v)),
        new("Max", 2, "Max({0}, {1})", (c, n, v) => Mixed(new(Math.Max(v[0].Range.Low, v[1].Range.Low),
            Math.Max(v[0].Range.High, v[1].Range.High)), v)),
        new("Clamp", 3, "Clamp({0}, {1}, {2})", (c, n, v) => v[1].Moves || v[2].Moves ? null
            : Mixed(v[0].Range.Union(v[1].Range).Union(v[2].Range), v)) { Weight = 2 },
        new("Divide", 3, "Divide({0}, {1}, {2})", (c, n, v) => v[1].IsGrid && !v[1].Moves
            ? Mixed((v[0].Range * new Interval(-8, 8)).Union(v[2].Range), v) : null) { Weight = 2 },
        Function("Erf", v => new(v.Low < 0 ? -1 : 0, v.High > 0 ? 1 : 0)),
        Function("Lgamma", v => v.Low >= 0.05 && v.High <= 1e4 ? new(-0.13, Math.Max(3, v.High * Math.Log(v.High + 1))) : null),
        Function("Digamma", v => v.Low >= 0.05 && v.High <= 1e8 ? new(-21, Math.Log(v.High + 1)) : null),
        Reduction("Total", c => ElementAxes.Batch | ElementAxes.Pixel, isMean: false),
        Reduction("TotalMean", c => ElementAxes.Batch | ElementAxes.Pixel, isMean: true),
        Reduction("SumOverClasses", c => ElementAxes.Class, isMean: false) with { Weight = 4 },
        Reduction("MaxOverClasses", c => ElementAxes.Class, isMean: true),
        OverBatch("SumOverBatch", isMean: false),
        OverBatch("MeanOverBatch", isMean: true),
    ];

    /// <summary>The words that make a number of numbers and conditions.</summary>
    public static IReadOnlyList<Word> Functions { get; } =
        [Add, Subtract, Multiply, Divide, Where, Softplus, Tanh, Sigmoid, Square, Sum, Mean, MeanOverClasses, .. OtherFunctions, .. ClassWords.All, .. ExponentialWords.Functions];

    /// <summary>The words that make a condition.</summary>
    public static IReadOnlyList<Word> Conditions { get; } =
    [
        Comparison("<", "({0} < {1})"),
        Comparison("<=", "({0} <= {1})"),
        Comparison(">", "({0} > {1})"),
        Comparison(">=", "({0} >= {1})"),
        Comparison("EqualTo", "EqualTo({0}, {1})"),
        new("&", 2, "({0} & {1})", (c, n, v) => Mixed(new(0, 1), v) with { IsCondition = true }) { Conditions = 2 },
        new("|", 2, "({0} | {1})", (c, n, v) => Mixed(new(0, 1), v) with { IsCondition = true }) { Conditions = 2 },
        new("!", 1, "(!{0})", (c, n, v) => v[0]) { Conditions = 1 },
    ];

    public static Interval ProbabilityRange(FormulaContext context) => context.Activation switch
    {
        Activation.Softmax => new(Math.Exp(-2 * context.LogitBound) / FormulaContext.MostClasses, 1),
        Activation.Sigmoid => new(0.9 * Math.Exp(-context.LogitBound), 1 - (0.9 * Math.Exp(-context.LogitBound))),
        _ => new(SmallestProbability, 1 - SmallestProbability),
    };

    public static Interval LogProbabilityRange(FormulaContext context) => context.Activation switch
    {
        Activation.Softmax => new((-2 * context.LogitBound) - Math.Log(FormulaContext.MostClasses), 0),
        Activation.Sigmoid => new(-context.LogitBound - 0.1, 0),
        _ => ProbabilityRange(context).Map(Math.Log),
    };

    public static Interval ComplementRange(FormulaContext context) => context.Activation == Activation.Softmax ? new(0, 1)
        : ProbabilityRange(context);

    /// <summary>A mean over the pixels that take part.</summary>
    public static Interval Weighted(Interval range, FormulaContext context) => context.HasIgnored ? range.Union(Interval.Point(0)) : range;

    public static Word Leaf(string name, string pattern, Func<FormulaContext, double, Facts?> meaning) =>
        new(name, 0, pattern, (c, n, v) => meaning(c, n));

    private static Word Join(string name, Func<Interval, Interval, Interval> range) =>
        new(name, 2, $"({{0}} {name} {{1}})", (c, n, v) => Mixed(range(v[0].Range, v[1].Range), v));

    public static Word Function(string name, Func<Interval, Interval?> range, string? pattern = null) =>
        new(name, 1, pattern ?? name + "({0})", (c, n, v) => range(v[0].Range) is { } result ? Mixed(result, v) : null);

    public static Facts Mixed(Interval range, Facts[] inputs) =>
        new(range, inputs.Aggregate(ElementAxes.None, (axes, input) => axes | input.Axes),
            inputs.Any(input => input.Moves))
        { RoundsToZero = inputs.Any(input => input.RoundsToZero) };

    // Numbers pile up where the range of what moves ends: the logarithm of a probability that is nearly 1 is 0 or a number below, as it
    // rounds, and in float a probability of 1 - 1e-8 is 1. A probability of nearly 1 less a target of 1 is 0 or a number below, as it
    // rounds.
    private static bool EndsAtEnd(Facts value, Facts other) => EndsAt(value, other.Range.Low) || EndsAt(value, other.Range.High);

    private static bool EndsAt(Facts value, double number) =>
        value.Moves && ((number == 0 && value.RoundsToZero) || Math.Abs(value.Range.Low - number) < 1e-5
        || Math.Abs(value.Range.High - number) < 1e-5);

    // What moves is compared with a number only: two expressions that are equal in mathematics differ by rounding, and either answer is
    // right.
    private static Word Comparison(string name, string pattern) => new(name, 2, pattern, (c, n, v) =>
    {
        bool isSafe = v[0].Moves || v[1].Moves
            ? name != "EqualTo" && ((IsNumber(v[0]) && !EndsAt(v[1], v[0].Range.Low)) || (IsNumber(v[1]) && !EndsAt(v[0], v[1].Range.Low)))
            : v[0].IsGrid && v[1].IsGrid;
        return isSafe ? Mixed(new(0, 1), v) with { IsCondition = true } : null;
    });

    private static bool IsNumber(Facts value) => value.Range.Low == value.Range.High;

    private static Word Reduction(string name, Func<FormulaContext, ElementAxes> axes, bool isMean) =>
        new(name, 1, name + "({0})", (c, n, v) =>
    {
        Interval range = v[0].Range;
        double most = axes(c).HasFlag(ElementAxes.Pixel) ? FormulaContext.MostPoints : FormulaContext.MostClasses;
        if (c.HasIgnored)
            range = range.Union(Interval.Point(0));
        return v[0] with
        {
            Range = isMean ? range : range.Union(range * Interval.Point(most)),
            Axes = v[0].Axes & ~axes(c),
            IsGrid = !isMean && v[0].IsGrid && range.Low >= 0,
        };
    });

    // Of what has no pixels any more: over the images of a pixel it would be a sum across tiles.
    private static Word OverBatch(string name, bool isMean) =>
        new(name, 1, name + "({0})", (c, n, v) => v[0].Axes.HasFlag(ElementAxes.Pixel)
        ? null
        : v[0] with
        {
            Range = isMean ? v[0].Range : v[0].Range.Union(v[0].Range * Interval.Point(3)),
            Axes = v[0].Axes & ~ElementAxes.Batch,
            IsGrid = false
        });

    // Powers by 0 and from 1 on have a slope at 0; it is torch's.
    private static Facts? PowerOf(Facts[] inputs)
    {
        (Interval numbers, Interval exponents) = (inputs[0].Range, inputs[1].Range);
        if (numbers.Low >= 0.01 && exponents.Magnitude <= 4)
            return Mixed((exponents * numbers.Map(Math.Log)).Map(Math.Exp), inputs);
        bool isSafe = numbers.Low >= 0 && !inputs[1].Moves && exponents is { Low: var low, High: <= 3 } && low == exponents.High
            && low is 0 or >= 1;
        return isSafe ? Mixed(exponents.Low == 0 ? Interval.Point(1) : numbers.Map(x => Math.Pow(x, exponents.Low)), inputs) : null;
    }

    private static Interval Quotient(Interval a, Interval b) => a * new Interval(1 / b.High, 1 / b.Low);

    private static Interval? NumberPower(Interval range, double exponent)
    {
        bool isWhole = exponent == Math.Floor(exponent);
        if (range.Low >= 0.01)
            return exponent >= 0 ? range.Map(x => Math.Pow(x, exponent)) : (-range).Map(x => Math.Pow(-x, exponent));
        if (!isWhole)
            return null;
        if (exponent >= 0)
            return exponent % 2 == 0 ? range.Abs().Map(x => Math.Pow(x, exponent)) : range.Map(x => Math.Pow(x, exponent));
        return range.Excludes(0, 0.02) ? new Interval(0, Math.Pow(Math.Min(Math.Abs(range.Low), Math.Abs(range.High)), exponent)) is var r
            ? new(-r.High, r.High) : null : null;
    }
}
