using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Diagnostics;

/// <summary>Losses that compile and do not mean what they say.</summary>
public class MeaningDiagnosticTests
{
    [Theory]
    [InlineData("[{|LG0050:Loss|}] [CrossEntropy]")]
    [InlineData("[{|LG0050:Loss|}(Classes = 4)] [Focal]")]
    [InlineData("[{|LG0050:Loss|}] [BinaryCrossEntropy]")]
    [InlineData("[{|LG0050:Loss|}] [Dice]")]
    [InlineData("[{|LG0050:Loss|}] [L1, Tversky]")]
    [InlineData("[{|LG0050:Loss|}] [Dice(Activation = Activation.Softmax), CrossEntropy]")]
    [InlineData("[Loss(Activation.None)] [CrossEntropy]")]
    [InlineData("[Loss] [CrossEntropy(Activation = Activation.None), Dice(Activation = Activation.Sigmoid)]")]
    [InlineData("[Loss] [MeanSquaredError, Huber, L1, Poisson, Charbonnier, Wing, Pinball, Cosine, GeneralizedIou, CompleteIou, Gaussian, Ranking, Triplet, HingeEmbedding]")]
    [InlineData("[Loss] [LovaszHinge]")]
    public void ActivationOfATerm(string attributes) => Markup.Verify($"{attributes} public partial class L;");

    [Theory]
    [InlineData("-SumOverClasses(y * x.LogProbability)")]
    [InlineData("-SumOverClasses(y * Log(x.Probability))")]
    [InlineData("-y * Log(1 - x.Probability)")]
    [InlineData("y * Square(x.Complement)")]
    [InlineData("y * Square(1 - x.Probability)")]
    public void ActivationOfAFormula(string formula)
    {
        Markup.Verify(Formula(formula, "{|LG0050:Loss|}"));
        Markup.Verify(Formula(formula, "Loss(Activation.None)"));
        Markup.Verify(Formula(formula, "Loss(Activation.Softmax)"));
    }

