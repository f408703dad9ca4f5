namespace LossGen.Differential.Numerics;

/// <content>What people write with exponentials, where these overflow or all become 0. Labels and one-hot targets.</content>
public sealed partial class RewriteTests
{
    private const string LogSum = "`Log(SumOverClasses(Exp(z)))`, also with weights";
    private const string Quotient = "`Exp(z) / SumOverClasses(Exp(z))`";
    private const string TwoExponentials = "`Log(Exp(a) + Exp(b))`, `Log(1 + Exp(v))`";
    private const string Logistic = "`1 / (1 + Exp(-v))`, `Exp(v) / (1 + Exp(v))`";
    private const string Cosh = "`Log(Cosh(v))`, `LogCosh`";
    private const string Probabilities = "`Log(SumOverClasses(w * softmax))`";

    // exp(-2)
    private const double E2 = 0.1353352832366127;

    private static IEnumerable<Case> Exponentials =>
    [
        Both(LogSum, "Softmax", "Log(SumOverClasses(Exp(x.Logit))) - SumOverClasses(y * x.Logit)", [95, -95, 47.5], 1, 190, [1, -1, 0]),
        Both(LogSum, "None", "Log(SumOverClasses(Exp(x.Logit / 0.05))) - SumOverClasses(y * x.Logit / 0.05)", [95, -95, 47.5], 1, 3800,
            [20, -20, 0]),
        Both(LogSum, "None", "Log(SumOverClasses(Exp(30 * x.Logit))) - SumOverClasses(y * (30 * x.Logit))", [4, -4, 2], 1, 240,
            [30, -30, 0]),
        Both(LogSum, "None", "Log(SumOverClasses(Exp(30 * (x.Logit - 0.35 * y)))) - SumOverClasses(y * 30 * (x.Logit - 0.35 * y))",
            [4, -4, 2], 1, 250.5, [30, -30, 0]),
        Both(LogSum, "None", "Log(SumOverClasses((x.ClassIndex + 1) * Exp(x.Logit))) - SumOverClasses(y * (x.Logit + Log(x.ClassIndex + 1)))", [95, -95], 1, 190 - Math.Log(2), [1, -1]),
        Both(LogSum, "None", "Square(Log(MeanOverClasses(Exp(x.Logit))))", [100, 100], 1, 1e4, [100, 100]),
        Both(LogSum, "None", "Log(1 + SumOverClasses((1 - y) * Exp(x.Logit))) + Log(1 + SumOverClasses(y * Exp(-x.Logit)))", [150, -120, 3],
            1, 270, [1, -1, 0]),
        Both(LogSum, "None", "LogSumExpOverClasses(20 * x.Logit) - SumOverClasses(y * (20 * x.Logit))", [95, -95, 47.5], 1, 3800,
            [20, -20, 0]),
        new(LogSum, "None", "Log(SumOverClasses(Exp(x.Logit))) - SumOverClasses(y * x.Logit)", [1e4, 1e4], 1, Math.Log(2), [0.5, -0.5]),
        new(LogSum, "Softmax", "Log(SumOverClasses(Exp(20 * x.Logit + 3))) - SumOverClasses(y * (20 * x.Logit + 3))", [1e4, 1e4], 1,
            Math.Log(2), [10, -10]),
        Both(LogSum, "None", "-SumOverClasses(y * LogSoftmaxOverClasses(20 * x.Logit))", [1e4, 1e4], 1, Math.Log(2), [10, -10]),
        Both(LogSum, "None", "-Log(Channel(Exp(x.Logit), 0) / SumOverClasses(Exp(x.Logit)))", [-95, 95], 1, 190, [-1, 1]),
        Both(LogSum, "Sigmoid", "Log(SumOverClasses(Exp(x.LogProbability)))", [-200, -200], 0, Math.Log(2) - 200, [0.5, 0.5]),
        Both(LogSum, "Sigmoid", "Log(SumOverClasses((x.ClassIndex + 1) * Exp(Log(1 - x.Probability))))", [300, 200, 300], 0,
            Math.Log(2) - 200, [0, -1, 0]),
        Both(LogSum, "None", "Log(SumOverClasses(Exp(Sum(20 * x.Logit)))) - SumOverClasses(y * Sum(20 * x.Logit))", [95, -95, 47.5], 1,
            3800, [20, -20, 0]),
        Both(LogSum, "None", "Log(MeanOverClasses(x.ClassIndex * Exp(Sum(x.Logit))))", [-400, -800], 1, -800 - Math.Log(2), [0, 1]),
        Both(Quotient, "None", "-SumOverClasses(y * Log(Exp(x.Logit) / SumOverClasses(Exp(x.Logit))))", [95, -95, 47.5], 1, 190,
            [1, -1, 0]),
        Both(Quotient, "None", "SumOverClasses(y * Exp(2 * x.Logit) / SumOverClasses(Exp(2 * x.Logit)))", [100, 100], 0, 0.5, [0.5, -0.5]),
        Both(Quotient, "None", "SumOverClasses(y * Exp(2 * x.Logit) / SumOverClasses(Exp(2 * x.Logit)))", [-100, -100], 0, 0.5,
            [0.5, -0.5]),
        Both(Quotient, "None", "SumOverClasses(y * Exp(2 * x.Logit) / (SumOverClasses(Exp(2 * x.Logit)) + 1e-7))", [100, 100], 0, 0.5,
            [0.5, -0.5]),
        Both(Quotient, "None", "SumOverClasses(x.ClassIndex * Exp(x.Logit)) / SumOverClasses(Exp(x.Logit))", [100, 100, 100], 0, 1,
            [-1.0 / 3, 0, 1.0 / 3]),
        Both(Quotient, "None", "SumOverClasses(x.ClassIndex * SoftmaxOverClasses(-x.Logit))", [-100, -100, -100], 0, 1,
            [1.0 / 3, 0, -1.0 / 3]),
        Both(Quotient, "None", "SumOverClasses((1 - y) * Square(SoftmaxOverClasses(x.Logit)))", [100, 100], 0, 0.25, [-0.25, 0.25]),
        Both(Quotient, "Sigmoid", "SumOverClasses(y * Exp(x.LogProbability) / SumOverClasses(Exp(x.LogProbability)))", [-200, -200], 0, 0.5,
            [0.25, -0.25]),
        Both(Quotient, "None", "SumOverClasses(y * Exp(Sum(2 * x.Logit)) / SumOverClasses(Exp(Sum(2 * x.Logit))))", [400, 400], 0, 0.5,
            [0.5, -0.5]),
        Both(Quotient, "None", "SumOverClasses(x.ClassIndex * Exp(Total(x.Logit)) / SumOverClasses(Exp(Total(x.Logit))))",
            [-800, -800, -800], 0, 1, [-1.0 / 3, 0, 1.0 / 3]),

        // Of one pixel the mean that probabilities weigh is the number itself, even where the probability rounds to 0.
        Both(Quotient, "Softmax", "Sum(Exp(Log(x.Probability)) * x.LogProbability) / Sum(Exp(Log(x.Probability)))", [0, -200], 1, -200,
            [-1, 1]),
        Both(TwoExponentials, "None", "Log(1 + Exp(x.Logit)) - y * x.Logit", [200, -200], 1, 400, [1, -1]),
        Both(TwoExponentials, "None", "Log1p(Exp(x.Logit)) - y * x.Logit", [200, -200], 1, 400, [1, -1]),
        Both(TwoExponentials, "None", "Log(2 + 2 * Exp(x.Logit))", [200], 0, 200 + Math.Log(2), [1]),
        Both(TwoExponentials, "None", "Log(Exp(x.Logit) + Exp(-x.Logit))", [-100], 0, 100, [-1]),
        Both(TwoExponentials, "None", "Log(Exp(Channel(x.Logit, 0)) + Exp(Channel(x.Logit, 1)))", [-300, -300], 0, Math.Log(2) - 300,
            [0.5, 0.5]),
        Both(TwoExponentials, "None", "Log(Sqrt(Exp(x.Logit) + Exp(2 * x.Logit)))", [100], 0, 100, [1]),
        Both(TwoExponentials, "None", "Log(Exp(x.Logit) - 0.5)", [200], 0, 200, [1]),
        Both(TwoExponentials, "None", "Log(Exp(x.Logit) - 1)", [200], 0, 200, [1]),
        Both(TwoExponentials, "None", "Log(Exp(x.Logit) - 1)", [1e-4], 0, Math.Log(1e-4) + 5e-5, [10000.5]),
        Both(TwoExponentials, "None", "Log(y * Exp(x.Logit) + 1 - y)", [-300, 300], 1, 300, [0, 1]),
        Both(TwoExponentials, "None", "Log(1 + Exp(x.Logit) + Exp(2 * x.Logit))", [100], 0, 200, [2]),
        Both(Logistic, "None", "-Log(1 / (1 + Exp(-x.Logit)))", [-100], 0, 100, [-1]),
        Both(Logistic, "None", "-Log(1 - 1 / (1 + Exp(-x.Logit)))", [100], 0, 100, [1]),
        Both(Logistic, "None", "-Log(Exp(x.Logit) / (1 + Exp(x.Logit)))", [-100], 0, 100, [-1]),
        Both(Logistic, "None", "-Log(1 - Exp(x.Logit) / (1 + Exp(x.Logit)))", [100], 0, 100, [1]),
        Both(Logistic, "None", "Exp(x.Logit) / (1 + Exp(x.Logit))", [100], 0, 1, [0]),
        Both(Logistic, "None", "1 / (1 + Exp(-x.Logit))", [-30], 0, Small, [Small]),
        Both(Logistic, "None", "4 / (2 + 2 * Exp(-x.Logit))", [-200], 0, 0, [0]),
        Both(Logistic, "None", "Exp(Channel(x.Logit, 0)) / (Exp(Channel(x.Logit, 0)) + Exp(Channel(x.Logit, 1)))", [200, 200], 0, 0.5,
            [0.25, -0.25]),
        Both(Logistic, "None", "(Exp(x.Logit) - Exp(-x.Logit)) / (Exp(x.Logit) + Exp(-x.Logit))", [-100], 0, -1, [0]),
        Both(Logistic, "None", "(Exp(x.Logit) + 3) / (2 * Exp(x.Logit) - 1)", [200], 0, 0.5, [0]) with { Rounding = 1e-7 },
        Both(Logistic, "None", "3 / Exp(-x.Logit)", [-2], 0, 3 * E2, [3 * E2]),
        Both(Cosh, "None", "Log(Cosh(x.Logit - y))", [100, -199], 1, 300 - (2 * Math.Log(2)), [1, -1]),
        Both(Cosh, "None", "LogCosh(x.Logit - y)", [-1e4, 201], 1, 10200 - (2 * Math.Log(2)), [-1, 1]),
        Both(Cosh, "None", "Log(Cosh(x.Logit))", [1e-4], 0, 5e-9, [1e-4]),
        Both(Probabilities, "Softmax", "-Log(SumOverClasses(y * x.Probability))", [95, -95], 1, 190, [1, -1]),
        Both(Probabilities, "Softmax", "-Log(SumOverClasses(y * x.Probability))", [-1e4, 1e4, 0], 0, 2e4, [-1, 1, 0]),
        Both(Probabilities, "Softmax", "-Log(SumOverClasses(0.5 * x.ClassIndex * x.Probability))", [95, -95, -190], 0, 190 + Math.Log(2),
            [1, -1, 0]),
        Both(Probabilities, "Softmax", "-Log(Channel(x.Probability, 1))", [95, -95], 1, 190, [1, -1]),
        Both(Probabilities, "None", "-Log(SumOverClasses(y * SoftmaxOverClasses(x.Logit / 0.05)))", [4.75, -4.75], 1, 190, [20, -20]),
        Both(Probabilities, "None", "-Log(SumOverClasses(x.ClassIndex * SoftmaxOverClasses(Sum(x.Logit / 0.05))))", [20, -20], 1, 800,
            [20, -20]),
    ];

    private static Case Both(string rewrite, string activation, string formula, double[] logits, long label, double value,
        double[] gradient) =>
        new(rewrite, activation, formula, logits, label, value, gradient) { AlsoDense = true };
}
