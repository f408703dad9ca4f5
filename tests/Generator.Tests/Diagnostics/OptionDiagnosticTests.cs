using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Diagnostics;

public class OptionDiagnosticTests
{
    [Theory]
    [InlineData("[Loss, Dice(Weight = {|LG0030:-1|})]")]
    [InlineData("[Loss, Dice(Weight = {|LG0030:double.NaN|})]")]
    [InlineData("[Loss, Dice, CrossEntropy(Weight = {|LG0030:1 / 0.0|})]")]
    [InlineData("[Loss, Dice(ClassWeights = new[] { 1, {|LG0030:-2.5|} })]")]
    [InlineData("[Loss, Dice(ClassWeights = [1, {|LG0030:double.PositiveInfinity|}])]")]
    public void Weights(string attributes) => Verify(attributes);

    [Theory]
    [InlineData("[Loss, Dice(PixelWeights = {|LG0041:\"\"|})]")]
    [InlineData("[Loss, Dice(ElementWeights = {|LG0041:\"2nd\"|})]")]
    [InlineData("[Loss, MaskedDice, Dice(ElementWeights = {|LG0028:\"mask\"|})]")]
    [InlineData("[Loss, MaskedDice, Dice(PixelWeights = \"a\"), L1(PixelWeights = \"b\", ElementWeights = \"c\"), Focal(PixelWeights = {|LG0029:\"d\"|})]")]
    [InlineData("[Loss(Activation.Softmax), CrossEntropy(ElementWeights = {|LG0042:\"w\"|})]")]
    [InlineData("[Loss(Activation.Softmax), UnifiedFocal(ElementWeights = {|LG0042:\"w\"|}, PixelWeights = \"v\")]")]
    [InlineData("[Loss(Activation.Softmax), LovaszSoftmax(PixelWeights = {|LG0043:\"w\"|})]")]
    [InlineData("[Loss(Activation.Sigmoid), LovaszHinge(ElementWeights = {|LG0043:\"w\"|})]")]
    [InlineData("[Loss(Activation.Softmax), CrossEntropy(NormalizeWeightMaps = {|LG0044:true|})]")]
    [InlineData("[Loss(Activation.Softmax), Dice(PixelWeights = \"w\", NormalizeWeightMaps = {|LG0044:true|})]")]
    [InlineData("[Loss(Activation.Softmax, Reduction = Reduction.Sum), Focal(PixelWeights = \"w\", NormalizeWeightMaps = {|LG0044:true|})]")]
    [InlineData("[Loss(Activation.Softmax, Reduction = Reduction.None), CrossEntropy(PixelWeights = \"w\", NormalizeWeightMaps = {|LG0044:true|})]")]
    [InlineData("[Loss(Activation.Softmax), UnifiedFocal(PixelWeights = \"w\", NormalizeWeightMaps = true), TopKCrossEntropy(PixelWeights = \"w\"), Dice(PixelWeights = null), Focal(ElementWeights = \"v\", NormalizeWeightMaps = true)]")]
    public void WeightMaps(string attributes) => Verify(attributes);

    [Theory]
    [InlineData("[Loss(Dimensions = {|LG0033:4|}), TotalVariation]")]
    [InlineData("[Loss(Dimensions = {|LG0033:0|}), Dice]")]
    [InlineData("[Loss(Dimensions = 3), Ssim(Size = {|LG0035:0|})]")]
    public void Dimensions(string attributes) => Verify(attributes);

    [Theory]
    [InlineData("[Loss(Classes = 3), Dice(ClassWeights = {|LG0031:new[] { 1.0, 2.0 }|})]")]
    [InlineData("[Loss, Dice(ClassWeights = [1, 2]), CrossEntropy(ClassWeights = {|LG0031:[1, 2, 3]|})]")]
    [InlineData("[Loss, BinaryCrossEntropy(ClassWeights = [1, 2], PositiveWeights = {|LG0031:[1]|})]")]
    [InlineData("[Loss(Classes = 3), Dice(OnlyClasses = [1, {|LG0031:3|}])]")]
    [InlineData("[Loss, Dice(OnlyClasses = new int[] { 1, {|LG0031:2|} }, ClassWeights = [1, 2])]")]
    [InlineData("[Loss(Activation.Softmax, {|LG0031:Classes = 1|}), Dice]")]
    [InlineData("[Loss(Classes = 1), Dice({|LG0031:Activation = Activation.Softmax|})]")]
    [InlineData("[Loss(Activation.Sigmoid, Classes = 1), Dice({|LG0031:IncludeBackground = false|})]")]
    [InlineData("[Loss, Dice(OnlyClasses = [0], {|LG0031:IncludeBackground = false|})]")]
    public void Classes(string attributes) => Verify(attributes);

    [Theory]
    [InlineData("[Loss(Target = TargetKind.Index, {|LG0032:DropLastTargetChannel = true|}), Dice]")]
    [InlineData("[Loss(Target = TargetKind.Index, {|LG0032:TargetClassAxis = ClassAxis.Last|}), Dice]")]
    public void Targets(string attributes) => Verify(attributes);

