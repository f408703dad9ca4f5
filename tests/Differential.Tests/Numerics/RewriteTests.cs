using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>
/// Each rewrite that docs/numerics.md lists, at logits where the formula as it is written gives infinity, NaN or 0 in float: kernels and
/// tensor operations against the exact value and gradient.
/// </summary>
public sealed partial class RewriteTests
{
    private const double Tolerance = 1e-5;

    // Less than float's resolution at 1.
    private static readonly double Small = Math.Exp(-30);

    private static readonly Case[] Cases =
    [
        new("`Log(softmax)`", "Softmax", "-SumOverClasses(y * Log(x.Probability))", [100, -100], 1, 200, [1, -1]),
        new("`Log(softmax)`", "Softmax", "x.Probability * Log(x.Probability)", [100, -100], 1, 0, [0, 0]),
        new("`Log(sigmoid(x))`, `LogSigmoid`", "Sigmoid", "-Log(x.Probability)", [-150], 1, 150, [-1]),
        new("`Log(sigmoid(x))`, `LogSigmoid`", "Sigmoid", "-LogSigmoid(x.Logit)", [-150], 1, 150, [-1]),
        new("`1 - sigmoid(x)`", "Sigmoid", "1 - x.Probability", [30], 1, Small, [-Small]),
        new("`1 - softmax`, `x.Complement`", "Softmax", "SumOverClasses(y * Pow(1 - x.Probability, 0.5))", [15, -15], 0, Math.Sqrt(Small),
            [-0.5 * Math.Sqrt(Small), 0.5 * Math.Sqrt(Small)]),
        new("`1 - softmax`, `x.Complement`", "Softmax", "SumOverClasses(y * Pow(x.Complement, 0.3))", [15, -15], 0, Math.Exp(-9),
            [-0.3 * Math.Exp(-9), 0.3 * Math.Exp(-9)]),
        new("`1 - softmax`, `x.Complement`", "Softmax", "Channel(1 / x.Complement, 0)", [17, 0], 1, 1 + Math.Exp(17),
            [Math.Exp(17), -Math.Exp(17)]),
        new("`Log(1 - softmax)`", "Softmax", "-SumOverClasses((1 - y) * Log(1 - x.Probability))", [190, 0], 1, 190, [1, -1]),
        new("`Log(1 + v)`", "Sigmoid", "Log(1 + x.Probability)", [-30], 1, Small, [Small]),
        new("`Exp(v) - 1`, `1 - Exp(v)`", "None", "Exp(x.Logit) - 1", [1e-12], 1, 1e-12, [1]),
        new("`Exp(v) - 1`, `1 - Exp(v)`", "Softmax", "SumOverClasses(y * Pow(1 - Exp(x.LogProbability), 0.5))", [15, -15], 0,
            Math.Sqrt(Small), [-0.5 * Math.Sqrt(Small), 0.5 * Math.Sqrt(Small)]),
        new("`Exp(v) - 1`, `1 - Exp(v)`", "Softmax", "Pow(1 - Exp(SumOverClasses(y * x.LogProbability)), 0.5)", [15, -15], 0,
            Math.Sqrt(Small), [-0.5 * Math.Sqrt(Small), 0.5 * Math.Sqrt(Small)]),
        new("`Exp(v) - 1`, `1 - Exp(v)`", "Sigmoid", "1 - Exp(x.LogProbability)", [30], 1, Small, [-Small]),
        new("`Exp(v) - 1`, `1 - Exp(v)`", "Sigmoid", "-Expm1(x.LogProbability)", [30], 1, Small, [-Small]),
        new("log-sum-exp, softmax", "Softmax", "SumOverClasses(y * x.Probability)", [100, 100], 0, 0.5, [0.25, -0.25]),
        new("log-sum-exp, softmax", "Softmax", "-SumOverClasses(y * x.LogProbability)", [100, 100], 0, Math.Log(2), [-0.5, 0.5]),
        new("log-sum-exp, softmax", "Softmax", "-SumOverClasses(y * x.LogProbability)", [1e4, 1e4], 0, Math.Log(2), [-0.5, 0.5]),

        // Among other terms that combine.
        new("log-sum-exp, softmax", "Softmax", "SumOverClasses(y * (x.Probability + (x.LogProbability - 1)))", [1e4, 1e4, 1e4], 0,
            -2.0 / 3 - Math.Log(3), [8.0 / 9, -4.0 / 9, -4.0 / 9]),
        new("`softplus(x)`", "None", "Softplus(x.Logit)", [200], 1, 200, [1]),
        new("`softplus(x)`", "None", "Softplus(x.Logit)", [-30], 1, Small, [Small]),
        new("`Pow(v, n)`, n whole or half", "None", "Pow(x.Logit, 3)", [-2], 1, -8, [12]),
        new("`Pow(v, n)`, n whole or half", "None", "Pow(x.Logit, 2) + Pow(x.Logit, 4)", [0], 1, 0, [0]),
        new("`Where(c, a, b)`", "None", "Where(x.Logit > 0, Log(x.Logit), x.Logit)", [0], 1, 0, [1]),
        new("`Where(c, a, b)`", "None", "Where(x.Logit > 0, Sqrt(x.Logit), -Sqrt(-x.Logit))", [-4], 1, -2, [0.25]),
        .. Exponentials,
        new("`y * f` of a class index", "None", "SumOverClasses(y * Sqrt(x.Logit))", [-4, 9], 1, 3, [0, 1.0 / 6]),
    ];

