using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>Functions at numbers whose exponentials overflow even in double: on every road, the reference among them.</summary>
public sealed class OverflowTests
{
    private static readonly double Log2 = Math.Log(2);

    private static readonly Batch Three = StatedCase.Dense(1, 1, [800, -1300, 20000], 0, 0, 0), Pair = StatedCase.Dense(1, 2, [800, -1300],
        0, 0);

    private static readonly StatedCase[] Cases =
    [
        new("LogCosh", Formula("LogCosh(x.Logit)"), Three, [800 - Log2, 1300 - Log2, 20000 - Log2], [1, -1, 1]),
        new("Softplus", Formula("Softplus(x.Logit)"), Three, [800, 0, 20000], [1, 0, 1]),
        new("LogSigmoid", Formula("LogSigmoid(x.Logit)"), Three, [0, -1300, 0], [0, 1, 0]),
        new("Sigmoid", Formula("Sigmoid(x.Logit)"), Three, [1, 0, 1], [0, 0, 0]),
        new("Tanh", Formula("Tanh(x.Logit)"), Three, [1, -1, 1], [0, 0, 0]),
        new("LogSumExpOverClasses", Formula("LogSumExpOverClasses(x.Logit)"), Pair, [800], [1, 0]),
        new("LogSoftmaxOverClasses", Formula("LogSoftmaxOverClasses(x.Logit)"), Pair, [0, -2100], [-1, 1]),
        new("LogSumExpOverPixels", Formula("LogSumExpOverPixels(x.Logit)"), Three, [20000], [0, 0, 1]),
    ];

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() => SharedEngine.Compile(Cases.Select(c => c.Declaration)));

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AreWhatTheyTendTo(string name) => Cases.First(c => c.Name == name).Check(Compiler.Value);

    private static string Formula(string formula) => $$"""
        [Loss(Activation.None, Reduction = Reduction.None, Target = TargetKind.Dense)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y) => {{formula}};
        }
        """;
}
