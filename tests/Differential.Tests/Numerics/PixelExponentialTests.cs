using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>
/// Maxima, log-sum-exps and softmaxes over the pixels, as functions and as they are written with exponentials, where these overflow in
/// float: kernels and tensor operations against the exact value and gradient. Three pixels of one class, with numbers as target.
/// </summary>
public sealed class PixelExponentialTests
{
    private static readonly Case[] Cases =
    [
        new("MaxOverPixels(x.Logit)", [3, 5, 5], [0, 0, 0], 5, [0, 0.5, 0.5]),
        new("MaxOverPixels(x.Logit * y)", [-3, -5, -4], [1, 1, 1], -3, [1, 0, 0]),
        new("LogSumExpOverPixels(x.Logit)", [1000, 1000, 0], [0, 0, 0], 1000 + Math.Log(2), [0.5, 0.5, 0]),
        new("LogSumExpOverPixels(MeanOverClasses(2 * x.Logit))", [-500, -500, -800], [0, 0, 0], Math.Log(2) - 1000, [1, 1, 0]),
        new("Log(Sum(Exp(x.Logit)))", [1000, 1000, 0], [0, 0, 0], 1000 + Math.Log(2), [0.5, 0.5, 0]),
        new("Log(Sum(Exp(x.Logit)))", [-1000, -1000, -2000], [0, 0, 0], Math.Log(2) - 1000, [0.5, 0.5, 0]),
        new("Log(Mean(Exp(x.Logit)))", [1000, 1000, 0], [0, 0, 0], 1000 + Math.Log(2.0 / 3), [0.5, 0.5, 0]),
        new("Log(1 + Sum(Exp(x.Logit)))", [150, 20, 0], [0, 0, 0], 150, [1, 0, 0]),
        new("Log(Sum(Exp(LogSigmoid(x.Logit))))", [-1000, -1000, -2000], [0, 0, 0], Math.Log(2) - 1000, [0.5, 0.5, 0]),
        new("Sum(Exp(LogSigmoid(x.Logit)) * y) / Sum(Exp(LogSigmoid(x.Logit)))", [-300, -300, -450], [0, 2, 7], 1, [-0.5, 0.5, 0]),
        new("Sum(SoftmaxOverPixels(2 * x.Logit) * y)", [50, 50, -50], [0, 2, 7], 1, [-1, 1, 0]),
        new("Sum(Exp(x.Logit) * y) / Sum(Exp(x.Logit))", [100, 100, -50], [0, 2, 7], 1, [-0.5, 0.5, 0]),
        new("Sum(Exp(x.Logit) * y) / Sum(Exp(x.Logit))", [-100, -100, -250], [0, 2, 7], 1, [-0.5, 0.5, 0]),
        new("Mean(y * Exp(x.Logit)) / Mean(Exp(x.Logit))", [100, 100, -50], [0, 2, 7], 1, [-0.5, 0.5, 0]),
        new("Sum(Exp(x.Logit) / Sum(Exp(x.Logit)) * y)", [100, 100, -50], [0, 2, 7], 1, [-0.5, 0.5, 0]),
        new("-Sum(y * LogSoftmaxOverPixels(x.Logit))", [500, -500, 0], [0, 1, 0], 1000, [1, -1, 0]),
        new("-Sum(y * Log(Exp(x.Logit) / Sum(Exp(x.Logit))))", [500, -500, 0], [0, 1, 0], 1000, [1, -1, 0]),
    ];

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() => SharedEngine.Compile(Cases.Select(c => c.Declaration)));

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Cases.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void KeepsValueAndGradient(int index)
    {
        Case c = Cases[index];
        var batch = new Batch(new LossShape(1, 1, 3), c.Logits, null, c.Target);
        AssertClose(c, "kernels", CpuBackend.InSingle(Compiler.Value.Create(c.Declaration), batch, []));
        AssertClose(c, "operations", TorchBackend.Run(Compiler.Value.Create(c.Declaration), batch, [], TorchRoad.InSingle));
    }

    [Fact]
    public void PiecesOfAMaximumAreRefused()
    {
        ILoss loss = Compiler.Value.Create(Cases[0].Declaration);
        Assert.Contains("takes a maximum over the pixels",
            Assert.Throws<NotSupportedException>(() => loss.CreateStatistics(new LossShape(1, 1, 3))).Message, StringComparison.Ordinal);
    }

    private static void AssertClose(Case expected, string road, Found found)
    {
        double[] wanted = [expected.Value, .. expected.Gradient], given = [found.Elements[0], .. found.Gradient];
        for (int i = 0; i < wanted.Length; i++)
            Assert.True(Math.Abs(wanted[i] - given[i]) <= (1e-5 * Math.Abs(wanted[i])) + 1e-12,
                $"{expected.Formula} by {road}: {string.Join(", ", given)} instead of {string.Join(", ", wanted)}");
    }

    private sealed record Case(string Formula, double[] Logits, double[] Target, double Value, double[] Gradient)
    {
        public string Declaration => $$"""
            [Loss(Activation.None, Reduction = Reduction.Sum, Target = TargetKind.Dense)]
            public sealed partial class Declared
            {
                private static Value Formula(Prediction x, Target y) => {{Formula}};
            }
            """;
    }
}