    private static readonly Lazy<DeclarationCompiler> Compiler =
        new(() => SharedEngine.Compile(Cases.SelectMany(c => new[] { c.DeclarationFor("Index"), c.DeclarationFor("Dense") })));

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Cases.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void KeepsValueAndGradient(int index)
    {
        Case c = Cases[index];
        var shape = new LossShape(1, c.Logits.Length, 1);
        Holds(c, c.DeclarationFor("Index"), new(shape, c.Logits, [c.Label], null));
        if (c.AlsoDense)
            Holds(c, c.DeclarationFor("Dense"), new(shape, c.Logits, null, [.. c.Logits.Select((_, i) => i == c.Label ? 1.0 : 0)]));
    }

    private static void Holds(Case c, string declaration, Batch batch)
    {
        string target = batch.Labels is null ? "one-hot" : "index";
        AssertClose(c, $"kernels, {target}", CpuBackend.InSingle(Compiler.Value.Create(declaration), batch, []), Tolerance);
        AssertClose(c, $"operations, {target}", TorchBackend.Run(Compiler.Value.Create(declaration), batch, [], TorchRoad.InSingle),
            Tolerance);
    }

    [Fact]
    public void ThePageListsThem() => Assert.Equal(Cases.Select(c => c.Rewrite).Distinct(), DocumentTable.FirstColumn("numerics.md",
        "Rewrites"));

    private static void AssertClose(Case expected, string road, Found found, double tolerance)
    {
        double[] wanted = [expected.Value, .. expected.Gradient], given = [found.Elements[0], .. found.Gradient];
        for (int i = 0; i < wanted.Length; i++)
            Assert.True(Math.Abs(wanted[i] - given[i]) <= (tolerance * Math.Abs(wanted[i])) + expected.Rounding,
                $"{expected.Formula} by {road}: {string.Join(", ", given)} instead of {string.Join(", ", wanted)}");
    }

    /// <param name="Rewrite">What the page calls it.</param>
    private sealed record Case(string Rewrite, string Activation, string Formula, double[] Logits, long Label, double Value,
        double[] Gradient)
    {
        /// <summary>What cancels leaves.</summary>
        public double Rounding { get; init; } = 1e-18;

        /// <summary>It holds with the label as a one-hot target, too.</summary>
        public bool AlsoDense { get; init; }

        public string DeclarationFor(string target) => $$"""
            [Loss(Activation.{{Activation}}, Reduction = Reduction.Sum, Target = TargetKind.{{target}})]
            public sealed partial class Declared
            {
                private static Value Formula(Prediction x, Target y) => {{Formula}};
            }
            """;
    }
}
