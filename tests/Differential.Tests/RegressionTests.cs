using System.Collections.Immutable;
using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential;

/// <summary>Formulas that failed once, as small as they were found.</summary>
public sealed class RegressionTests
{
    private static readonly ImmutableArray<(string Name, LossText Loss)> Cases =
    [
        ("one ignored element under a softmax", Loss("Activation.Softmax, IgnoreIndex = 0",
            "Sum(x.Probability * y) / (Sum(x.Probability) + 1)", Activation.Softmax, ignore: 0)),
        ("a constant", Loss("Activation.Softmax", "1", Activation.Softmax)),
        ("a constant, unreduced", Loss("Activation.Sigmoid, Reduction = Reduction.None", "1")),
        ("the number of points inside a sum", Loss("Activation.Sigmoid", "y + Sum(0.71)")),
        ("a sum that the gradient alone needs", Loss("Activation.Softmax, Reduction = Reduction.Sum", "Min(Mean(x.Logit), y)",
            Activation.Softmax)),
        ("maxima of two kinds", Loss("Activation.None, IgnoreIndex = -1",
            "MaxOverClasses(Pow(Mean(x.Probability) * 2 + 0.125, y)) + MaxOverClasses(x.Probability)", Activation.None, ignore: -1)),
        ("labels that join to a constant", Loss("Activation.Sigmoid, Reduction = Reduction.Sum", "x.Probability + MeanOverClasses(y)")),
        ("a constant over the batch", Loss("Activation.Softmax", "Mean(x.Probability * y) * SumOverBatch(0.71)", Activation.Softmax)),
        ("a comparison of numbers", Loss("Activation.Sigmoid", "Where(0.5 < 1, x.Probability, y)")),
        ("a choice by what a sum is", Loss("Activation.Softmax", "Where(Sum(y) <= 0.5, y, 1) * x.Probability", Activation.Softmax)),
        ("a choice by what joins the classes", Loss("Activation.Softmax", "Where(MeanOverClasses(x.LogProbability) <= 0.213, y, 1)",
            Activation.Softmax)),
        ("a sum that a known condition picks", Loss("Activation.Sigmoid", "Where(Sum(0.71) > 0.213, 0, x.Probability) + Sum(0.71)")),
        ("what the target is multiplied by is infinite in the padding", Loss("Activation.None", "x.LogProbability * y", Activation.None)),
        ("the maximum of what is computed in two places", Loss("Activation.Sigmoid", "MaxOverClasses(x.Probability - 1)")),
        ("the maximum of what takes part", Loss("Activation.Sigmoid, IgnoreIndex = -1", "MaxOverClasses(x.Probability - 1)", ignore: -1)),
        ("a maximum that the label changes", Loss("Activation.Sigmoid", "MaxOverClasses(1E-05 + (Sum(x.Probability) + y))")),
        ("an unreduced value that does not vary", Loss("Activation.Softmax, Reduction = Reduction.None",
            "SumOverClasses(x.Probability) + MeanOverClasses(y)", Activation.Softmax)),
        ("an unreduced sum for each class", Loss("Activation.Softmax, Reduction = Reduction.None, IgnoreIndex = 255",
            "MeanOverClasses(y) + Mean(y)", Activation.Softmax, ignore: 255)),
        ("second derivatives where nothing is valid", Loss("Activation.Sigmoid, IgnoreIndex = -1", "Sqrt(x.Probability + 0.125)",
            ignore: -1)),
        ("second derivatives of a power of what is ignored", Loss("Activation.Sigmoid, IgnoreIndex = -100", "Pow(y + 0.37, x.Probability)",
            ignore: -100)),
        ("second derivatives of a maximum over nothing", Loss("Activation.Sigmoid, IgnoreIndex = -1",
            "Mean(Pow(MaxOverClasses(x.Probability), 2)) * x.Probability", ignore: -1)),
        ("a quotient's other value under selections of several kinds", Loss("Activation.None, IgnoreIndex = -1",
            "Sum(Divide(x.Complement, Sum(y), y) * y) / Softplus(Square(Divide(x.Complement, Sum(y), y)))", Activation.None, ignore: -1)),
        ("a slope that the label picks, times one of what is ignored", Loss("Activation.Softmax, IgnoreIndex = 1",
            "Sum(SumOverClasses(Sqrt(x.Probability + Mean(x.Probability) + 0.37)) * y) / (y + 0.125)", Activation.Softmax, ignore: 1)),
        ("a quotient by the target, times the target", Loss("Activation.Softmax", "Divide(x.Probability, y, 1) * y", Activation.Softmax)),
        ("a quotient by the rest of the target, times it", Loss("Activation.Softmax", "Divide(x.LogProbability, 1 - y, 0.5) * (1 - y)",
            Activation.Softmax)),
        ("a rank that is compared two passes after it was stored", Loss(
            "Activation.Sigmoid, Dimensions = 2",
            "x.Probability * Where(RunningTotal(1, x.Logit) <= 0.45 * x.PixelCount, 1, MaxPool(Where(RunningTotal(1, -x.Logit) <= 2 * Total(Channel(y, 0)), 1, 0), 3))") with
        { Dimensions = 2 }),
        ("labels and valid pixels of some classes in one slope", new()
        {
            IgnoreIndex = 0,
            Classes = 2,
            Verbatim = """
                public sealed partial class OutsideAttribute : LossTermAttribute
                {
                    public static Value Formula(Prediction x, Target y)
                    {
                        Value s = Sigmoid(x.LogProbability - Detach(x.Probability) - Sum(x.Probability));
                        return Sum(s * y) / (s + 1);
                    }
                }

                [Loss(Activation.Sigmoid, IgnoreIndex = 0)]
                [Outside(IncludeBackground = false)]
                public sealed partial class Declared
                {
                }
                """,
        }),
        ("second derivatives of the maximum of a statistic", Loss("Activation.Sigmoid, IgnoreIndex = 255",
            "Sigmoid(MaxOverClasses(Sum(x.Complement)) * x.Logit)", ignore: 255)),
        ("softmax and sigmoid in one loss", new()
        {
            Activation = Activation.Softmax,
            Classes = 3,
            Verbatim = """
                [Loss(Activation.Softmax, Target = TargetKind.Index)]
                [MeanSquaredError(Activation = Activation.Sigmoid)]
                [FBeta(Beta = 2, Smooth = 1, SoftLabel = true, EmptyClasses = EmptyClasses.Skip)]
                public sealed partial class Declared
                {
                }
                """,
            Target = TargetKind.Index,
        }),
        ("a term of weight 0 that is infinite", Outside(Activation.None, 1, 2, "MaxOverClasses(x.Logit)",
            "Weight = 0, IncludeBackground = false")),
        ("second derivatives of a sum over maxima, some over nothing", Outside(Activation.Sigmoid, 0, 2,
            "y / (Sum(Softplus(MaxOverClasses(x.Logit))) + 0.125)", "IncludeBackground = false")),
        ("a product that the gradient shares", Loss("Activation.Softmax, Reduction = Reduction.None",
            "Sum(x.Probability - Exp(1.3 + x.Probability))", Activation.Softmax)),
        ("a sigmoid that the gradient shares", Loss("Activation.Sigmoid, Reduction = Reduction.None", "Sum(y / (x.Probability + 0.125))")),
        ("a division that is not taken where its denominator is 0", new()
        {
            Target = TargetKind.Index,
            Verbatim = """
                [Loss(Activation.Sigmoid, Reduction = Reduction.None, Target = TargetKind.Index)]
                public sealed partial class Declared
                {
                    private static Value Formula(Prediction x, Target y)
                    {
                        Value share = Divide(x.Complement, Sum(y), y);
                        return share * y / Sum(Sigmoid(share) + 0.37);
                    }
                }
                """,
        }),
        ("a sum over no class of a maximum over none", Outside(Activation.Sigmoid, 0, 3, "SumOverClasses(MaxOverClasses(x.Probability))",
            "OnlyClasses = new[] { 2 }")),
        ("a product with a maximum over no class", Outside(Activation.Softmax, 255, 3, "x.Complement * MaxOverClasses(x.Probability)",
            "OnlyClasses = new[] { 1 }")),
        ("labels and valid pixels in one slope", Loss("Activation.Sigmoid, IgnoreIndex = 255",
            "Sum(Sigmoid(Sum(x.Logit) * x.Probability) * y) / (Sigmoid(Sum(x.Logit) * x.Probability) + 0.125)", ignore: 255)),
        ("second derivatives of a power beside a rounded 0", new()
        {
            Activation = Activation.Softmax,
            Target = TargetKind.Dense,
            Classes = 2,
            Verbatim = """
                [Loss(Activation.Softmax, Target = TargetKind.Dense)]
                [Tversky(Alpha = 0.3, Beta = 0.7, Smooth = 1e-5, Gamma = 0.75)]
                public sealed partial class Declared
                {
                }
                """,
        }),
        ("a maximum of what ties", Loss("Activation.Softmax", "MaxOverClasses(Detach(x.Probability) - x.Probability)", Activation.Softmax)),
        ("what a float has no digits for", Loss("Activation.Sigmoid", "Sign(Exp(Pow(x.LogProbability, 5)))")),
        ("the logarithm of the gamma function", Loss("Activation.None, Target = TargetKind.Dense",
            "Lgamma(x.Logit + y) - Lgamma(Softplus(x.Logit)) + 0.5 * Lgamma(y + 0.5)", Activation.None) with { Target = TargetKind.Dense }),
        ("the logarithm of the gamma function of a sum",
            Loss("Activation.Softmax", "Lgamma(Sum(y * x.Probability) + 1) + Digamma(Sum(x.Probability) + 0.5)", Activation.Softmax)),
        ("digamma below and above 0", Loss("Activation.None", "Digamma(x.Logit) * y + Digamma(Exp(x.Logit))", Activation.None)),
        ("the error function", Loss("Activation.Sigmoid, IgnoreIndex = -1", "Square(Erf(x.Logit) - y) + x.Logit * Erf(3)", ignore: -1)),
        ("second derivatives of the gamma function beside ignored numbers", Loss("Activation.None, IgnoreIndex = 255",
            "Lgamma(x.Probability) * Sum(x.Probability)", Activation.None, ignore: 255)),
        ("a shift over the classes", Loss("Activation.Softmax, Classes = 4, IgnoreIndex = 255",
            "Log(x.Probability + ShiftClasses(x.Probability, 1, y) + 0.5) * ShiftClasses(y, -1, 0)", Activation.Softmax,
            ignore: 255) with { Classes = 4 }),
        ("a shift of sums", Loss("Activation.Sigmoid, Classes = 3, PerImage = true",
            "Sum(x.Probability * ShiftClasses(y, 1, 1)) / (1 + ShiftClasses(Sum(x.Probability), -1, Sum(y)))") with { Classes = 3,
            PerImage = true }),
        ("a constant matrix", Loss("Activation.Softmax, Classes = 3, Reduction = Reduction.None", "y * Transform(new ClassMatrix(0, 1, 2.5, 1, 0, 1, -1, 1, 0), x.Probability) + Transform(new ClassMatrix([0, 1, 2, 0, 0, 0, 1, 1, 0]), Sum(x.Probability))", Activation.Softmax) with { Classes = 3, Reduction = Reduction.None }),
        ("a matrix at run time", new()
        {
            Classes = 3,
            Activation = Activation.Softmax,
            IgnoreIndex = -1,
            Verbatim = """
                [Loss(Activation.Softmax, Classes = 3, IgnoreIndex = -1)]
                public sealed partial class Declared
                {
                    public double[]? Weights { get; set; } = [1, 0.5, 2];

                    public double[]? Costs { get; set; } = [0, 1, 4, 1, 0, 0.5, 3, 1, 0];

                    public double Power { get; set; } = 1.5;

                    private static Value Formula(Prediction x, Target y, ClassMatrix costs, Value weights, double power = 2) =>
                        SumOverClasses(weights * y * Transform(costs, Pow(x.Probability, power))) + Mean(Transform(costs, x.LogProbability));
                }
                """,
        }),
        ("a softmax of one's own", Loss("Activation.None", "-SumOverClasses(y * LogSoftmaxOverClasses(3 * x.Logit - 0.5 * y)) + SumOverClasses(Square(SoftmaxOverClasses(2 * x.Logit) - y))", Activation.None)),
        ("a softmax over some classes", Outside(Activation.Sigmoid, 255, 3, "SumOverClasses(y * LogSoftmaxOverClasses(x.Logit)) * LogSumExpOverClasses(x.Logit * y) + MeanOverClasses(Square(SoftmaxOverClasses(x.Logit)))", "IncludeBackground = false")),
        ("a softmax over some classes of labels", Loss("Activation.Softmax, IgnoreIndex = 1",
            "Sum(SoftmaxOverClasses(2 * x.Logit) * y) / (Sum(y) + 1) + LogSumExpOverClasses(Mean(x.Logit))", Activation.Softmax,
            ignore: 1)),
        ("a softmax of what has no pixels", Loss("Activation.Sigmoid", "SumOverClasses(SoftmaxOverClasses(3 * Mean(x.Logit)) * Mean(y)) - LogSumExpOverClasses(Mean(x.Probability)) * LogCosh(Mean(x.Logit - y))")),
        ("a softmax of what has no classes", Loss("Activation.Sigmoid", "LogSumExpOverClasses(MeanOverClasses(x.Logit)) * SoftmaxOverClasses(MeanOverClasses(x.Logit)) + LogCosh(x.Logit - 2 * y)")),
        ("exponentials by hand", Loss("Activation.None", "Log(SumOverClasses(Exp(2 * x.Logit))) - SumOverClasses(y * Exp(x.Logit)) / SumOverClasses(Exp(x.Logit)) + MeanOverClasses(Log(1 + Exp(x.Logit)) + 1 / (1 + Exp(-x.Logit)))", Activation.None)),
        ("exponentials by hand over some classes", Outside(Activation.None, 255, 3, "Log(1 + SumOverClasses(y * Exp(x.Logit))) + Log(Exp(x.Logit) + Exp(y)) - Log(Cosh(x.Logit - y)) + Exp(x.Logit) / SumOverClasses(Exp(x.Logit))", "IncludeBackground = false")),
        ("the logarithm of what the target takes of a softmax", Loss("Activation.Softmax, IgnoreIndex = 255",
            "-Log(SumOverClasses((y + 0.125) * x.Probability)) - Log(SumOverClasses(x.ClassIndex * x.Probability) + Mean(y))",
            Activation.Softmax, ignore: 255)),
        ("the largest of the pixels", Loss("Activation.Softmax, IgnoreIndex = 255",
            "MaxOverPixels(x.Logit + y) * Mean(x.Probability) + x.Probability / (1 + Square(MaxOverPixels(3 * x.Logit)))",
            Activation.Softmax, ignore: 255)),
        ("the largest of an image's pixels", Loss("Activation.None, PerImage = true",
            "MaxOverPixels(2 * x.Logit - 0.5 * y) - MaxOverPixels(MeanOverClasses(x.Logit))", Activation.None)),
        ("a softmax over the pixels", Loss("Activation.None, IgnoreIndex = 255",
            "-Sum(y * LogSoftmaxOverPixels(2 * x.Logit)) / (1 + Sum(y)) + LogSumExpOverPixels(x.Logit * y) + SoftmaxOverPixels(x.Logit)",
            Activation.None, ignore: 255)),
        ("a softmax over an image's pixels", Loss("Activation.Sigmoid, PerImage = true", "Square(Sum(SoftmaxOverPixels(3 * x.Logit) * y)) - LogSumExpOverPixels(MeanOverClasses(x.Logit)) + LogSumExpOverPixels(Mean(x.Logit))")),
        ("exponentials over the pixels by hand", Loss("Activation.None", "Sum(Exp(2 * x.Logit) * y) / Sum(Exp(2 * x.Logit)) + Log(Mean(Exp(x.Logit))) + Exp(x.Logit) / Sum(Exp(x.Logit))", Activation.None)),
        ("second derivatives of a power of the log-sum-exp of no class",
            Outside(Activation.None, 1, 3, "1 / (Sum(Pow(Log(SumOverClasses(Exp(x.Probability))) + 0.37, 0.75)) + 1)",
            "OnlyClasses = new[] { 1 }")),
        ("second derivatives beside the logarithm of no label", Outside(Activation.None, 255, 2,
            "Tanh(Log(Exp(x.Probability) / (MeanOverClasses(y) + 0.37)))", "IncludeBackground = false")),
        ("a log-sum-exp of sums of classes of which nothing is known", Loss("Activation.Softmax, IgnoreIndex = -1, PerImage = true",
            "Log(SumOverClasses(Exp(Sum(x.Probability)))) + LogSumExpOverClasses(Mean(x.Logit)) * SoftmaxOverClasses(Sum(x.Logit) * 0.1)",
            Activation.Softmax, ignore: -1) with { PerImage = true }),
        ("a log-sum-exp of no class", Outside(Activation.Sigmoid, -1, 3,
            "Expm1(LogSumExpOverClasses(x.Logit * y)) + SumOverClasses(x.Probability * SoftmaxOverClasses(x.Logit))",
            "OnlyClasses = new[] { 1 }")),
        ("second derivatives of a written softmax beside ignored pixels", Loss("Activation.Sigmoid, IgnoreIndex = -100",
            "Exp(x.LogProbability) / SumOverClasses(Exp(x.LogProbability)) * Sum(x.Complement)", ignore: -100)),
        ("second derivatives of a quotient by a class that is ignored",
            Loss("Activation.None, Classes = 2, IgnoreIndex = 255, Target = TargetKind.Dense",
            "Exp(x.Logit) / (Channel(Exp(x.Logit), 0) + 0.125)", Activation.None, ignore: 255) with { Classes = 2,
            Target = TargetKind.Dense }),
        ("second derivatives of a written softmax over another class's", Loss("Activation.None, Classes = 4, IgnoreIndex = 255",
            "Exp(x.Logit) / SumOverClasses(Exp(x.Logit)) / (ShiftClasses(Exp(x.Logit) / SumOverClasses(Exp(x.Logit)), 2, 1) + 0.125)",
            Activation.None, ignore: 255) with { Classes = 4 }),
        ("the largest logarithm of the pixels", Loss("Activation.Softmax", "MaxOverPixels(x.LogProbability) + MaxOverPixels(SumOverClasses(y * x.LogProbability)) * x.Probability", Activation.Softmax)),
        ("the largest of the pixels beside a mean of logarithms",
            Loss("Activation.Softmax", "MaxOverPixels(y + Mean(Log(x.Probability))) + x.Probability", Activation.Softmax)),
        ("the largest log-sum-exp of the pixels beside its softmax", Loss("Activation.Sigmoid", "MaxOverPixels(LogSumExpOverClasses(x.Complement)) * MeanOverClasses(SoftmaxOverClasses(x.Complement) * y)")),
        ("what labels sum to when they are all the same",
            Loss("Activation.Softmax", "SumOverClasses(Abs(y)) + MaxOverPixels(SumOverClasses(Square(y) + Abs(y))) * x.Probability",
            Activation.Softmax)),
        ("a logarithm that is the same at each pixel", Loss("Activation.None, Classes = 3",
            "ShiftClasses(x.Logit * y, 1, LogSumExpOverClasses(Sum(y)) + LogSumExpOverClasses(Mean(x.Logit)))",
            Activation.None) with { Classes = 3 }),
        ("a number of sums beside a logarithm of a pixel", Loss("Activation.None, Classes = 3",
            "ShiftClasses(x.Logit, 1, MaxOverClasses(Mean(x.Logit)) + LogSumExpOverClasses(x.Logit + y))", Activation.None)
            with { Classes = 3 }),
        ("a written softmax at a class that its sum leaves out", Outside(Activation.Softmax, 255, 2,
            "Channel(Exp(y.Valid) / SumOverClasses(Exp(y.Valid)), 0)", "IncludeBackground = false")),
        ("the slope of digamma", Loss("Activation.Softmax", "Digamma(x.Probability + 0.1) + Pow(Digamma(x.Probability + 0.37), 5)",
            Activation.Softmax)),
        ("levels off at a sum of masked classes",
            Loss("Activation.Softmax", "Tanh(Square(Mean(x.LogProbability))) + Atan(Total(x.LogProbability)) + Exp(Mean(x.LogProbability))",
            Activation.Softmax) with { LogitBound = 100, MasksClasses = true }),
        ("the target times a sum of masked classes", Loss("Activation.Softmax, Reduction = Reduction.None", "y * TotalMean(x.Logit)",
            Activation.Softmax) with { Reduction = Reduction.None, MasksClasses = true }),
        ("a sum of masked classes beside their complement", Loss("Activation.Softmax", "Tanh(Sum(x.Logit) * x.Complement)",
            Activation.Softmax) with { MasksClasses = true }),
        ("a mean of masked classes that levels off",
            Loss("Activation.Softmax", "Log(1 + Exp(MeanOverClasses(x.LogProbability) * Abs(MeanOverClasses(x.LogProbability))))",
            Activation.Softmax) with { MasksClasses = true }),
        ("a log-sum-exp over pixels of which one is infinite", Loss("Activation.Softmax", "Tanh(LogSumExpOverPixels(-Log(x.Probability)))",
            Activation.Softmax) with { LogitBound = 30, MasksClasses = true }),
        ("a written softmax of magnitudes of which one is infinite", Loss("Activation.Softmax, Reduction = Reduction.None",
            "Exp(Abs(x.Logit)) / SumOverClasses(Exp(Abs(x.Logit)))", Activation.Softmax)
            with { LogitBound = 100, MasksClasses = true, Reduction = Reduction.None }),
        ("a written softmax of quotients by what the masked class has a share of", Loss(
            "Activation.Softmax", "Exp(x.Logit / (SoftmaxOverClasses(x.Probability) + 0.37)) / SumOverClasses(Exp(x.Logit / (SoftmaxOverClasses(x.Probability) + 0.37)))", Activation.Softmax) with { LogitBound = 30, MasksClasses = true }),
        ("a masked logit times a sum over the pixels", Loss("Activation.Softmax", "Sigmoid(x.Logit * Log(Sum(Exp(x.Probability))))",
            Activation.Softmax) with { LogitBound = 100, MasksClasses = true }),
        ("a log-sum-exp that a masked class has a share of",
            Loss("Activation.Softmax", "Log(SumOverClasses(Exp(Lgamma(Tanh(Square(x.Logit) + 1)))))",
            Activation.Softmax) with { LogitBound = 100, MasksClasses = true }),
        ("the target times what it asks of a masked class", Loss("Activation.Softmax, Reduction = Reduction.None",
            "y * SumOverClasses(Log(x.Probability) * y)", Activation.Softmax) with { Reduction = Reduction.None, MasksClasses = true }),
        ("an infinite sum beside a target and a probability", Loss("Activation.Softmax", "Tanh(y * Mean(x.LogProbability) * x.Probability)",
            Activation.Softmax) with { LogitBound = 1e4, MasksClasses = true }),
        ("an infinite sum beside a complement of nearly nothing", Loss("Activation.Softmax", "Tanh(Sum(x.Logit) * x.Complement)",
            Activation.Softmax) with { LogitBound = 1e4, MasksClasses = true }),
        ("an infinite sum beside a product of probabilities",
            Loss("Activation.Softmax", "Tanh(SumOverClasses(x.LogProbability) * x.Probability * x.Complement)",
            Activation.Softmax) with { LogitBound = 1e4, MasksClasses = true }),
        ("an infinite mean beside what the target asks of masked classes",
            Masked("Tanh(x.Probability * Mean(x.LogProbability) * SumOverClasses(x.LogProbability * y))", 1e4)),
        ("small numbers that meet before infinity does",
            Masked("Tanh(x.Probability * Mean(x.LogProbability) * SumOverClasses(x.LogProbability * y))", 100)),
        ("a mean over pixels of what the target asks of masked classes",
            Masked("Sigmoid(Sum(x.LogProbability * y) * SumOverClasses(x.Logit))", 100)),
        ("a mean of valid pixels of what the target asks of masked classes",
            Masked("Sigmoid(Mean(x.LogProbability * y) * x.LogProbability * x.Probability)", 1e4, "IgnoreIndex = 255")
            with { IgnoreIndex = 255 }),
        ("an infinite sum beside the logarithm of a probability of nearly 1",
            Masked("Tanh(x.Probability * x.LogProbability * SumOverClasses(x.LogProbability))", 1e4)),
        ("an infinite sum beside a logarithm that a float has no digits for",
            Masked("Erf(x.LogProbability * SumOverClasses(x.LogProbability))", 100)),
        ("an infinite mean beside an entropy of nearly nothing",
            Masked("Tanh(Mean(x.LogProbability) * SumOverClasses(x.Probability * x.LogProbability))", 30)),
        ("an infinite mean beside the label's probability", Masked("Tanh(Mean(x.LogProbability) * SumOverClasses(x.Probability * y))",
            100)),
        ("the square of an infinite total times what is nearly nothing",
            Masked("Atan(Total(x.LogProbability) * SumOverClasses(x.Complement * x.Probability))", 100)),
        ("two infinite sums beside a probability and its complement",
            Masked("Atan(x.Probability * x.Complement * SumOverClasses(x.LogProbability) * Mean(x.LogProbability))", 100)),
        ("a logarithm over a denominator beside an infinite sum",
            Masked("Tanh(x.Probability / (x.Complement + 0.37) * x.LogProbability / 2 * SumOverClasses(x.Logit))", 100)),
        ("an infinite sum beside what all probabilities lack of 1", Masked("Tanh(Sum(x.Complement) * SumOverClasses(x.LogProbability))",
            1e4)),
        ("an infinite sum beside one channel's logarithm",
            Masked("Tanh(Channel(x.LogProbability, 0) * Sum(x.LogProbability) * x.Probability)", 1e4)),
        ("1 less the target of a masked class",
            Masked("Atan((1 - y) * x.LogProbability * SumOverClasses((1 - y) * x.LogProbability) * x.Probability)", 100,
            "Target = TargetKind.Dense") with { Target = TargetKind.Dense }),
        ("second derivatives of hyperbolic functions beside ignored numbers",
            Loss("Activation.None, IgnoreIndex = 255",
                "(Cosh(x.LogProbability) + Sinh(x.LogProbability) + Expm1(-x.LogProbability)) * Sum(x.Probability)", Activation.None,
                ignore: 255)),
        ("a shift to an ignored element of a written softmax that leaves its class out", new()
        {
            Activation = Activation.Softmax,
            IgnoreIndex = 255,
            Classes = 2,
            LogitBound = 1e4,
            Target = TargetKind.Dense,
            Verbatim = """
                public sealed partial class ShiftedAttribute : LossTermAttribute
                {
                    public static Value Formula(Prediction x, Target y) => ShiftClasses(Exp(x.Logit) / SumOverClasses(Exp(x.Logit)), 1, y);
                }

                [Loss(Activation.Softmax, Classes = 2, IgnoreIndex = 255, Target = TargetKind.Dense)]
                [Shifted(IncludeBackground = false)]
                public sealed partial class Declared;
                """,
        }),
        ("the complement of a logistic function with bounds",
            Loss("Activation.Softmax", "Log(1 - 1 / (1 + Exp(-20 * x.Probability))) + Log(1 - 1 / (1 + Exp(-Pow(y + 1, 5))))",
            Activation.Softmax)),
        ("a choice inside a product", Outside(Activation.Softmax, 255, 3, "Cosh(Max(y, x.Probability))", "IncludeBackground = false")),
    ];

