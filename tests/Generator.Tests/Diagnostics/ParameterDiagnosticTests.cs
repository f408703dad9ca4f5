using LossGen.Compiler.Model;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Diagnostics;

public class ParameterDiagnosticTests
{
    [Theory]
    [InlineData("", "double {|LG0020:smooth|}")]
    [InlineData("", "Value {|LG0020:weights|}")]
    [InlineData("", "bool {|LG0020:reduction|}")]
    [InlineData("", "{|LG0021:float|} smooth = 1")]
    [InlineData("", "{|LG0021:double?|} smooth = null")]
    [InlineData("", "{|LG0021:string|} smooth = \"\"")]
    [InlineData("public {|LG0021:bool|} Smooth { get; init; }", "double smooth")]
    [InlineData("public {|LG0021:double|} Weights { get; init; }", "Value weights")]
    [InlineData("public {|LG0021:EmptyClasses|} Policy { get; init; }", "Reduction policy")]
    [InlineData("public double Smooth { get; init; } = {|LG0022:Random.Shared.NextDouble()|};", "double smooth")]
    [InlineData("public double[]? Weights { get; init; } = {|LG0022:new double[3]|};", "Value weights")]
    [InlineData("public double {|LG0023:Smooth|} { get; init; }", "double smoth = 1")]
    public void TermParameters(string property, string parameter) => Markup.Verify($$"""
        public partial class OverlapAttribute : LossTermAttribute
        {
            {{property}}

            public static Value Formula(Prediction x, Target y, {{parameter}}) => y;
        }
        """);

    [Theory]
    [InlineData("", "PixelMap {|LG0004:mask|} = null")]
    [InlineData("public double {|LG0023:Mask|} { get; init; }", "PixelMap mask")]
    [InlineData("", "{|LG0021:PixelMap[]|} masks")]
    public void TermInputs(string property, string parameter) => Markup.Verify($$"""
        public partial class OverlapAttribute : LossTermAttribute
        {
            {{property}}

            public static Value Formula(Prediction x, Target y, {{parameter}}) => y;
        }
        """);

    [Fact]
    public void InputsOfOneNameAreOneInput()
    {
        LossModel model = GeneratorDriverHelper.Run(Samples.Mapped).AssertClean().Model;
        Assert.Equal([("distances", true), ("mask", false), ("weights", false)],
            model.Inputs.Select(input => (input.Name, input.IsElement)));
        Assert.Equal(
            ["c.ElementMap(0)", "c.PixelMap(1)", "c.PixelMap(1)", "c.PixelMap(2)"],
            model.Terms.SelectMany(term => term.Arguments).Where(argument => argument.Kind == ArgumentKind.Input)
                .Select(argument => argument.CSharp));
    }

    [Fact]
    public void APropertyDoesNotFeedAnInput() => Markup.Verify("""
        [Loss(Activation.Softmax), MaskedDice] public partial class L { public double {|LG0027:Mask|} { get; set; } }
        """);

    [Theory]
    [InlineData("[Loss(Classes = 3), WassersteinDice(Distances = {|LG0031:new double[] { 0, 1, 1, 0 }|})] public partial class L;")]
    [InlineData("[Loss, WassersteinDice(Distances = {|LG0033:new double[] { 0, 1, 1 }|})] public partial class L;")]
    [InlineData("[Loss, WassersteinDice(Distances = new double[] { 0, {|LG0030:double.NaN|}, 1, 0 })] public partial class L;")]
    [InlineData("[Loss] public partial class L { static Value Formula(Prediction x, Target y, bool b = true) { ClassMatrix m = {|LG0010:b ? x.ClassMatrix(null) : x.ClassMatrix(null)|}; return Transform(m, y); } }")]
    public void Matrices(string source) => Markup.Verify(source);

    [Theory]
    [InlineData("[Loss] public partial class L { static Value Formula(Prediction x, Target y) => x.Logit * {|LG0040:Channel(y, -1)|}; }")]
    [InlineData("[Loss(Classes = 3)] public partial class L { static Value Formula(Prediction x, Target y) => {|LG0040:Channel(y, 3)|}; }")]
    [InlineData("[Loss] public partial class L { public int K { get; set; } = 1; static Value Formula(Prediction x, Target y, int k = 0) => {|LG0040:Channel(y, k)|}; }")]
    public void ChannelsThatAreNotKnown(string source) => Markup.Verify(source);

