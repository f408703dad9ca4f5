using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Diagnostics;

/// <summary>Losses that compile and are not stable.</summary>
public class NumericsDiagnosticTests
{
    [Theory]
    [InlineData("{|LG0060:Pow(x.Probability, 0.5)|}")]
    [InlineData("{|LG0060:Pow(1 - x.Probability, 0.75)|} * y")]
    [InlineData("{|LG0060:Pow(x.Complement, 0.3)|} * y")]
    [InlineData("{|LG0060:Sqrt(Square(x.Logit - y))|}")]
    [InlineData("{|LG0060:Pow(Abs(x.Logit - y), 0.9)|}")]
    [InlineData("{|LG0060:Sqrt(SumOverClasses(Square(x.Probability - y)))|}")]
    [InlineData("{|LG0061:Pow(1 - Sum(x.Probability * y) / Sum(x.Probability + y), 0.75)|}")]
    [InlineData("{|LG0061:Sqrt(Sum(Square(x.Probability - y)))|}")]
    [InlineData("Where(x.Probability >= 0, {|LG0060:Pow(x.Probability, 0.5)|}, 0)")]
    [InlineData("Where(x.Probability > 0, Pow(x.Probability, 0.5), 0)")]
    [InlineData("Where(x.Probability <= 0, 0, Pow(x.Probability, 0.5))")]
    [InlineData("Where((x.Probability > 1e-6) & (y > 0), Pow(x.Probability, 0.5), 0)")]
    [InlineData("Pow(x.Probability + 1e-6, 0.5)")]
    [InlineData("Pow(Clamp(x.Probability, 1e-6, 1), 0.5)")]
    [InlineData("Pow(Max(x.Probability, 1e-6), 0.5)")]
    [InlineData("Pow(x.Complement, 2)")]
    [InlineData("Sqrt(Square(x.Logit - y) + 1)")]
    [InlineData("Pow(Detach(x.Probability), 0.5) * x.Logit")]
    [InlineData("Pow(y, 0.5) * x.Logit")]
    [InlineData("Pow(Exp(x.Logit), 0.3)")]
    public void Slopes(string formula) => Verify(formula);

    [Theory]
    [InlineData("{|LG0066:Exp(x.Logit)|} - y * x.Logit")]
    [InlineData("{|LG0066:Exp(-x.Logit)|} * Square(x.Probability - y)")]
    [InlineData("Square({|LG0066:Exp(x.Logit)|} - y) + Log(1 + Exp(2 * x.Logit))")]
    [InlineData("{|LG0066:Cosh(x.Logit - y)|} - 1")]
    [InlineData("{|LG0066:Expm1(2 * x.Logit)|} * y")]
    [InlineData("Square({|LG0066:Sinh(x.Logit)|})")]
    [InlineData("y * {|LG0066:Exp(scale * x.Logit)|}")]
    [InlineData("y * {|LG0066:Exp(weights * (x.Logit - y))|}")]
    [InlineData("Where(x.Logit > 20, {|LG0066:Exp(x.Logit)|}, x.Logit)")]
    [InlineData("Exp(Min(x.Logit, 80)) - y * x.Logit")]
    [InlineData("Exp(Clamp(x.Logit, -80, 80)) * y")]
    [InlineData("Where(x.Logit < 20, Exp(x.Logit), x.Logit) * y")]
    [InlineData("Exp(-Square(x.Logit - y) / 2)")]
    [InlineData("Exp(-scale * Square(x.Logit - y))")]
    [InlineData("Exp(-Abs(x.Logit - y)) * y")]
    [InlineData("Exp(5 * x.Probability) * y + Exp(Tanh(x.Logit))")]
    [InlineData("Exp(Detach(x.Probability)) * x.Logit + Exp(y) * x.Logit + Exp(weights) * x.Logit")]
    [InlineData("Cosh(x.Probability - y)")]
    [InlineData("Log(SumOverClasses(Exp(x.Logit / 0.05))) - SumOverClasses(y * x.Logit) / 0.05")]
    [InlineData("Log(SumOverClasses(weights * Exp(x.Logit)))")]
    [InlineData("Exp(x.Logit) / SumOverClasses(Exp(x.Logit)) * y")]
    [InlineData("Exp(x.Logit) / (SumOverClasses(Exp(x.Logit)) + 1e-3) * y")]
    [InlineData("Log(1 + Exp(x.Logit)) - y * x.Logit")]
    [InlineData("Log(Exp(x.Logit) - y) + Exp(x.Logit) / (Exp(x.Logit) - weights * y)")]
    [InlineData("Log(1 + SumOverClasses((1 - y) * Exp(x.Logit))) + Log(1 + SumOverClasses(y * Exp(-x.Logit)))")]
    [InlineData("Log(Exp(x.Logit) + Exp(y)) + Log(Cosh(x.Logit - y))")]
    [InlineData("Square(1 / (1 + Exp(-x.Logit)) - y) - Log(1 - Exp(x.Logit) / (1 + Exp(x.Logit)))")]
    [InlineData("(Exp(x.Logit) - Exp(-x.Logit)) / (Exp(x.Logit) + Exp(-x.Logit)) * y")]
    public void Overflows(string formula) => Markup.Verify(
        "[Loss(Activation.Sigmoid)] public partial class L { public double Scale { get; set; } = 1; static Value Formula(Prediction x, Target y, PixelMap weights, double scale = 1) => " + formula + "; }");