    /// <summary>At what is not labelled the gradient is 0: the message names the loss that has both sides.</summary>
    [Theory]
    [InlineData("[{|LG0057:CrossEntropy|}]", "Loss(Activation.Sigmoid)")]
    [InlineData("[{|LG0057:CrossEntropy|}]", "Loss(Activation.Sigmoid, Classes = 1)")]
    [InlineData("[{|LG0057:CrossEntropy|}]", "Loss(Activation.Sigmoid, Target = TargetKind.Dense)")]
    [InlineData("[{|LG0057:CrossEntropy|}]", "Loss(Activation.Sigmoid, Target = TargetKind.Index, IgnoreIndex = 255)")]
    [InlineData("[Dice, {|LG0057:CrossEntropy|}(Weight = 0.5)]", "Loss(Activation.Sigmoid, Reduction = Reduction.Sum)")]
    [InlineData("[{|LG0057:CrossEntropy|}(ClassWeights = [1, 2])]", "Loss(Activation.Sigmoid, PerImage = true)")]
    [InlineData("[{|LG0057:CrossEntropy|}(Activation = Activation.Sigmoid)]", "Loss(Activation.Softmax)")]
    [InlineData("[{|LG0057:WeightedCrossEntropy|}]", "Loss(Activation.Sigmoid)")]
    [InlineData("[{|LG0057:TopKCrossEntropy|}]", "Loss(Activation.Sigmoid)")]
    [InlineData("[CrossEntropy]", "Loss(Activation.Softmax)")]
    [InlineData("[CrossEntropy(Activation = Activation.Softmax)]", "Loss(Activation.Sigmoid)")]
    [InlineData("[CrossEntropy(LabelSmoothing = 0.1)]", "Loss(Activation.Sigmoid)")]
    [InlineData("[BinaryCrossEntropy]", "Loss(Activation.Sigmoid)")]
    [InlineData("[BinaryCrossEntropy, CrossEntropy]", "Loss(Activation.Sigmoid)")]
    [InlineData("[Focal]", "Loss(Activation.Sigmoid)")]
    [InlineData("[Dice]", "Loss(Activation.Sigmoid)")]
    public void ACrossEntropyOfASigmoid(string terms, string loss)
    {
        GeneratorRun run = Markup.Verify($"[{loss}] {terms} public partial class L;");
        Assert.All(run.Diagnostics, diagnostic => Assert.Contains("use BinaryCrossEntropy", diagnostic.GetMessage(),
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[Loss(Activation.Softmax)] [WassersteinDice(Distances = {|LG0059:new double[] { 0, 5, 5, 0 }|})]")]
    [InlineData("[Loss(Activation.Softmax)] [WassersteinDice(Distances = {|LG0059:new double[] { 0, 5, 5, 0 }|}, VolumeWeights = true)]")]
    [InlineData("[Loss(Activation.Softmax)] [WassersteinDice(Distances = new double[] { 0, 5, 5, 0 }, NormalizeDistances = true)]")]
    [InlineData("[Loss(Activation.Softmax, Convention = Convention.Monai)] [WassersteinDice(Distances = new double[] { 0, 5, 5, 0 })]")]
    [InlineData("[Loss(Activation.Softmax)] [WassersteinDice(Distances = new double[] { 0, 1, 0.5, 0 })]")]
    [InlineData("[Loss(Activation.Softmax)] [WassersteinDice]")]
    public void ACostAboveOne(string loss) => Markup.Verify($"{loss} public partial class L;");

    [Theory]
    [InlineData("{|LG0057:-SumOverClasses(y * x.LogProbability)|}")]
    [InlineData("{|LG0057:-y * Pow(x.Complement, 2) * x.LogProbability|}")]
    [InlineData("-y * x.LogProbability - (1 - y) * Log(x.Complement)")]
    [InlineData("y * x.Complement")]
    [InlineData("-x.LogProbability")]
    [InlineData("{|LG0057:y * Softplus(-x.Logit)|}")]
    [InlineData("y * Softplus(-x.Logit) + (1 - y) * Softplus(x.Logit)")]
    public void AFormulaOfASigmoid(string formula) => Markup.Verify(Formula(formula, "Loss(Activation.Sigmoid)"));

    [Fact]
    public void AMissingActivationIsToldOnce()
    {
        GeneratorRun run = Markup.Verify("[{|LG0050:Loss|}] [Dice, CrossEntropy, Focal] public partial class L;");
        Assert.StartsWith("The loss states no activation, but term 'Dice' takes probabilities, so that", run.Diagnostics[0].GetMessage(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Square({|LG0051:Sigmoid(x.Probability)|} - y)")]
    [InlineData("Square({|LG0051:Sigmoid(-2 * x.Probability)|} - y)")]
    [InlineData("-y * {|LG0051:LogSigmoid(x.Probability)|}")]
    [InlineData("y * {|LG0051:Softplus(-x.Probability)|}")]
    [InlineData("y * {|LG0051:Sigmoid(Sigmoid(x.Logit))|}")]
    [InlineData("Square({|LG0051:SoftmaxOverClasses(x.Probability)|} - y)")]
    [InlineData("Square({|LG0051:Exp(x.Probability) / SumOverClasses(Exp(x.Probability))|} - y)")]
    [InlineData("y * {|LG0051:Log(x.LogProbability)|}")]
    [InlineData("Square(Sigmoid(x.Logit) - y)")]
    [InlineData("y * Softplus(-x.Logit) + x.Probability * Exp(-x.Probability)")]
    public void DoubledActivation(string formula) => Markup.Verify(Formula(formula, "Loss(Activation.Softmax)"));

    [Fact]
    public void DoubledActivationBehindALocal() => Markup.Verify("""
        [Loss(Activation.Sigmoid)]
        public partial class L
        {
            static Value Formula(Prediction x, Target y)
            {
                Value p = x.Probability;
                Value q = {|LG0051:Sigmoid(p)|};
                return 1 - 2 * Sum(q * y) / (Sum(q) + Sum(y));
            }
        }
        """);

    [Fact]
    public void OnceIsEnoughWhereThePredictionIsALogit() =>
        Markup.Verify(Formula("Square(Sigmoid(x.Probability) - y)", "Loss(Activation.None)"));

    [Theory]
    [InlineData("[Dice(PoolClasses = {|LG0052:true|})]")]
    [InlineData("[Jaccard(PoolClasses = {|LG0052:true|}, Smooth = 1)]")]
    [InlineData("[FBeta(PoolClasses = {|LG0052:true|}, Beta = 2)]")]
    [InlineData("[Dice(PoolClasses = {|LG0052:true|}, SoftLabel = true)]")]
    [InlineData("[Tversky(PoolClasses = {|LG0052:true|})]")]
    [InlineData("[GeneralizedDice(VolumeWeights = {|LG0052:VolumeWeights.Uniform|})]")]
    [InlineData("[Tversky(PoolClasses = true, Alpha = {|LG0053:0.3|})]")]
    [InlineData("[Tversky(PoolClasses = true, Alpha = 0.3, Beta = {|LG0053:0.7|})]")]
    [InlineData("[Dice(PoolClasses = true, IncludeBackground = false)]")]
    [InlineData("[Dice(PoolClasses = true, OnlyClasses = [1, 2])]")]
    [InlineData("[Dice(PoolClasses = true, Squared = true)]")]
    [InlineData("[Dice(PoolClasses = true, ClassWeights = [1, 2, 3])]")]
    [InlineData("[Dice(PoolClasses = true, Activation = Activation.Sigmoid)]")]
    [InlineData("[GeneralizedDice]")]
    public void PooledClasses(string terms) => Markup.Verify($"[Loss(Activation.Softmax)] {terms} public partial class L;");

    [Theory]
    [InlineData("Loss(Activation.Softmax, PerImage = true, IgnoreIndex = 255)", "{|LG0052:true|}")]
    [InlineData("Loss(Activation.Softmax, Classes = 3, Reduction = Reduction.Sum)", "{|LG0052:true|}")]
    [InlineData("Loss(Activation.Softmax, Target = TargetKind.Dense)", "true")]
    [InlineData("Loss(Activation.Sigmoid)", "true")]
    public void PooledClassesOfLosses(string loss, string pooled) =>
        Markup.Verify($"[{loss}] [Dice(PoolClasses = {pooled})] public partial class L;");

    [Fact]
    public void APropertyThatCountsByASumOnly()
    {
        GeneratorRun run = Markup.Verify("""
            [Loss(Activation.Softmax)] [{|LG0053:Tversky|}(PoolClasses = true)]
            public partial class L { public double Alpha { get; set; } = 0.3; public double Beta { get; set; } = 0.7; }
            """);
        Assert.Contains("'alpha' and 'beta' count in term 'Tversky' by their sum only", run.Diagnostics[0].GetMessage(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LG0052", "2 * tp / (p + t)")]
    [InlineData("LG0052", "(tp + 1) / (p + t - tp + 1)")]
    [InlineData("LG0053", "tp / (tp + a * (p - tp) + b * (t - tp))")]
    [InlineData(null, "(a + tp) / (p + t + b)")]
    public void PooledFormula(string? id, string score)
    {
        string pooled = id is null ? "SumOverClasses(Sum(Square(x.Probability)))" : $"{{|{id}:SumOverClasses(Sum(x.Probability))|}}";
        Markup.Verify($$"""
            [Loss(Activation.Softmax)]
            public partial class L
            {
                static Value Formula(Prediction x, Target y, double a = 0.3, double b = 0.7)
                {
                    Value tp = SumOverClasses(Sum(x.Probability * y)), t = SumOverClasses(Sum(y));
                    Value p = {{pooled}};
                    return 1 - {{score}};
                }
            }
            """);
    }

    [Theory]
    [InlineData("{|LG0054:Where(x.Probability > 0.5, 1, 0)|} * y")]
    [InlineData("1 - 2 * Sum({|LG0054:Where(x.Probability > 0.5, 1, 0)|} * y) / (Sum(y) + 1)")]
    [InlineData("y * {|LG0054:Sign(x.Logit)|}")]
    [InlineData("y * {|LG0054:RunningSum(1, x.Probability)|}")]
    [InlineData("y * {|LG0054:Where(EqualTo(x.Logit, MaxOverClasses(x.Logit)), 0, 1)|}")]
    [InlineData("y * Detach(Where(x.Probability > 0.5, 1, 0))")]
    [InlineData("Detach(x.Probability) * y")]
    [InlineData("x.Probability * {|LG0055:Where(x.Probability > 0.5, 1, 0)|}")]
    [InlineData("1 - Sum({|LG0055:Where(x.Probability > 0.5, y, 0)|}) / Sum(x.Probability + y)")]
    [InlineData("x.Probability * {|LG0055:Sign(x.Logit)|}")]
    [InlineData("x.Probability * Detach(Where(x.Probability > 0.5, 1, 0))")]
    [InlineData("Where(x.Probability > 0.5, x.Logit, 0)")]
    [InlineData("Where(RunningSum(1, x.Probability) <= 10, 1, 0) * x.Logit")]
    [InlineData("Where(y > 0.5, 1, 0) * x.Logit")]
    [InlineData("{|LG0056:y|}")]
    [InlineData("{|LG0056:Sum(y) / 2|}")]
    [InlineData("{|LG0056:SumOverClasses(x.Probability)|}")]
    [InlineData("{|LG0056:x.Logit - x.Logit|}")]
    public void Gradients(string formula) => Markup.Verify(Formula(formula, "Loss(Activation.Softmax)"));

    [Fact]
    public void ReportedWhereAFormulaStands()
    {
        // In a helper, in another file's term, once for both losses.
        Markup.Verify("""
            static class H { internal static Value Hard(Value p) => {|LG0055:Where(p > 0.5, 1, 0)|}; }
            public partial class TermAttribute : LossTermAttribute { public static Value Formula(Prediction x, Target y) => x.Logit * H.Hard(x.Logit); }
            [Loss, Term] public partial class A;
            [Loss(Activation.None), Term(Weight = 2)] public partial class B;
            """);
    }

    [Fact]
    public void ReportedAtTheAttributeWhereTheFormulaIsInAnotherAssembly() => Markup.Verify(
        "[Loss(Activation.Sigmoid)] [{|LG0054:Hard|}] public partial class L;",
        references: GeneratorDriverHelper.Build(
            "Terms", "public partial class HardAttribute : LossTermAttribute { public static Value Formula(Prediction x, Target y) => Where(x.Probability > 0.5, 1, 0) * y; }"));

    internal static string Formula(string formula, string loss) => $$"""
        [{{loss}}]
        public partial class L
        {
            static Value Formula(Prediction x, Target y) => {{formula}};
        }
        """;
}
