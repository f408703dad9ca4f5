using LossGen.Compiler.Model;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Parse;

/// <summary>Weights of terms that are properties, and maps of weights: in the model and at the head of the file.</summary>
public class WeightTests
{
    [Fact]
    public void TheHeaderNamesThePropertyAndTheMaps()
    {
        GeneratorRun run = GeneratorDriverHelper.Run("""
            [Loss(Activation.Sigmoid)]
            [Dice(PixelWeights = "border")]
            [BinaryCrossEntropy(Weight = 0.5, PixelWeights = "border", ElementWeights = "known", NormalizeWeightMaps = true)]
            public partial class L { public double DiceWeight { get; set; } = 1; }
            """).AssertClean();
        string[] lines = [.. run.Sources["L.g.cs"].Split('\n').TakeWhile(line => line.StartsWith("//", StringComparison.Ordinal))
            .Select(line => line.TrimEnd())];
        Assert.Contains("// L = DiceWeight * Dice + 0.5 * BinaryCrossEntropy", lines);
        Assert.Contains("//   input       border over N, S; weights of Dice, BinaryCrossEntropy (normalized)", lines);
        Assert.Contains("//   input       known over N, C, S; weights of BinaryCrossEntropy (normalized)", lines);
        Assert.Contains("//   run time    DiceWeight", lines);
        Assert.Contains(lines, line => line.StartsWith("//   statistic   overlap[c] = sum_NS(", StringComparison.Ordinal)
            && line.Contains("border", StringComparison.Ordinal));
    }

    [Fact]
    public void ATermsOwnInputsComeBeforeItsWeights()
    {
        LossModel model = GeneratorDriverHelper.Run("""
            [Loss(Activation.Softmax)]
            [MaskedDice(PixelWeights = "weights", ElementWeights = "elements")]
            [WeightedCrossEntropy(PixelWeights = "mask")]
            public partial class L;
            """).AssertClean().Model;
        Assert.Equal([("mask", false), ("weights", false), ("elements", true), ("weightMap", false)],
            model.Inputs.Select(input => (input.Name, input.IsElement)));
        Assert.Equal([1, 2], model.Terms[0].WeightMaps);
        Assert.Equal([0], model.Terms[1].WeightMaps);
    }

    /// <summary>Names that the module's methods have themselves, and keywords, are parameters all the same.</summary>
    [Theory]
    [InlineData("upstream")]
    [InlineData("gradient")]
    [InlineData("class")]
    [InlineData("größe")]
    public void AMapMayBeCalledAnything(string name) => GeneratorDriverHelper.Run($$"""
        [Loss(Activation.Softmax)]
        [Dice(PixelWeights = "{{name}}")]
        public partial class L;
        """, torchSharp: true).AssertClean();

    /// <summary>What a weight costs it costs between the passes: the loops over pixels are those of a constant weight.</summary>
    [Fact]
    public void AWeightThatChangesCostsNothingAtAPixel()
    {
        const string Terms = "[Loss(Activation.Softmax, Target = TargetKind.Index)] [Dice(Smooth = 1e-5)]";
        string[] changing = Loops($"{Terms} [CrossEntropy] public partial class L {{ public double CrossEntropyWeight {{ get; set; }} = 1; }}");
        string[] constant = Loops($"{Terms} [CrossEntropy(Weight = 0.5)] public partial class L;");
        Assert.NotEmpty(constant);
        Assert.Equal(constant, changing);

        // The operations on registers, whatever the numbers that they take are called.
        static string[] Loops(string source) => [.. GeneratorDriverHelper.Run(source).AssertClean().Sources["L.g.cs"].Split('\n')
            .Where(line => line.Contains("V.", StringComparison.Ordinal))
            .Select(line => System.Text.RegularExpressions.Regex.Replace(line.Trim(), @"\b([sv])\d+|(?<=constants \+ \(?)\d+", "$1"))];
    }
}