    [Theory]
    [InlineData("[Focal(Gamma = 0.5)]")]
    [InlineData("[Tversky(Gamma = 0.75)]")]
    [InlineData("[AsymmetricFocal]")]
    [InlineData("[QualityFocal(Beta = 0.5)]")]
    public void SlopesOfTheCatalogueAreGuarded(string term) => Markup.Verify($"[Loss(Activation.Softmax)] {term} public partial class L;");

    [Fact]
    public void AnExponentThatTheAttributeStatesIsThePlace()
    {
        Markup.Verify(Samples.FocalTversky.Replace("Pow(M", "{|LG0061:Pow(M", StringComparison.Ordinal).Replace("gamma);", "gamma)|};",
            StringComparison.Ordinal)
            + "[Loss(Activation.Softmax)] [FocalTversky] public partial class Mine;");
        Markup.Verify(Samples.FocalTversky
            + "[Loss(Activation.Softmax)] [FocalTversky(Gamma = {|LG0061:0.5|})] public partial class Mine;");
        Markup.Verify(Samples.FocalTversky + "[Loss(Activation.Softmax)] [FocalTversky(Gamma = 2)] public partial class Mine;");
        Markup.Verify(Samples.FocalTversky
            + "[Loss(Activation.Softmax)] [FocalTversky] public partial class Mine { public double Gamma { get; set; } = 0.5; }");
    }

    [Theory]
    [InlineData("{|LG0068:Clamp(x.Logit, 1, -1)|} + x.Logit", "always -1")]
    [InlineData("{|LG0068:Clamp(x.Logit, 1 - 0.25, 0.25)|} + x.Logit", "0.75 and 0.25")]
    [InlineData("{|LG0068:Clamp(Sum(y), double.NaN, 1)|} * x.Logit", "makes it NaN")]
    [InlineData("Clamp(x.Logit, 1, 1) + x.Logit", "")]
    [InlineData("Clamp(x.Logit, y, 1 - y) + x.Logit", "")]
    public void BoundsThatCross(string formula, string message)
    {
        GeneratorRun run = Verify(formula);
        Assert.All(run.Diagnostics, diagnostic => Assert.Contains(message, diagnostic.GetMessage(), StringComparison.Ordinal));
    }

    /// <summary>Where the attribute states the option that leads there, it is the place.</summary>
    [Fact]
    public void BoundsThatAnOptionCrosses() => Markup.Verify("""
        public partial class OwnAttribute : LossTermAttribute
        {
            public double Epsilon { get; init; } = 1e-3;

            public static Value Formula(Prediction x, Target y, double epsilon) => Clamp(x.Probability, epsilon, 1 - epsilon) - y * x.Logit;
        }

        [Loss(Activation.Sigmoid), Own(Epsilon = {|LG0068:0.7|})] public partial class A;
        [Loss(Activation.Sigmoid), Own(Epsilon = 0.4)] public partial class B;
        """);