    [Theory]
    [InlineData("[Loss({|LG0033:(Activation)7|}), Dice]")]
    [InlineData("[Loss(Reduction = {|LG0033:(Reduction)(-1)|}), Dice]")]
    [InlineData("[Loss(Classes = {|LG0033:-2|}), Dice]")]
    [InlineData("[Loss(Convention = {|LG0033:(Convention)99|}), Dice]")]
    [InlineData("[Loss, Dice(Activation = {|LG0033:(Activation)4|})]")]
    [InlineData("[Loss, Dice(EmptyClasses = {|LG0033:(EmptyClasses)9|})]")]
    [InlineData("[Loss, Dice(OnlyClasses = {|LG0033:[]|})]")]
    [InlineData("[Loss, Dice(OnlyClasses = [1, {|LG0033:-1|}])]")]
    [InlineData("[Loss, Dice(OnlyClasses = [1, 2, {|LG0033:1|}])]")]
    public void Values(string attributes) => Verify(attributes);

    [Theory]
    [InlineData("[Loss, Welsch(Scale = {|LG0035:0|})]")]
    [InlineData("[Loss, Huber(Delta = {|LG0035:-1|})]")]
    [InlineData("[Loss, Pinball(Quantile = {|LG0035:1|})]")]
    [InlineData("[Loss, TopKCrossEntropy(Fraction = {|LG0035:1.5|})]")]
    [InlineData("[Loss, CrossEntropy(LabelSmoothing = {|LG0035:-0.1|})]")]
    [InlineData("[Loss, Dice(Smooth = {|LG0035:double.NaN|})]")]
    [InlineData("[Loss, Dice(Smooth = {|LG0035:double.PositiveInfinity|})]")]
    [InlineData("[Loss, AsymmetricFocal(Epsilon = {|LG0035:0.7|}), SoftF1(Epsilon = {|LG0035:0.5|}), UnifiedFocal(Epsilon = {|LG0035:0.6|})]")]
    [InlineData("[Loss, Focal(Gamma = {|LG0035:-2|}, Alpha = double.NaN)]")]
    [InlineData("[Loss, Dice(SmoothNumerator = double.NaN, SmoothDenominator = 0), Focal(Gamma = 0, Alpha = 1), SmoothL1(Beta = 0), Pinball(Quantile = 0.999)]")]
    public void Ranges(string attributes) => Verify(attributes.Replace("[Loss,", "[Loss(Activation.Softmax),", StringComparison.Ordinal));

    /// <summary>
    /// A term's range goes with it into other assemblies, on an option, on a list and on a parameter without option; what derives from it
    /// has it as well.
    /// </summary>
    [Fact]
    public void RangesOfOtherAssemblies()
    {
        const string Terms = """
            public partial class OwnAttribute : LossTermAttribute
            {
                [OptionRange(From = 1, Below = 3)]
                public double Scale { get; init; } = 2;

                [OptionRange(From = -1, To = 1)]
                public double[]? Margins { get; init; }

                public static Value Formula(Prediction x, Target y, double scale, Value margins) => Square(x.Logit - margins * y) / scale;
            }
            """;
        Microsoft.CodeAnalysis.MetadataReference library = GeneratorDriverHelper.Build("Terms", Terms);
        foreach (bool isHere in new[] { false, true })
        {
            Microsoft.CodeAnalysis.MetadataReference[] references = isHere ? [] : [library];
            string terms = isHere ? Terms : "";
            GeneratorRun run = Markup.Verify(terms
                + "[Loss, Own(Scale = {|LG0035:3|}, Margins = [0.5, {|LG0035:-1.5|}])] public partial class L;", references: references);
            Assert.Contains(run.Diagnostics, message => message.GetMessage() == "Scale of term 'Own' is 3; it has to be from 1, below 3");
            GeneratorRun own = Markup.Verify(terms + "[Loss, Own(Scale = 1, Margins = [-1, 1])] public partial class L;",
                references: references);
            own = Markup.Verify(terms + "[Loss, Own] public partial class L { public double Scale { get; set; } = 2; public double[]? Margins { get; set; } }", references: references);
            Assert.Contains("OptionRanges.Check((double)this.Scale, \"Scale\", s_definition, from: 1D, below: 3D)", own.Sources["L.g.cs"],
                StringComparison.Ordinal);
            Assert.Contains("OptionRanges.Check(this.Margins, \"Margins\", s_definition, from: (-1D), to: 1D)", own.Sources["L.g.cs"],
                StringComparison.Ordinal);
        }
    }