    [Theory]
    [InlineData("RunningSum(x.Probability, x.Probability)", "Detach")]
    [InlineData("RunningSum(1, Sum(y))", "have no pixels")]
    public void RunningSumsThatMakeNoSense(string formula, string cure)
    {
        GeneratorRun run = Markup.Verify($$"""[Loss] public partial class L { static Value Formula(Prediction x, Target y) => x.Logit * {|LG0040:{{formula}}|}; }""");
        Assert.Contains(cure, run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
    }

    /// <summary>What differs from pixel to pixel is not joined over the images: the message says what to write instead.</summary>
    [Theory]
    [InlineData("SumOverBatch(x.Probability)", "SumOverBatch(Mean(v))")]
    [InlineData("MeanOverBatch(SumOverClasses(y * x.LogProbability))", "TotalMean(v)")]
    [InlineData("MeanOverBatch(y)", "MeanOverBatch(Mean(v))")]
    public void ReductionsOverImagesOfPixels(string formula, string cure)
    {
        foreach (string target in new[] { "Index", "Dense", "Any" })
        {
            GeneratorRun run = Markup.Verify($$"""[Loss(Target = TargetKind.{{target}}, IgnoreIndex = 255)] public partial class L { static Value Formula(Prediction x, Target y) => Mean({|LG0040:{{formula}}|}) * x.Logit; }""");
            Assert.Contains(cure, run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{|LG0040:k + 1|}")]
    [InlineData("{|LG0040:2 * k|} - 0.5")]
    [InlineData("{|LG0040:-k|}")]
    [InlineData("k + 1.0")]
    [InlineData("k * 0.5 - k")]
    public void ArithmeticOfIntegersThatAreKnownAtRunTime(string number) => Markup.Verify(
        $$"""[Loss] public partial class L { public int K { get; set; } = 1; static Value Formula(Prediction x, Target y, int k = 0) => x.Logit * ({{number}}); }""");

    [Theory]
    [InlineData("[OptionRange(Above = 0)]", "public double X { get; init; }", "double {|LG0036:x|}")]
    [InlineData("[OptionRange(From = 0, Below = 0.5)]", "public double X { get; init; } = 0.5;", "double {|LG0036:x|}")]
    [InlineData("[OptionRange(From = 1, To = 0)]", "public double X { get; init; } = 0.5;", "double {|LG0036:x|}")]
    [InlineData("[OptionRange(From = 0)]", "public double X { get; init; } = double.NaN;", "double {|LG0036:x|}")]
    [InlineData("[OptionRange(From = 0, OrNaN = true)]", "public double X { get; init; } = double.NaN;", "double x")]
    [InlineData("[OptionRange(Above = 0, Below = 1)]", "public double X { get; init; } = 0.5;", "double x")]
    [InlineData("", "", "[OptionRange(From = 0)] double {|LG0036:x|} = -1")]
    public void RangesThatDoNotHoldTheDefault(string range, string property, string parameter) => Markup.Verify(
        $$"""public partial class OwnAttribute : LossTermAttribute { {{range}} {{property}} public static Value Formula(Prediction p, Target y, {{parameter}}) => p.Logit * x; }""");

    [Fact]
    public void InputsContradict()
    {
        GeneratorRun run = Markup.Verify("""
            [Loss, Other, {|LG0028:MaskedDice|}] public partial class L;
            public partial class OtherAttribute : LossTermAttribute { public static Value Formula(Prediction x, Target y, ElementMap mask) => y * mask; }
            """);
        Assert.Contains("'mask' of term 'MaskedDice' is of type PixelMap, but that of 'Other' is of type ElementMap",
            run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public void ParameterOfTheFormulaInPlaceThatNothingFeeds() => Markup.Verify("""
        [Loss] public partial class L { static Value Formula(Prediction x, Target y, double {|LG0020:smooth|}) => y * smooth; }
        """);

    [Theory]
    [InlineData("[FBeta, Tversky]", "{|LG0024:Beta|}", "'FBetaBeta' or 'TverskyBeta'")]
    [InlineData("[Tversky(Gamma = 1), Tversky]", "{|LG0024:Beta|}", "all but one")]
    [InlineData("[Tversky, Tversky]", "{|LG0024:TverskyBeta|}", "all but one")]
    public void Clash(string terms, string property, string cure)
    {
        GeneratorRun run = Markup.Verify($$"""[Loss] {{terms}} public partial class L { public double {{property}} { get; set; } }""");
        Assert.Contains(cure, run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[FBeta, Tversky]", "FBetaBeta", "beta0")]
    [InlineData("[FBeta, Tversky]", "TverskyBeta", "beta1")]
    [InlineData("[FBeta(Beta = 2), Tversky]", "Beta", "beta1")]
    [InlineData("[FBeta, Tversky(Beta = 0.7)]", "beta", "beta0")]
    [InlineData("[Tversky(Beta = 0.7), Tversky]", "TverskyBeta", "beta1")]
    [InlineData("[Tversky]", "Smooth", "smooth0")]
    public void PropertyFeedsOneTerm(string terms, string property, string expected)
    {
        LossModel model = GeneratorDriverHelper.Run($$"""[Loss(Activation.Softmax)] {{terms}} public partial class L { public double {{property}} { get; set; } }""").AssertClean().Model;
        IEnumerable<string> fed = model.Terms.SelectMany(
            (term, i) => term.Arguments.Where(argument => argument.Kind == ArgumentKind.Property).Select(argument => argument.Parameter
                + i));
        Assert.Equal([expected], fed);
        Assert.Equal([property], model.Parameters.Select(parameter => parameter.Name));
    }

    [Fact]
    public void PreciseNameGoesFirst()
    {
        LossModel model = GeneratorDriverHelper.Run("""
            [Loss(Activation.Softmax)] [FBeta] [Tversky]
            public partial class L
            {
                public double Beta { get; set; }
                public float TverskyBeta { get; set; }
                public int Gamma { get; set; }
            }
            """).AssertClean().Model;
        Assert.Equal(["Beta", "Gamma", "TverskyBeta"], model.Parameters.Select(parameter => parameter.Name).Order());
    }

    [Theory]
    [InlineData("[Dice, CrossEntropy]", "public double DiceWeight { get; set; }", "DiceWeight", "")]
    [InlineData("[Dice, CrossEntropy]", "public float CrossEntropyWeight { get; set; }", "", "CrossEntropyWeight")]
    [InlineData("[Dice(Weight = 2), CrossEntropy]", "public int Weight { get; set; }", "", "Weight")]
    [InlineData("[Focal]", "public double Weight { get; set; }", "Weight")]
    [InlineData("[Dice, Scaled]", "public double Weight { get; set; }", "", "")]
    [InlineData("[Dice, Scaled]", "public double Weight { get; set; } public double DiceWeight { get; set; }", "DiceWeight", "")]
    [InlineData("[Dice]", "public double FormulaWeight { get; set; } static Value Formula(Prediction x, Target y) => y * x.Probability;", "", "FormulaWeight")]
    [InlineData("[Dice]", "public double DiceWeight { get; set; } static Value Formula(Prediction x, Target y, double diceWeight = 1) => diceWeight * x.Probability;", "", "")]
    public void WeightsOfTermsAreParametersToo(string terms, string members, params string[] weights)
    {
        LossModel model = GeneratorDriverHelper.Run($$"""
            [Loss(Activation.Softmax)] {{terms}} public partial class L { {{members}} }
            public partial class ScaledAttribute : LossTermAttribute
            {
                public new double Weight { get; init; } = 1;
                public static Value Formula(Prediction x, Target y, double weight) => weight * (y - x.Probability);
            }
            """).AssertClean().Model;
        Assert.Equal(
            weights,
            model.Terms.Select(term => term.WeightParameter is { } index ? model.Parameters[index].Name : ""));
    }

    [Theory]
    [InlineData("[Dice, CrossEntropy]", "public double {|LG0024:Weight|} { get; set; }", "'DiceWeight' or 'CrossEntropyWeight'")]
    [InlineData("[Dice, Dice]", "public double {|LG0024:DiceWeight|} { get; set; }", "all but one")]
    [InlineData("[Dice({|LG0025:Weight = 2|})]", "public double DiceWeight { get; set; }", "'Weight' of term 'Dice'")]
    [InlineData("[Dice, CrossEntropy]", "public {|LG0026:double[]|} DiceWeight { get; set; } = [];", "'double', 'float' or 'int'")]
    [InlineData("[Dice, CrossEntropy]", "public double {|LG0026:DiceWeight|} = 1;", "is a field")]
    [InlineData("[Dice, CrossEntropy]", "public double {|LG0027:DicesWeight|} { get; set; }", "DiceWeight")]
    public void WeightsOfTermsThatCannotBeFed(string terms, string member, string text)
    {
        GeneratorRun run = Markup.Verify($$"""[Loss(Activation.Softmax)] {{terms}} public partial class L { {{member}} }""");
        Assert.Contains(text, run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public void ConstantAndProperty() => Markup.Verify("""
        [Loss] [FBeta(Smooth = 1, {|LG0025:Beta = 1|})] public partial class L { public double Beta { get; set; } }
        """);

    [Theory]
    [InlineData("public {|LG0026:string|} Beta { get; set; } = \"\";")]
    [InlineData("public {|LG0026:decimal|} Beta { get; set; }")]
    [InlineData("public double {|LG0026:Beta|} = 2;")]
    [InlineData("public static double {|LG0026:Beta|} { get; set; }")]
    [InlineData("public double {|LG0026:Beta|} { set { } }")]
    [InlineData("public bool {|LG0026:Squared|} { get; set; }")]
    [InlineData("public {|LG0026:float[]?|} ClassWeights { get; set; }")]
    [InlineData("public {|LG0026:double|} ClassWeights { get; set; }")]
    [InlineData("public {|LG0026:double?|} Smooth { get; set; }")]
    public void MemberThatCannotFeed(string member) => Markup.Verify($$"""[Loss, FBeta] public partial class L { {{member}} }""");

    [Fact]
    public void MatrixThatCannotBeFed() => Markup.Verify("""[Loss(Activation.Softmax, Classes = 3), WassersteinDice] public partial class L { public {|LG0026:double[,]?|} Distances { get; set; } }""");

    [Fact]
    public void AMatrixChangesAtRunTimeColumnByColumn()
    {
        LossModel model = GeneratorDriverHelper.Run("""
            [Loss(Activation.Softmax, Classes = 3), WassersteinDice] public partial class L { public double[]? Distances { get; set; } }
            """).AssertClean().Model;
        Assert.Equal(["Distances[c, 0]", "Distances[c, 1]", "Distances[c, 2]"],
            model.ClassParameters.Select(parameter => parameter.ToString()));
        Assert.Contains("x.ClassMatrix(this.Distances)", model.Terms[0].Arguments.Select(argument => argument.CSharp));
    }

    [Fact]
    public void NumbersOfAClassChangeAtRunTime()
    {
        LossModel model = GeneratorDriverHelper.Run("""
            [Loss(Activation.Softmax), FBeta, CrossEntropy] public partial class L
            {
                public double Beta { get; set; } = 2;
                public double[]? FBetaClassWeights { get; set; }
                public double[] CrossEntropyClassWeights { get; set; } = [1, 2];
            }
            """).AssertClean().Model;
        Assert.Equal(["Beta"], model.Parameters.Select(parameter => parameter.Name));
        Assert.Equal(["FBetaClassWeights", "CrossEntropyClassWeights"], model.ClassParameters.Select(parameter => parameter.Property));
        Assert.Contains("x.PerClass(this.FBetaClassWeights)", model.Terms[0].Arguments.Select(argument => argument.CSharp));
    }

    [Theory]
    [InlineData("private double beta = 2; public double Beta => beta;")]
    [InlineData("public const double Smooth = 1;")]
    [InlineData("internal double Other { get; set; }")]
    [InlineData("public double Other => 2;")]
    public void MembersForOtherPurposes(string member)
    {
        GeneratorRun run = GeneratorDriverHelper.Run($$"""[Loss(Activation.Softmax), FBeta] public partial class L { {{member}} }""");
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.Errors);
    }

    [Fact]
    public void PropertyThatFeedsNothing()
    {
        GeneratorRun run = Markup.Verify("""[Loss(Activation.Softmax), FBeta] public partial class L { public double {|LG0027:Betta|} { get; set; } }""");
        Assert.Contains("Beta, Epsilon", run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public void ConstructorParametersAreOptionsToo()
    {
        LossModel model = GeneratorDriverHelper.Run("""
            public partial class PowerAttribute(double exponent, double scale = 3) : LossTermAttribute
            {
                public double Exponent { get; } = exponent;
                public double Scale { get; } = scale;
                public static Value Formula(Prediction x, Target y, double exponent, double scale) => scale * Pow(Abs(x.Logit - y), exponent);
            }

            [Loss, Power(1.5)] public partial class L;
            """).AssertClean().Model;
        Assert.Equal(["1.5D", "3D"], model.Terms[0].Arguments.Select(argument => argument.CSharp));
        Assert.StartsWith("lossgen/1 (param exponent scalar) (param scale scalar 3) ", model.Terms[0].Formula, StringComparison.Ordinal);
    }
}
