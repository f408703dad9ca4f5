using System.Globalization;
using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using LossGen.Reference;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>
/// 1 - p of a softmax, its logarithm and its powers at every class, with class indices and one-hot targets, at logits where 1 - p as it is
/// written has no digits left, or none in any type: on every road against numbers worked out apart.
/// </summary>
public sealed class ComplementTests
{
    // Of float: far out, where a function multiplies its argument's rounding.
    private const double Single = 2e-5, Double = 1e-12;

    private const string Negatives = "-SumOverClasses((1 - y) * Log(x.Complement))",
        Written = "-SumOverClasses((1 - y) * Log(1 - x.Probability))";

    private static readonly double Small = Math.Exp(-17) / (1 + Math.Exp(-17));

    // Of class 0 at 20, -20, 0: the others are e^-20 + e^-40 of it.
    private static readonly double Others = Math.Exp(-20) + Math.Exp(-40), Far = Math.Log((1 + Others) / Others);

    private static readonly double[] FarSlope = [1 / (1 + Others), -Math.Exp(-40) / Others / (1 + Others),
        -Math.Exp(-20) / Others / (1 + Others)];

    private static readonly Case[] Cases =
    [
        // log(1 + e^17) = 17.00000004, and the gradient is the probability of class 0 and its opposite.
        new(Negatives, [17, 0], 1, Softplus(17), [1 - Small, Small - 1]),
        new(Written, [17, 0], 1, Softplus(17), [1 - Small, Small - 1]),
        new("-Log(Channel(x.Complement, 0))", [17, 0], 1, Softplus(17), [1 - Small, Small - 1]),
        new("-Channel(Log(x.Complement), 0)", [17, 0], 1, Softplus(17), [1 - Small, Small - 1]),
        new("-Log(1 - Channel(x.Probability, 0))", [17, 0], 1, Softplus(17), [1 - Small, Small - 1]),
        new("-SumOverClasses(y * Log(x.Complement))", [20, -20, 0], 0, Far, FarSlope),
        new("-Log(SumOverClasses(y * x.Complement))", [20, -20, 0], 0, Far, FarSlope),
        new("-SumOverClasses(y * Log(1 - x.Probability))", [20, -20, 0], 0, Far, FarSlope),
        new(Negatives, [0, 0], 1, Math.Log(2), [0.5, -0.5]),
        new(Negatives, [12, 0], 1, Softplus(12), [Sigmoid(12), -Sigmoid(12)]),
        new(Negatives, [60, -90, 0], 2, Softplus(60), [1, 0, -1]),
        new(Negatives, [190, 0, 0], 1, 190 - Math.Log(2), [1, -0.5, -0.5]),
        new(Written, [190, 0, 0], 1, 190 - Math.Log(2), [1, -0.5, -0.5]),
        new(Negatives, [1e4, -1e4, 9000], 2, 1000, [1, 0, -1]),
        new("-SumOverClasses(y * Log(x.Complement))", [1e4, -1e4, 9000], 0, 1000, [1, 0, -1]),
        new("-Log(Channel(x.Complement, 0))", [190, 0, 0], 1, 190 - Math.Log(2), [1, -0.5, -0.5]),

        // One class has all, but for a class that is masked.
        new(Negatives, [3, double.NegativeInfinity, 1], 0, Softplus(-2), [-Sigmoid(-2), 0, Sigmoid(-2)]),
        new("-SumOverClasses((1 - y) * Log(x.Complement))", [5, double.NegativeInfinity], 0, 0, [0, 0]),

        // Powers of the dominant class's.
        new("Channel(Square(x.Complement), 0)", [17, 0], 1, Small * Small, [-2 * Small * Small * (1 - Small),
            2 * Small * Small * (1 - Small)]),
        new("Channel(Pow(x.Complement, 0.5), 0)", [17, 0], 1, Math.Sqrt(Small), [-0.5 * Math.Sqrt(Small) * (1 - Small),
            0.5 * Math.Sqrt(Small) * (1 - Small)]),
        new("Channel(Pow(1 - x.Probability, 0.3), 0)", [17, 0], 1, Math.Pow(Small, 0.3), [-0.3 * Math.Pow(Small, 0.3) * (1 - Small),
            0.3 * Math.Pow(Small, 0.3) * (1 - Small)]),
        new("Channel(1 / x.Complement, 0)", [17, 0], 1, 1 + Math.Exp(17), [Math.Exp(17), -Math.Exp(17)]),
        new("Channel(x.Probability / x.Complement, 0)", [17, 0], 1, Math.Exp(17), [Math.Exp(17), -Math.Exp(17)]),

        // Between bounds, as other libraries write it.
        new("-SumOverClasses((1 - y) * Log(1 - Clamp(x.Probability, 1e-9, 1 - 1e-9)))", [17, 0], 1, Softplus(17), [1 - Small, Small - 1]),
        new("-SumOverClasses((1 - y) * Log(1 - Min(x.Probability, 1 - 1e-9)))", [17, 0], 1, Softplus(17), [1 - Small, Small - 1]),
    ];