    /// <summary>Every number option of the catalogue says what it may be, as its documentation does.</summary>
    [Fact]
    public void EveryOptionOfTheCatalogueHasARange()
    {
        System.Reflection.PropertyInfo[] options = [.. typeof(LossTermAttribute).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(LossTermAttribute)))
            .SelectMany(type => type.GetProperties()).Where(option => option.PropertyType == typeof(double)
            && option.DeclaringType != typeof(LossTermAttribute))];
        Assert.True(options.Length > 100);
        Assert.All(options, option => Assert.True(option.IsDefined(typeof(OptionRangeAttribute), inherit: true),
            $"{option.DeclaringType!.Name}.{option.Name} has no [OptionRange]"));
    }

    [Theory]
    [InlineData("(1L << 53) + 1")]
    [InlineData("long.MinValue")]
    public void EnumerationsThatNoDoubleHolds(string number) => Markup.Verify($$"""
        public enum Mode : long { First, Last = {{number}} }

        public partial class OwnAttribute : LossTermAttribute
        {
            public Mode Mode { get; init; }

            public static Value Formula(Prediction x, Target y, Mode mode) => mode == Mode.First ? x.Logit : y * x.Logit;
        }

        [Loss, Own(Mode = {|LG0033:Mode.Last|})] public partial class L;
        """);

    [Theory]
    [InlineData("[Loss(Activation.Softmax, IgnoreIndex = {|LG0034:0|}), Dice]")]
    [InlineData("[Loss(Activation.Softmax, Classes = 4, IgnoreIndex = {|LG0034:3|}), Dice]")]
    [InlineData("[Loss(Activation.Sigmoid, Classes = 1, IgnoreIndex = {|LG0034:1|}), Dice]")]
    [InlineData("[Loss(Activation.Softmax, IgnoreIndices = new[] { 254, {|LG0034:0|} }), Dice]")]
    [InlineData("[Loss(Activation.Softmax, Classes = 4, IgnoreIndices = [255, {|LG0034:3|}, 4]), Dice]")]
    [InlineData("[Loss(Activation.Softmax, IgnoreIndices = {|LG0033:new int[0]|}), Dice]")]
    [InlineData("[Loss(Activation.Softmax, IgnoreIndices = [254, 255, {|LG0033:254|}]), Dice]")]
    [InlineData("[Loss(Activation.Softmax, IgnoreIndices = [254, {|LG0033:int.MinValue|}]), Dice]")]
    [InlineData("[Loss(Activation.Softmax, Target = TargetKind.Dense, {|LG0037:IgnoreIndices = [254, 255]|}), Dice]")]
    [InlineData("[Loss(Activation.Softmax, {|LG0032:DropLastTargetChannel = true|}, IgnoreIndices = [254, 255]), Dice]")]
    [InlineData("[Loss(Activation.Softmax, IgnoreIndex = 1), Dice]")]
    [InlineData("[Loss(Activation.Softmax, Classes = 4, IgnoreIndex = -1), Dice]")]
    [InlineData("[Loss(Activation.Sigmoid, Target = TargetKind.Dense, IgnoreIndex = 0), Dice]")]
    public void IgnoredLabels(string attributes) => Verify(attributes);

    [Theory]
    [InlineData("[Loss(Activation.Softmax, Classes = 4, IgnoreIndex = 4), Dice(IncludeBackground = false, OnlyClasses = [0, 3])]")]
    [InlineData("[Loss(Activation.Sigmoid, Classes = 1, IgnoreIndex = -1), Dice(Weight = 0)]")]
    [InlineData("[Loss(Activation.Softmax, IgnoreIndices = [254, 255]), Dice]")]
    [InlineData("[Loss(Activation.Softmax, Target = TargetKind.Index, IgnoreIndex = 255, IgnoreIndices = new[] { -1, 255 }), Dice]")]
    [InlineData("[Loss(Activation.Softmax, Classes = 1), Dice(Activation = Activation.Sigmoid)]")]
    [InlineData("[Loss(activation: Activation.Softmax, Resize = Resize.Bilinear), Dice, CrossEntropy]")]
    [InlineData("[Loss(activation: Activation.Softmax, Resize = Resize.LinearAligned), Dice, CrossEntropy]")]
    [InlineData("[Loss(activation: Activation.Softmax, Resize = Resize.LinearUnaligned), Dice, CrossEntropy]")]
    public void Allowed(string attributes) => GeneratorDriverHelper.Run($"{attributes} public partial class L;").AssertClean();

    [Fact]
    public void SeveralIgnoredLabelsAreOfClassIndices()
    {
        GeneratorRun run = GeneratorDriverHelper.Run(
            "[Loss(Activation.Softmax, IgnoreIndex = 255, IgnoreIndices = [-1, 255, 254]), Dice] public partial class L;");
        string text = run.Sources["L.g.cs"];
        Assert.Contains("labels 255, -1, 254: add nothing, gradient 0", text, StringComparison.Ordinal);
        Assert.Contains("IgnoreIndex = 255,", text, StringComparison.Ordinal);
        Assert.Contains("OtherIgnoreIndices = new int[] { (-1), 254 },", text, StringComparison.Ordinal);
        Assert.Contains("Target = global::LossGen.TargetKind.Index,", text, StringComparison.Ordinal);
        Assert.DoesNotContain("DenseKernel", text, StringComparison.Ordinal);
    }

    private static void Verify(string attributes) => Markup.Verify($"{attributes} public partial class L;");
}
