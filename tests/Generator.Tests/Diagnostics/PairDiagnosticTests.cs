using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Diagnostics;

/// <summary>What does not go with a loss of pairs is said where it stands.</summary>
public class PairDiagnosticTests
{
    [Theory]
    [InlineData("{|LG0047:Activation.Softmax|}, Pairs = Pairs.Cosine")]
    [InlineData("Pairs = Pairs.Cosine, {|LG0047:Classes = 4|}")]
    [InlineData("Pairs = Pairs.Cosine, {|LG0047:Reduction = Reduction.None|}")]
    [InlineData("Pairs = Pairs.Cosine, {|LG0047:Target = TargetKind.Index|}")]
    [InlineData("Pairs = Pairs.Cosine, {|LG0047:PerImage = true|}")]
    [InlineData("Pairs = Pairs.Cosine, {|LG0047:CountIgnored = true|}")]
    [InlineData("Pairs = Pairs.Cosine, {|LG0047:TargetClassAxis = ClassAxis.Last|}")]
    [InlineData("Pairs = Pairs.Cosine, {|LG0047:DropLastTargetChannel = true|}")]
    [InlineData("Pairs = Pairs.Cosine, {|LG0047:Resize = Resize.LinearAligned|}")]
    [InlineData("Pairs = Pairs.Cosine, {|LG0047:Dimensions = 2|}")]
    public void Options(string options) => Markup.Verify($"[Loss({options}), NtXent] public partial class L;");

    [Theory]
    [InlineData("[Loss(Pairs = Pairs.Correlation, {|LG0047:IgnoreIndex = 3|}), BarlowTwins]")]
    [InlineData("[Loss(Pairs = Pairs.Covariance, {|LG0047:Target = TargetKind.Dense|}), VarianceCovariance]")]
    [InlineData("[Loss(Pairs = Pairs.Cosine), NtXent({|LG0047:PixelWeights = \"w\"|})]")]
    [InlineData("[Loss(Pairs = Pairs.Cosine), NtXent({|LG0047:IncludeBackground = false|}, {|LG0047:OnlyClasses = [1, 2]|})]")]
    [InlineData("[Loss(Pairs = Pairs.Cosine), NtXent({|LG0047:Activation = Activation.Sigmoid|})]")]
    [InlineData("[Loss(Pairs = {|LG0033:(Pairs)9|}), {|LG0048:NtXent|}]")]
    public void OptionsOfTerms(string attributes) => Markup.Verify($"{attributes} public partial class L;");

    [Theory]
    [InlineData("[Loss, {|LG0048:NtXent|}]")]
    [InlineData("[Loss(Pairs = Pairs.Cosine), {|LG0048:BarlowTwins|}]")]
    [InlineData("[Loss(Pairs = Pairs.Correlation), {|LG0048:Circle|}]")]
    [InlineData("[Loss(Pairs = Pairs.Cosine), NtXent, {|LG0048:Dice|}]")]
    public void Terms(string attributes) => Markup.Verify($"{attributes} public partial class L;");

    /// <summary>A term of one's own says what it takes, and one that derives from it inherits that.</summary>
    [Theory]
    [InlineData("[TakesPairs(Pairs.Dot, Pairs.Cosine)] ", "Own")]
    [InlineData("[TakesPairs(Pairs.Dot, Pairs.Cosine)] ", "Derived")]
    [InlineData("", "{|LG0048:Own|}")]
    [InlineData("[TakesPairs(Pairs.Dot)] ", "{|LG0048:Own|}")]
    public void TermsOfOnesOwn(string marker, string term) => Markup.Verify($$"""
        {{marker}}public partial class OwnAttribute : LossTermAttribute
        {
            public static Value Formula(Prediction x, Target y) => Square(x.Logit - y);
        }

        public partial class DerivedAttribute : OwnAttribute;

        [Loss(Pairs = Pairs.Cosine), {{term}}] public partial class L;
        """);

    [Theory]
    [InlineData("PixelMap {|LG0047:weights|}", "weights * x.Logit")]
    [InlineData("ElementMap {|LG0047:weights|}", "weights * x.Logit")]
    [InlineData("double a = 1", "x.Logit * a")]
    [InlineData("double a = 1", "{|LG0040:Channel(x.Logit, 1)|} * a")]
    [InlineData("double a = 1", "a * {|LG0040:Shift(x.Logit, 0, 1)|}")]
    [InlineData("double a = 1", "a * x.Logit * {|LG0040:RunningSum(1, x.Logit)|}")]
    public void Formulas(string parameter, string formula) => Markup.Verify($$"""
        [Loss(Pairs = Pairs.Cosine)]
        public partial class L
        {
            private static Value Formula(Prediction x, Target y, {{parameter}}) => {{formula}};
        }
        """);

    [Fact]
    public void NumbersOfClasses() => Markup.Verify("""
        [Loss(Pairs = Pairs.Cosine)]
        public partial class L
        {
            public double[]? Weights { get; set; }

            private static Value Formula(Prediction x, Target y, Value {|LG0047:weights|}) => weights * x.Logit;
        }
        """);

    /// <summary>A loss of pairs has no outputs of several resolutions, one of columns no gradient at a single tensor.</summary>
    [Theory]
    [InlineData("Pairs.Cosine", "NtXent", true)]
    [InlineData("Pairs.Correlation", "BarlowTwins", false)]
    public void ModulesHaveWhatPairsHave(string pairs, string term, bool writesGradient)
    {
        GeneratorRun run = GeneratorDriverHelper.Run($"[Loss(Pairs = {pairs}), {term}] public partial class L;", torchSharp: true)
            .AssertCompiles();
        string module = run.Sources["L.Torch.g.cs"];
        Assert.DoesNotContain("DeepSupervision", module, StringComparison.Ordinal);
        Assert.Equal(writesGradient, module.Contains("EvaluateWithGradient", StringComparison.Ordinal));
        Assert.Contains("the same column", run.Sources["L.g.cs"] + (writesGradient ? "the same column" : ""), StringComparison.Ordinal);
    }
}