    private static readonly string[] Targets = ["Index", "Dense"];

    private static readonly Lazy<DeclarationCompiler> Compiler =
        new(() => SharedEngine.Compile(Cases.SelectMany(c => Targets.Select(c.Declaration)).Distinct()));

    public static IEnumerable<object[]> Indices =>
        from index in Enumerable.Range(0, Cases.Length) from target in Targets select new object[] { index, target };

    [Theory]
    [MemberData(nameof(Indices))]
    public void HasItsDigits(int index, string target)
    {
        Case c = Cases[index];
        ILoss Create() => Compiler.Value.Create(c.Declaration(target));
        var shape = new LossShape(1, c.Logits.Length, 1);
        double[] oneHot = [.. c.Logits.Select((_, i) => i == c.Label ? 1.0 : 0)];
        Batch batch = target == "Index" ? new(shape, c.Logits, [c.Label], null) : new(shape, c.Logits, null, oneHot);
        AssertClose(c, "kernels in float", CpuBackend.InSingle(Create(), batch, []), Single);
        AssertClose(c, "kernels in double", CpuBackend.InDouble(Create(), batch, []), Double);
        AssertClose(c, "operations in float", TorchBackend.Run(Create(), batch, [], TorchRoad.InSingle), Single);
        AssertClose(c, "operations in double", TorchBackend.Run(Create(), batch, [], TorchRoad.InOperations), Double);
        ILoss loss = Create();
        ReferenceCall call = target == "Index" ? new(loss, shape, batch.Labels!) : new(loss, shape, oneHot);

        // As written: behind bounds 1 - p cancels in double.
        AssertClose(c, "reference", new([call.Evaluate(c.Logits, new()).Data[0]], c.Gradient),
            c.Formula.Contains("1e-9", StringComparison.Ordinal) ? 1e-8 : Double);
    }

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static void AssertClose(Case expected, string road, Found found, double tolerance)
    {
        double[] wanted = [expected.Value, .. expected.Gradient], given = [found.Elements[0], .. found.Gradient];
        for (int i = 0; i < wanted.Length; i++)
        {
            // Relative to the value, and of the slopes to the largest of them.
            double size = i == 0 ? Math.Abs(wanted[0]) : expected.Gradient.Max(Math.Abs);
            Assert.True(Math.Abs(wanted[i] - given[i]) <= (tolerance * size) + 1e-30,
                $"{expected.Formula} by {road} at {Text(expected.Logits)}: {Text(given)} instead of {Text(wanted)}");
        }
    }

    private static string Text(double[] numbers) =>
        string.Join(", ", numbers.Select(number => number.ToString("G9", CultureInfo.InvariantCulture)));

    private sealed record Case(string Formula, double[] Logits, long Label, double Value, double[] Gradient)
    {
        public string Declaration(string target) => $$"""
            [Loss(Activation.Softmax, Reduction = Reduction.Sum, Target = TargetKind.{{target}})]
            public sealed partial class Declared
            {
                private static Value Formula(Prediction x, Target y) => {{Formula}};
            }
            """;
    }
}
