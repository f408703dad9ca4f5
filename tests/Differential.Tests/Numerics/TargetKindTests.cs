using LossGen.Differential.Checks;
using LossGen.Differential.Compositions;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>Class indices and the one-hot target of the same labels are the same loss, whatever the options are.</summary>
public sealed class TargetKindTests
{
    private const int Classes = 4, Pixels = 6;

    private const long Ignored = 255;

    private static readonly string[] LossOptions = ["", ", IgnoreIndex = 255, PerImage = true"];

    private static readonly double Loss12 = Math.Log(1 + Math.Exp(-1)), Slope12 = 1 / (1 + Math.E);

    private static readonly StatedCase[] Stated =
    [
        // Two pixels with the logits 0 and 1, one of each class; the mean goes over both.
        .. Both("CrossEntropy without background", "CrossEntropy(IncludeBackground = false)", [Loss12 / 2],
            [0, Slope12 / 2, 0, -Slope12 / 2]),
        .. Both("CrossEntropy of one class", "CrossEntropy(OnlyClasses = new[] { 1 })", [Loss12 / 2], [0, Slope12 / 2, 0, -Slope12 / 2]),
    ];

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() => SharedEngine.Compile(Stated.Select(c => c.Declaration)));

    public static TheoryData<string> Names => [.. Stated.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void HasTheStatedValue(string name) => Stated.First(c => c.Name == name).Check(Compiler.Value);

    /// <summary>
    /// PyTorch's cross-entropy: with class weights the mean over labels divides by the weights met, that over dense targets by the pixels.
    /// </summary>
    [Fact]
    public void OnlyTheMeanOfAWeightedCrossEntropyDiffers()
    {
        const string Declaration = """
            [Loss(Activation.Softmax)]
            [CrossEntropy(ClassWeights = new[] { 3.0, 1 })]
            public sealed partial class Declared;
            """;
        ILoss loss = DeclarationCompiler.Compile([Declaration]).Create(Declaration);
        (Batch labels, Batch oneHot) = Two(0, 1);
        Assert.Equal(StatedCase.Reference(loss, oneHot)[0] * 2 / 4, StatedCase.Reference(loss, labels)[0], 1e-12);
    }

    [Fact]
    public void EveryTermMeansTheSame()
    {
        var random = new Random(5);
        double[] logits = [.. Enumerable.Range(0, 2 * Classes * Pixels).Select(_ => 0.05 + (0.9 * random.NextDouble()))];
        List<(string Declaration, CatalogueTerm Term, bool Ignores)> losses = [.. from term in CatalogueTerm.All
                                                                                where TakesLabels(term)
                                                                                from options in Options(term)
                                                                                from loss in LossOptions
                                                                                select (Declare(term, options, loss), term,
                                                                                    loss.Length > 0)];
        DeclarationCompiler compiler = SharedEngine.Compile(losses.Select(loss => loss.Declaration));
        foreach ((string declaration, CatalogueTerm term, bool ignores) in losses)
        {
            long[] labels = [.. Enumerable.Range(0, 2 * Pixels).Select(i => ignores && i % 5 == 3 ? Ignored : i * 7 % Classes)];
            double[][] inputs = [.. term.Inputs.Select(input => Enumerable.Range(0, 2 * Pixels * (input.IsElement ? Classes : 1))
                .Select(i => 0.5 + (i % 3)).ToArray())];
            var shape = new LossShape(2, Classes, Pixels);
            double[] oneHot = [.. Enumerable.Range(0, 2 * Classes * Pixels).Select(i =>
            {
                long label = labels[(i / (Classes * Pixels) * Pixels) + (i % Pixels)];
                return label == Ignored ? Ignored : label == i / Pixels % Classes ? 1.0 : 0;
            })];
            ILoss loss = compiler.Create(declaration);
            double ofLabels = LossGen.Reference.ReferenceEvaluation.EvaluateElements(loss, shape, logits, (ReadOnlySpan<long>)labels,
                inputs)[0];
            double ofDense = LossGen.Reference.ReferenceEvaluation.EvaluateElements(loss, shape, logits, (ReadOnlySpan<double>)oneHot,
                inputs)[0];
            Assert.True(Math.Abs(ofLabels - ofDense) <= 1e-11 * (1 + Math.Abs(ofDense)),
                $"{ofLabels} with labels, {ofDense} with one-hot\n{declaration}");
        }
    }

    private static bool TakesLabels(CatalogueTerm term) =>
        term.Name is not ("Cosine" or "Ranking" or "Triplet") && !term.Name.EndsWith("Iou", StringComparison.Ordinal);

    // Leaving classes out with all that is spread over the classes, and with what weighs them.
    private static IEnumerable<string> Options(CatalogueTerm term)
    {
        string[] smoothing = term.Options.Any(option => option.Name == "LabelSmoothing") ? ["LabelSmoothing = 0.1"] : [];
        string[] weights = term.Options.Any(option => option.Name == "ClassWeights") && term.Name != "CrossEntropy"
            ? ["ClassWeights = new[] { 0.5, 1, 2, 3 }"] : [];
        yield return Join(smoothing);
        yield return Join(["IncludeBackground = false", .. smoothing, .. weights]);
        yield return Join(["OnlyClasses = new[] { 1, 3 }", .. weights]);

        static string Join(IEnumerable<string> options) => options.Any() ? $"({string.Join(", ", options)})" : "";
    }

    private static string Declare(CatalogueTerm term, string options, string loss) => $"""
        [Loss(Activation.{CatalogueLoss.All.First(known => known.Name == term.Name).Activation}{loss})]
        [{term.Name}{options}]
        public sealed partial class Declared;
        """;

    private static (Batch Labels, Batch OneHot) Two(long first, long second)
    {
        double[] logits = [0, 0, 1, 1];
        return (StatedCase.Indexed(1, 2, logits, first, second), StatedCase.Dense(1, 2, logits, first == 0 ? 1 : 0, second == 0 ? 1 : 0,
            first, second));
    }

    private static IEnumerable<StatedCase> Both(string name, string term, double[] value, double[] gradient)
    {
        string declaration = $"""
            [Loss(Activation.Softmax)]
            [{term}]
            public sealed partial class Declared;
            """;
        (Batch labels, Batch oneHot) = Two(0, 1);
        return [new(name + ", labels", declaration, labels, value, gradient), new(name + ", dense", declaration, oneHot, value, gradient)];
    }
}
