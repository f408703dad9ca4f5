using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>
/// What joins the classes of a pixel leaves elements out that a dense target ignores, and what joins the classes' sums classes of which it
/// knows nothing.
/// </summary>
public sealed class IgnoredElementTests
{
    private const double Ignored = -1;

    // Class 0 has the logits 3 and 5, class 1 has 7 and 11, which is not known at the first pixel.
    private static readonly Batch Batch = StatedCase.Dense(1, 2, [3, 5, 7, 11], 1, 0, Ignored, 1);

    // The same, and nothing is known of class 1.
    private static readonly Batch OneClass = StatedCase.Dense(1, 2, [3, 5, 7, 11], 1, 0, Ignored, Ignored);

    private static readonly StatedCase[] Cases =
    [
        new("Channel", Formula("Channel(x.Logit, 1)"), Batch, [5.5], [0, 0, 0, 0.5]),
        new("Channel of what the algebra makes of all classes", Formula("Channel(x.Logit * 0 + 3, 1)"), Batch, [1.5], [0, 0, 0, 0]),
        new("Channel of a class that is known", Formula("Channel(x.Logit, 0)"), Batch, [4], [0.5, 0.5, 0, 0]),
        new("Channel in a sum", Formula("Sum(Channel(x.Logit, 1))"), Batch, [11], [0, 0, 0, 1]),
        new("Transform with 0 and 1", Formula("SumOverClasses(y * Transform(m, x.Logit))", "null"), Batch, [2.5], [0, 0.5, 0, 0]),
        new("Transform with a matrix", Formula("SumOverClasses(y * Transform(m, x.Logit))", "[4, 2, 3, 0]"), Batch, [13.5], [2, 1.5, 0, 0]),
        new("a log-sum-exp of means", Formula("LogSumExpOverClasses(Mean(x.Logit))"), OneClass, [4], [0.5, 0.5, 0, 0]),
        new("a written log-sum-exp of means", Formula("Log(SumOverClasses(Exp(Mean(x.Logit))))"), OneClass, [4], [0.5, 0.5, 0, 0]),
        new("a softmax of means", Formula("SumOverClasses((x.ClassIndex + 1) * SoftmaxOverClasses(Mean(x.Logit)))"), OneClass, [1],
            [0, 0, 0, 0]),
        new("a written softmax of means",
            Formula("SumOverClasses((x.ClassIndex + 1) * Exp(Mean(x.Logit)) / SumOverClasses(Exp(Mean(x.Logit))))"), OneClass, [1],
            [0, 0, 0, 0]),
        new("a softmax's logarithm of means",
            Formula("SumOverClasses(Where(EqualTo(x.ClassIndex, 0), LogSoftmaxOverClasses(Mean(x.Logit)), 0))"), OneClass, [0],
            [0, 0, 0, 0]),
        new("a log-sum-exp of no element", Only(1, "Exp(LogSumExpOverClasses(x.Logit - 10))"), Batch, [Math.Exp(1) / 2],
            [0, 0, 0, Math.Exp(1) / 2]),
        new("a log-sum-exp of no mean", Only(1, "Sigmoid(LogSumExpOverClasses(Mean(x.Logit)))"), OneClass, [0], [0, 0, 0, 0]),
        new("the distances of classes", """
            [Loss(Activation.None, IgnoreIndex = -1, Target = TargetKind.Dense)]
            [WassersteinDice(Smooth = 1)]
            public sealed partial class Declared;
            """, StatedCase.Dense(1, 2, [0.75, 0.25, 0.25, 0.5], 1, 0, Ignored, 1), [1 - (2.5 / 2.75)], [0, 3 / (2.75 * 2.75), 0, 0]),
    ];

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() => SharedEngine.Compile(Cases.Select(c => c.Declaration)));

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AreLeftOut(string name) => Cases.First(c => c.Name == name).Check(Compiler.Value);

    private static string Only(int index, string formula) => $$"""
        public sealed partial class OwnAttribute : LossTermAttribute
        {
            public static Value Formula(Prediction x, Target y) => {{formula}};
        }

        [Loss(Activation.None, IgnoreIndex = -1, Target = TargetKind.Dense)]
        [Own(OnlyClasses = new[] { {{index}} })]
        public sealed partial class Declared;
        """;

    private static string Formula(string formula, string? matrix = null) => $$"""
        public sealed partial class OwnAttribute : LossTermAttribute
        {
            public double[]? M { get; init; }

            public static Value Formula(Prediction x, Target y, ClassMatrix m) => {{formula}};
        }

        [Loss(Activation.None, IgnoreIndex = -1, Target = TargetKind.Dense)]
        [Own(M = {{(matrix is null or "null" ? "null" : $"new double[] {{ {matrix[1..^1]} }}")}})]
        public sealed partial class Declared;
        """;
}