    [Theory]
    [InlineData("-y * Log({|LG0062:Clamp(x.Probability, 1e-6, 1)|})", "x.LogProbability")]
    [InlineData("-y * Log({|LG0062:Max(x.Probability, 1e-6)|})", "x.LogProbability")]
    [InlineData("-y * Log({|LG0062:Max(1e-6, 1 - x.Probability)|})", "Log(x.Complement)")]
    [InlineData("-Log({|LG0062:Clamp(SumOverClasses(y * x.Probability), 1e-6, 1)|})", "SumOverClasses(y * x.LogProbability)")]
    [InlineData("-Log({|LG0062:Max((2 * Sum(x.Probability * y) + 1) / (Sum(x.Probability + y) + 1), 1e-6)|})", "Log(v + 1E-06)")]
    [InlineData("-y * Log(x.Probability + 1e-6)", "")]
    [InlineData("-y * Max(x.LogProbability, -100)", "")]
    [InlineData("-y * Log(Max(1 + x.Probability, 0.5))", "")]
    [InlineData("x.Logit * Log(Max(y, 1e-6))", "")]
    public void DeadZones(string formula, string cure)
    {
        GeneratorRun run = Verify(formula);
        Assert.All(run.Diagnostics, diagnostic => Assert.Contains(cure, diagnostic.GetMessage(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[AsymmetricFocal(Epsilon = {|LG0062:1e-6|})]")]
    [InlineData("[Dice(Log = true, Epsilon = {|LG0062:1e-6|})]")]
    public void DeadZonesOfOptions(string term) => Markup.Verify($"[Loss(Activation.Softmax)] {term} public partial class L;");

    [Theory]
    [InlineData("1 - 2 * tp / ({|LG0063:p + t + 1|})")]
    [InlineData("MeanOverClasses(1 - 2 * tp / ({|LG0063:p + t + smooth|}))")]
    [InlineData("-Log(2 * tp / ({|LG0058:p + t + 1e-6|}))")]
    [InlineData("-(2 * (tp / ({|LG0058:p + t + 1e-6|})))")]
    [InlineData("1 - Divide(2 * tp, {|LG0063:p + t + 1|}, 1)")]
    [InlineData("1 - 2 * tp / ({|LG0063:p + t + 0.02|})")]
    [InlineData("1 - 2 * tp / ({|LG0058:p + t + 0.01|})")]
    [InlineData("Atan(1 - 2 * tp / ({|LG0063:p + t + 1|}))")]
    [InlineData("Expm1(1 - 2 * tp / ({|LG0063:p + t + 1|}))")]
    [InlineData("Sigmoid(1 - 2 * tp / ({|LG0063:p + t + 1|}))")]
    [InlineData("1 - (2 * tp + 1) / (p + t + 1)")]
    [InlineData("1 - 2 * (tp + 1) / (p + t + 2)")]
    [InlineData("1 - 2 * tp / (p + t)")]
    [InlineData("1 - 2 * tp / Max(p + t, 1e-6)")]
    [InlineData("Sum(x.Probability * Square(x.Probability - y)) / (Sum(x.Probability) + 1e-6)")]
    [InlineData("1 - Sum(y * x.Probability) / (Sum(y) + 1)")]
    public void Smoothing(string loss) => Markup.Verify($$"""
        [Loss(Activation.Softmax)]
        public partial class L
        {
            static Value Formula(Prediction x, Target y, double smooth = 1)
            {
                Value tp = Sum(x.Probability * y), p = Sum(x.Probability), t = Sum(y);
                return {{loss}};
            }
        }
        """);

    /// <summary>
    /// What keras, kornia and mmsegmentation compute, line by line: information, so that the port builds where warnings are errors.
    /// </summary>
    [Theory]
    [InlineData("1 - 2 * Sum(x.Probability * y) / ({|LG0058:Sum(y) + Sum(x.Probability) + 1e-7|})")]
    [InlineData("MeanOverClasses(1 - 2.0 * Sum(x.Probability * y) / ({|LG0058:Sum(x.Probability + y) + 1e-8|}))")]
    [InlineData("1 - 2 * Sum(x.Probability * y) / ({|LG0058:Sum(Square(x.Probability)) + 1e-3 + (Sum(Square(y)) + 1e-3)|})")]
    public void PortsBuild(string formula) => Verify(formula).AssertClean();

    [Theory]
    [InlineData("[Dice(SmoothNumerator = {|LG0058:0|})]")]
    [InlineData("[Jaccard(SmoothNumerator = {|LG0063:0|}, SmoothDenominator = 1)]")]
    [InlineData("[Dice(SmoothDenominator = 0)]")]
    [InlineData("[Dice(Smooth = 0)]")]
    public void SmoothingOptions(string term) => Markup.Verify($"[Loss(Activation.Softmax)] {term} public partial class L;");

    [Theory]
    [InlineData("Square(1 + x.Probability + {|LG0064:1e-9|})")]
    [InlineData("Log({|LG0064:1e-12|} + Cosh(x.Logit))")]
    [InlineData("Square(x.Probability - {|LG0064:1e-60|})")]
    [InlineData("Square(Clamp(x.Probability, 1e-8, {|LG0064:1 - 1e-8|}))")]
    [InlineData("Square(Min(x.Probability, {|LG0064:0.99999999|}))")]
    [InlineData("Square(Max(x.Probability, {|LG0064:1e-50|}))")]
    [InlineData("Square(Clamp(x.Probability, 1e-6, 1 - 1e-6))")]
    [InlineData("-y * Log(1 - x.Probability + 1e-8)")]
    [InlineData("x.Probability / (Sum(y) + 1e-12)")]
    [InlineData("Square(x.Logit + 1e-12)")]
    public void SmallNumbers(string formula) => Verify(formula);

    [Fact]
    public void ASmallOptionIsThePlace() => Markup.Verify("""
        public partial class BoundedAttribute : LossTermAttribute
        {
            public double Epsilon { get; init; } = 1e-6;
            public static Value Formula(Prediction x, Target y, double epsilon) => Square(Clamp(x.Probability, epsilon, 1 - epsilon) - y);
        }

        [Loss(Activation.Sigmoid)] [Bounded] public partial class A;
        [Loss(Activation.Sigmoid)] [Bounded(Epsilon = {|LG0064:1e-9|})] public partial class B;
        """);

    private static GeneratorRun Verify(string formula) =>
        Markup.Verify(MeaningDiagnosticTests.Formula(formula, "Loss(Activation.Softmax)"));
}
