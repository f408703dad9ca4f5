using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>
/// Clamp is PyTorch's: where the bounds cross the upper one wins, NaN in any of the three is NaN, and a bound has the gradient where it is
/// the value.
/// </summary>
public sealed class ClampTests
{
    private static readonly Batch Three = StatedCase.Dense(1, 1, [-3, 1.5, 5], 0.25, 0.5, 1);

    private static readonly StatedCase[] Cases =
    [
        new("run-time bounds", RunTime(1, 2), Three, [1, 1.5, 2], [0, 1, 0]),
        new("on the bounds", RunTime(1.5, 5), Three, [1.5, 1.5, 5], [0, 1, 1]),
        new("run-time bounds that cross", RunTime(2, 1), Three, [1, 1, 1], [0, 0, 0]),
        new("a NaN below", RunTime(double.NaN, 2), Three, [double.NaN, double.NaN, double.NaN], [0, 0, 0]),
        new("a NaN above", RunTime(1, double.NaN), Three, [double.NaN, double.NaN, double.NaN], [0, 0, 0]),
        new("constants that cross", Formula("Clamp(x.Logit, 2, 1)"), Three, [1, 1, 1], [0, 0, 0]),
        new("a constant NaN", Formula("Clamp(x.Logit, double.NaN, 1)"), Three, [double.NaN, double.NaN, double.NaN], [0, 0, 0]),
        new("bounds of each element, some of which cross", Formula("Clamp(x.Logit, y, 0.5)"), Three, [0.25, 0.5, 0.5], [0, 0, 0]),
        new("a lower bound that has a gradient", Formula("Clamp(y, x.Logit, 3)"), Three, [0.25, 1.5, 3], [0, 1, 0]),
        new("an upper bound that has a gradient", Formula("Clamp(y, 0, x.Logit)"), Three, [-3, 0.5, 1], [1, 0, 0]),
        new("a moving bound that is both", Formula("Clamp(y, x.Logit, x.Logit)"), Three, [-3, 1.5, 5], [1, 1, 1]),
        new("bounds of sums", Formula("Clamp(x.Logit, Sum(y) - 1.75, Sum(y) - 3)"), Three, [-1.25, -1.25, -1.25], [0, 0, 0]),
        new("sums between bounds that cross", Formula("Clamp(Sum(x.Logit), 4 * Sum(y), 1)"), Three, [1], [0, 0, 0]),
    ];

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() => SharedEngine.Compile(Cases.Select(c => c.Declaration)));

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void IsPyTorchs(string name) => Cases.First(c => c.Name == name).Check(Compiler.Value);

    private static string Formula(string formula) => $$"""
        #pragma warning disable LG0068
        [Loss(Activation.None, Reduction = Reduction.None, Target = TargetKind.Dense)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y) => {{formula}};
        }
        """;

    private static string RunTime(double low, double high) => $$"""
        [Loss(Activation.None, Reduction = Reduction.None, Target = TargetKind.Dense)]
        public sealed partial class Declared
        {
            public double Low { get; set; } = {{Text(low)}};

            public double High { get; set; } = {{Text(high)}};

            private static Value Formula(Prediction x, Target y, double low = 0, double high = 1) => Clamp(x.Logit, low, high);
        }
        """;

    private static string Text(double number) => double.IsNaN(number) ? "double.NaN" : FormattableString.Invariant($"{number}");
}
