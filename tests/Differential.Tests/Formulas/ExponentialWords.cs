using LossGen.Kernels;

namespace LossGen.Differential.Formulas;

/// <summary>
/// What people write with exponentials and logarithms, which overflows or cancels as it is written, each beside the function of the
/// language that does not: the reference executes that, and generated code has to find it. And those functions themselves.
/// </summary>
internal static class ExponentialWords
{
    private static readonly double LogMostClasses = Math.Log(FormulaContext.MostClasses), LogMostPoints =
        Math.Log(FormulaContext.MostPoints);

    // A mean of one value with the softmax of another over the pixels.
    private static readonly Word SoftArgument = new("", 2, "", (c, n, v) => c.HasIgnored || v[0].Axes != v[1].Axes
        || !v[0].Axes.HasFlag(c.SumAxes)
        ? null
        : Words.Mixed(v[1].Range, v) with { Axes = v[1].Axes & ~c.SumAxes });

    /// <summary>The words without inputs.</summary>
    public static IReadOnlyList<Word> Leaves { get; } =
    [
        Words.Leaf("1 - p", "(1 - x.Probability)", (c, n) => c.Activation == Activation.None ? null
            : Moving(Words.ComplementRange(c))) with { Stable = "x.Complement", Weight = 2 },
        Words.Leaf("Log(p)", "Log(x.Probability)", (c, n) => c.Activation == Activation.None ? null
            : Moving(Words.LogProbabilityRange(c))) with { Stable = "x.LogProbability", Weight = 2 },
        Words.Leaf("Log(1 - p)", "Log(1 - x.Probability)", SigmoidLog) with { Stable = "LogSigmoid(-x.Logit)" },
        Words.Leaf("Log(complement)", "Log(x.Complement)", SigmoidLog) with { Stable = "LogSigmoid(-x.Logit)" },
    ];

    /// <summary>The words with inputs.</summary>
    public static IReadOnlyList<Word> Functions { get; } =
    [
        OverClasses("log-sum-exp", "LogSumExpOverClasses({0})", r => new(r.Low, r.High + LogMostClasses), keepsClasses: false),
        OverClasses("softmax", "SoftmaxOverClasses({0})", _ => new(0, 1), keepsClasses: true),
        Written("Log(SumOverClasses(Exp({0})))", "LogSumExpOverClasses({0})", OverClasses("", "", r => new(r.Low, r.High + LogMostClasses),
            keepsClasses: false)) with { Weight = 2 },
        Written("(Exp({0}) / SumOverClasses(Exp({0})))", "Exp({0} - LogSumExpOverClasses({0}))", OverClasses("", "", _ => new(0, 1), keepsClasses: true)), // at classes that the sum leaves out, too
        OverPixels("LogSumExpOverPixels({0})", r => new(r.Low, r.High + LogMostPoints)),
        OverPixels("MaxOverPixels({0})", r => r),
        OverPixels("SoftmaxOverPixels({0})", _ => new(0, 1), keepsPixels: true),
        Written("Log(Sum(Exp({0})))", "LogSumExpOverPixels({0})", OverPixels("", r => new(r.Low, r.High + LogMostPoints))),
        Written("(Sum(Exp({0}) * {1}) / Sum(Exp({0})))", "Sum(SoftmaxOverPixels({0}) * {1})", SoftArgument),
        Words.Function("LogCosh", v => new(0, v.Magnitude)),
        Written("Log(Cosh({0}))", "LogCosh({0})", Words.Function("", v => new(0, v.Magnitude))),
        Written("Log(1 + Exp({0}))", "Softplus({0})",
            Words.Function("", v => v.Map(x => x > 30 ? x : Math.Log(1 + Math.Exp(x))))) with { Weight = 2 },
        Written("(1 / (1 + Exp(-{0})))", "Sigmoid({0})", Words.Function("", v => v.Map(x => 1 / (1 + Math.Exp(-x))))),
        Written("Log(1 / (1 + Exp(-{0})))", "LogSigmoid({0})",
            Words.Function("", v => -(-v).Map(x => x > 30 ? x : Math.Log(1 + Math.Exp(x))))),
        Written("Log(1 - 1 / (1 + Exp(-{0})))", "LogSigmoid(-{0})",
            Words.Function("", v => -v.Map(x => x > 30 ? x : Math.Log(1 + Math.Exp(x))))),
    ];

    private static Facts Moving(Interval range) => new(range, ElementAxes.Batch | ElementAxes.Class | ElementAxes.Pixel, Moves: true);

    // The language has no name for the logarithm of a softmax's complement.
    private static Facts? SigmoidLog(FormulaContext context, double number) => context.Activation == Activation.Sigmoid
        ? Moving(Words.LogProbabilityRange(context)) : null;

    // Of what has classes: without them sums multiply, and a softmax is a share.
    private static Word OverClasses(string name, string pattern, Func<Interval, Interval> range, bool keepsClasses) =>
        new(name, 1, pattern, (c, n, v) => v[0].Axes.HasFlag(ElementAxes.Class)
        ? v[0] with
        {
            Range = c.HasIgnored ? range(v[0].Range).Union(Interval.Point(0)) : range(v[0].Range),
            Axes = keepsClasses ? v[0].Axes
        : v[0].Axes & ~ElementAxes.Class,
            IsGrid = false
        }
        : null);

    // Of what has pixels, none of them ignored: over nothing a maximum is -infinity.
    private static Word OverPixels(string pattern, Func<Interval, Interval> range, bool keepsPixels = false) =>
        new(pattern, 1, pattern, (c, n, v) => c.HasIgnored || !v[0].Axes.HasFlag(c.SumAxes)
        ? null
        : v[0] with { Range = range(v[0].Range), Axes = keepsPixels ? v[0].Axes : v[0].Axes & ~c.SumAxes, IsGrid = false });

    private static Word Written(string pattern, string stable, Word like) =>
        like with { Name = pattern, Pattern = pattern, Stable = stable };
}
