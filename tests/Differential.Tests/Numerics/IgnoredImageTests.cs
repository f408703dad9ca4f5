using LossGen.Cpu;
using LossGen.Differential.Checks;
using LossGen.Differential.Compositions;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>An image of which nothing is valid counts 0 where sums are per image, whatever its empty sums would make of a score.</summary>
public sealed class IgnoredImageTests
{
    private const long Ignored = 255;

    // Two images of two classes and two pixels, the second ignored; probabilities as they are given.
    private static readonly double[] Probabilities = [0.75, 0.5, 0.25, 0.5, 0.9, 0.2, 0.1, 0.8];

    private static readonly Batch Labels = StatedCase.Indexed(2, 2, Probabilities, 0, 1, Ignored, Ignored);

    private static readonly Batch OneHot = StatedCase.Dense(2, 2, Probabilities, 1, 0, 0, 1, Ignored, Ignored, Ignored, Ignored);

    // Of class 1 nothing is known in the second image.
    private static readonly Batch OneClass = StatedCase.Dense(2, 2, Probabilities, 1, 0, 0, 1, 1, 0, Ignored, Ignored);

    // Overlap 0.75 of 1.25 + 1 and 0.5 of 0.75 + 1, a bound of the denominator that does not matter.
    private static readonly double First = 1 - (1.5 / 2.25), Second = 1 - (1 / 1.75);

    private static readonly double[] Slopes = [.. new[] { (2 / 2.25) - (1.5 / (2.25 * 2.25)), -1.5 / (2.25 * 2.25), -1 / (1.75 * 1.75),
        (2 / 1.75) - (1 / (1.75 * 1.75)) }.Select(slope => -slope / 4), 0, 0, 0, 0];

    private static readonly StatedCase[] Cases =
    [
        .. Both("Dice without smoothing above", "Dice(SmoothNumerator = 0, SmoothDenominator = 1e-300)", [(First + Second) / 4], Slopes),
        .. Both("Tversky", "Tversky(SmoothNumerator = 0, SmoothDenominator = 1e-300)", [(First + Second) / 4], Slopes),
        .. Both("a mean over images of the formula's own", "Own", [(First + Second) / 4], Slopes),
        new("a class of an image of which nothing is known", Declare("Dice(SmoothNumerator = 0, SmoothDenominator = 1e-300)"), OneClass,
            [(First + Second + 1 - (1.8 / 2.1)) / 4], [.. Slopes[..4], -((2 / 2.1) - (1.8 / (2.1 * 2.1))) / 4, 1.8 / (2.1 * 2.1) / 4, 0, 0]),
    ];

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() => SharedEngine.Compile(Cases.Select(c => c.Declaration)));

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Counts0(string name) => Cases.First(c => c.Name == name).Check(Compiler.Value);

    [Fact]
    public void AlsoInTheSharesOfTermsAndClasses()
    {
        ILoss loss = Compiler.Value.Create(Cases[0].Declaration);
        LossComponents parts = loss.CreateComponents(2);
        loss.Evaluate(Probabilities, (ReadOnlySpan<long>)Labels.Labels, Labels.Shape, parts);
        Assert.Equal((First + Second) / 4, parts["Dice"], 1e-12);
        Assert.Equal(First / 2, parts.Classes("Dice")[0], 1e-12);
        Assert.Equal(Second / 2, parts.Classes("Dice")[1], 1e-12);
    }

    /// <summary>
    /// Every term, with smoothing and without: unreduced values of the image are 0, and with a sum it is as if it was not there.
    /// </summary>
    [Fact]
    public void InEveryTerm()
    {
        var random = new Random(3);
        double[] logits = [.. Enumerable.Range(0, 2 * 4 * 3).Select(_ => 0.05 + (0.9 * random.NextDouble()))];
        var whole = StatedCase.Indexed(2, 4, logits, 0, 1, 3, Ignored, Ignored, Ignored);
        var first = StatedCase.Indexed(1, 4, logits[..12], 0, 1, 3);
        (CatalogueTerm Term, string Options)[] variants = [.. from term in CatalogueTerm.All
            where term.Inputs.Length == 0 from options in Options(term) select (term, options)];
        string Declaration((CatalogueTerm Term, string Options) variant, string reduction) => $"""
            [Loss(Activation.{Activation(variant.Term)}, IgnoreIndex = {Ignored}, PerImage = true, Reduction = Reduction.{reduction}, Target = TargetKind.Index)]
            [{variant.Term.Name}{variant.Options}]
            public sealed partial class Declared;
            """;
        DeclarationCompiler compiler = SharedEngine.Compile(variants.SelectMany(variant => new[] { Declaration(variant, "None"),
            Declaration(variant, "Sum") }));
        foreach ((CatalogueTerm, string) variant in variants)
        {
            string unreduced = Declaration(variant, "None");
            double[] elements = StatedCase.Reference(compiler.Create(unreduced), whole);
            bool hasImages = elements.Length > 0 && elements.Length % 2 == 0 && elements.Length is not 4;
            if (hasImages)
                Assert.True(elements[(elements.Length / 2)..].All(element => element == 0), $"{unreduced}: {string.Join(", ", elements)}");
            double[] kernel = CpuBackend.InDouble(compiler.Create(unreduced), whole, []).Elements;
            Assert.True(Comparison.Values(elements, kernel, 1e-9) is null && elements.All(double.IsFinite),
                $"{unreduced}: {string.Join(", ", kernel)} instead of {string.Join(", ", elements)}");

            // A term that takes a mean over the images by itself, as UnifiedFocal does, has one number.
            string summed = Declaration(variant, "Sum");
            if (!hasImages)
                continue;
            Found together = CpuBackend.InDouble(compiler.Create(summed), whole, []), alone = CpuBackend.InDouble(compiler.Create(summed),
                first, []);
            Assert.True(Math.Abs(together.Elements[0] - alone.Elements[0]) <= 1e-12 * (1 + Math.Abs(alone.Elements[0])),
                $"{summed}: {together.Elements[0]} instead of {alone.Elements[0]}");
            Assert.True(Comparison.Slopes([.. alone.Gradient, .. new double[12]], together.Gradient, 1e-12) is null, summed);
        }
    }

    private static IEnumerable<string> Options(CatalogueTerm term)
    {
        yield return "";
        if (term.Options.Any(option => option.Name == "SmoothNumerator"))
            yield return "(SmoothNumerator = 0)";
    }

    private static Activation Activation(CatalogueTerm term) => CatalogueLoss.All.First(loss => loss.Name == term.Name).Activation;

    private static IEnumerable<StatedCase> Both(string name, string term, double[] value, double[] gradient) =>
        [new(name + ", labels", Declare(term), Labels, value, gradient), new(name + ", dense", Declare(term), OneHot, value, gradient)];

    private static string Declare(string term) => $$"""
        public sealed partial class OwnAttribute : LossTermAttribute
        {
            public static Value Formula(Prediction x, Target y) => MeanOverBatch(MeanOverClasses(1 - 2 * Sum(x.Probability * y) / (Sum(x.Probability) + Sum(y) + 1e-300)));
        }

        [Loss(Activation.None, IgnoreIndex = 255, PerImage = true)]
        [{{term}}]
        public sealed partial class Declared;
        """;
}