    private static readonly Lazy<DeclarationCompiler> Compiler =
        new(() => DeclarationCompiler.Compile(Cases.Select(c => c.Loss.ToString())));

    public static TheoryData<string> Names => new(Cases.Select(c => c.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void AgreesWithTheReference(string name)
    {
        LossText loss = Cases.First(c => c.Name == name).Loss;
        for (int seed = 0; seed < 5; seed++)
        {
            var trial = new Trial(seed, loss, [.. BatchPlan.For(loss, new Random(seed))]);
            string? failure = trial.Failure(Compiler.Value);
            Assert.True(failure is null, $"{failure}\n{loss}");
        }
    }

    private static LossText Loss(string options, string formula, Activation activation = Activation.Sigmoid, int? ignore = null) => new()
    {
        Activation = activation,
        IgnoreIndex = ignore,
        Verbatim = $$"""
            [Loss({{options}})]
            public sealed partial class Declared
            {
                private static Value Formula(Prediction x, Target y) => {{formula}};
            }
            """,
    };

    // A softmax in which logits of minus infinity mask classes.
    private static LossText Masked(string formula, double bound, string? options = null) =>
        Loss(options is null ? "Activation.Softmax" : "Activation.Softmax, " + options, formula, Activation.Softmax) with
        {
            LogitBound =
            bound,
            MasksClasses = true
        };

    // A term in a class of its own, which has options.
    private static LossText Outside(Activation activation, int ignore, int classes, string formula, string options) => new()
    {
        Activation = activation,
        IgnoreIndex = ignore,
        Classes = classes,
        Target = TargetKind.Dense,
        Verbatim = $$"""
            public sealed partial class OutsideAttribute : LossTermAttribute
            {
                public static Value Formula(Prediction x, Target y) => {{formula}};
            }

            [Loss(Activation.{{activation}}, IgnoreIndex = {{ignore}}, Target = TargetKind.Dense)]
            [Outside({{options}})]
            public sealed partial class Declared
            {
            }
            """,
    };
}
