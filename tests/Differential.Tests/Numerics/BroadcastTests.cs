using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>
/// Functions of two and three numbers whose axes differ in every way, all of which move with the logits: value, gradient and second
/// derivative. libtorch's own clamp does not spread a value over the axes of its bounds when it goes backward.
/// </summary>
public sealed class BroadcastTests
{
    // A number for each element, each class and each pixel, apart from one another.
    private static readonly string[] Arguments = ["x.Probability", "(0.3 + 0.4 * Mean(x.Probability))",
        "(0.2 + 0.5 * MeanOverClasses(x.LogProbability / 5 + 1))"];

    private static readonly Dictionary<string, (string Pattern, int Arity)> Functions = new()
    {
        ["Min"] = ("Min({0}, {1})", 2),
        ["Max"] = ("Max({0}, {1})", 2),
        ["Pow"] = ("Pow({0} + 0.5, {1})", 2),
        ["/"] = ("{0} / ({1} + 0.5)", 2),
        ["Divide"] = ("Divide({0}, Sum(y), {1})", 2),
        ["Where"] = ("Where(y > 0.5, {0}, {1}) * {2}", 3),
        ["Clamp"] = ("Clamp({0}, {1}, {2})", 3),
        ["Clamp to bounds that cross"] = ("Clamp({0}, {1} + 0.4, {2} - 0.1)", 3),
        ["ShiftClasses"] = ("ShiftClasses({0}, 1, {1})", 2),
    };

    public static TheoryData<string> Names => [.. Functions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void AgreesWithTheReference(string name)
    {
        (string pattern, int arity) = Functions[name];
        LossText[] losses = [.. Drawn(arity).Select(arguments => new LossText
        {
            Activation = Activation.Sigmoid,
            Classes = 3,
            Verbatim = $$"""
                [Loss(Activation.Sigmoid, Classes = 3)]
                public sealed partial class Declared
                {
                    private static Value Formula(Prediction x, Target y) => {{string.Format(null, pattern, [.. arguments])}};
                }
                """,
        })];
        DeclarationCompiler compiler = SharedEngine.Compile(losses.Select(loss => loss.Verbatim!));
        foreach (LossText loss in losses)
        {
            string? failure = new Trial(0, loss, [.. BatchPlan.For(loss, new Random(1))]).Failure(compiler);
            Assert.True(failure is null, $"{failure}\n{loss}");
        }
    }

    private static IEnumerable<string[]> Drawn(int arity) =>
        arity == 0 ? [[]] : Drawn(arity - 1).SelectMany(arguments => Arguments.Select(last => (string[])[.. arguments, last]));
}
