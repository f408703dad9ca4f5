using System.Runtime.InteropServices;
using LossGen.Kernels;

namespace LossGen.Gpu.Tests.Kernels;

/// <summary>Declared losses of pairs, and what their tests compare numbers with.</summary>
internal static class PairLosses
{
    public const string Views = "[Loss(Pairs = Pairs.Cosine)]\n[NtXent(Temperature = 0.5)]\npublic sealed partial class Declared;";

    public const string Supervised =
        "[Loss(Pairs = Pairs.Cosine)]\n[SupervisedContrastive(Temperature = 0.5)]\npublic sealed partial class Declared;";

    public const string Ignoring =
        "[Loss(Pairs = Pairs.Dot, IgnoreIndex = -3)]\n[SupervisedContrastive(Temperature = 2)]\npublic sealed partial class Declared;";

    public const string Circles = "[Loss(Pairs = Pairs.Cosine)]\n[Circle(Scale = 8)]\npublic sealed partial class Declared;";

    public const string Twins = "[Loss(Pairs = Pairs.Correlation)]\n[BarlowTwins]\npublic sealed partial class Declared;";

    public const string Spread = "[Loss(Pairs = Pairs.Covariance)]\n[VarianceCovariance]\npublic sealed partial class Declared;";

    // Several terms, one with a property of the call.
    public const string Both = """
        [Loss(Pairs = Pairs.Cosine)]
        [NtXent(Weight = 0.25)]
        [SupervisedContrastive]
        public sealed partial class Declared
        {
            public double NtXentTemperature { get; set; } = 0.5;
        }
        """;

    // Multi-similarity: of X. Wang et al. 2019.
    public const string Similarity = """
        [Loss(Pairs = Pairs.Cosine)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y)
            {
                Value s = x.Logit - 0.5;
                Condition isPositive = y > 0.5;
                Value positive = Softplus(LogSumExpOverClasses(Where(isPositive, -2 * s, double.NegativeInfinity)));
                Value negative = Softplus(LogSumExpOverClasses(Where(isPositive, double.NegativeInfinity, 50 * s)));
                return positive / 2 + negative / 50;
            }
        }
        """;

    // Sums over the rows for each class, of which the gradient has constants.
    public const string PerClass = """
        [Loss(Pairs = Pairs.Dot)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y) =>
                MeanOverClasses(Square(Mean(x.Logit * (1 - y))) + MaxOverPixels(x.Logit - y) / (1 + Mean(Square(x.Logit))));
        }
        """;

    // One number a pair.
    public const string EachPair = """
        [Loss(Pairs = Pairs.Dot)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y) => Square(x.Logit - y);
        }
        """;

    // The sums of labels alone are constants of the gradient; columns have sums of their own, too.
    public const string ColumnSums = """
        [Loss(Pairs = Pairs.Correlation)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y) =>
                MeanOverClasses(Square(1 - Sum(y * x.Logit)) + 0.1 * Sqrt(1 + Sum(Square((1 - y) * x.Logit))));
        }
        """;

    public static readonly string[] OfRows = [Views, Supervised, Ignoring, Circles, Both, Similarity, PerClass, EachPair];

    public static readonly string[] OfColumns = [Twins, Spread, ColumnSums];

    public static readonly DeclarationCompiler Declared = DeclarationCompiler.Compile(
        OfRows.Concat(OfColumns), properties: ("LossGenGpu", "true"));

    public static void Near(double right, double found, double tolerance, string what) =>
        Assert.True(Math.Abs(right - found) <= tolerance * Math.Max(1, Math.Abs(right)), $"{what}: {found:R} for {right:R}");

    public static void Same(double[] right, double[] found, double tolerance, string what)
    {
        double largest = Math.Max(0.1, right.Max(Math.Abs));
        for (int i = 0; i < right.Length; i++)
            Assert.True(Math.Abs(right[i] - found[i]) <= tolerance * largest, $"{what}: gradient {i} is {found[i]:R} for {right[i]:R}");
    }

    public static void AsOnTheCpu(double[] right, double[] found, string what)
    {
        double largest = right.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < right.Length; i++)
        {
            Assert.True(right[i].Equals(found[i]) || Math.Abs(right[i] - found[i]) <= 1e-11 * largest,
                $"{what} {i} is {found[i]:R} for {right[i]:R}");
        }
    }

    public static double[] Numbers(byte[] bytes, LogitElement element) => element switch
    {
        LogitElement.Half => [.. MemoryMarshal.Cast<byte, Half>(bytes).ToArray().Select(number => (double)number)],
        LogitElement.BFloat16 => [.. MemoryMarshal.Cast<byte, BFloat16>(bytes).ToArray().Select(number => (double)(float)number)],
        _ => [.. MemoryMarshal.Cast<byte, float>(bytes).ToArray().Select(number => (double)number)],
    };

    public static double[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
            * Math.Cos(2 * Math.PI * random.NextDouble()))];
    }

    public static byte[] Bytes(double[] numbers, LogitElement element) => element switch
    {
        LogitElement.Half => MemoryMarshal.AsBytes<Half>([.. numbers.Select(number => (Half)number)]).ToArray(),
        LogitElement.BFloat16 => MemoryMarshal.AsBytes<BFloat16>([.. numbers.Select(number => (BFloat16)(float)number)]).ToArray(),
        _ => MemoryMarshal.AsBytes<float>([.. numbers.Select(number => (float)number)]).ToArray(),
    };
}
