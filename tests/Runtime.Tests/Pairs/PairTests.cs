using LossGen.Cpu;
using LossGen.Reference;
using LossGen.Runtime.Tests.PairLosses;

namespace LossGen.Runtime.Tests.Pairing;

/// <summary>Losses of pairs against the reference, and what holds of all of them.</summary>
public sealed class PairTests : IDisposable
{
    private static readonly ILoss[] s_ofRows = [new Views(), new Supervised(), new DotIgnoring(), new Circles(), new Both(),
        new MultiSimilarity(), new EachPair()];

    private static readonly ILoss[] s_ofViews = [.. s_ofRows, new Twins(), new Spread()];

    private readonly long serialBelow = BlockPool.SerialBelow;

    public void Dispose()
    {
        BlockPool.SerialBelow = serialBelow;
        LossRuntime.Threads = 1;
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(17, 5)]
    [InlineData(33, 33)]
    [InlineData(40, 3)]
    public void LabelsAgreeWithTheReference(int rows, int features)
    {
        double[] embeddings = Numbers(rows * features, 1);
        long[] labels = [.. Enumerable.Range(0, rows).Select(row => (long)(row * row % 5))];
        LossShape shape = LossShape.OfRows(rows, features);
        foreach (ILoss loss in s_ofRows)
        {
            double expected = ReferenceEvaluation.Evaluate(loss, shape, embeddings, labels);
            double[] numerical = ReferenceEvaluation.NumericalGradient(loss, shape, embeddings, labels);
            foreach (int bits in Registers.Widths)
            {
                var gradient = new double[embeddings.Length];
                double value = Registers.With(bits, () => loss.EvaluateWithGradient<double, long>(embeddings, labels, shape, gradient));
                Assert.Equal(expected, value, 1e-12 * Math.Max(1, Math.Abs(expected)));
                Assert.Equal(value, Registers.With(bits, () => loss.Evaluate<double, long>(embeddings, labels, shape)));
                Close(numerical, gradient, 2e-8, loss);
                CheckSingle(bits, embeddings, expected, numerical, (x, g) => loss.EvaluateWithGradient<float, long>(x, labels, shape, g),
                    loss);
            }
        }
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(6, 2)]
    [InlineData(34, 5)]
    [InlineData(12, 40)]
    public void ViewsAgreeWithTheReference(int rows, int features)
    {
        double[] embeddings = Numbers(rows * features, 2);
        LossShape shape = LossShape.OfRows(rows, features);
        foreach (ILoss loss in s_ofViews)
        {
            double expected = ReferenceEvaluation.EvaluateViews(loss, shape, embeddings);
            double[] numerical = ReferenceEvaluation.NumericalGradientOfViews(loss, shape, embeddings);
            foreach (int bits in Registers.Widths)
            {
                var gradient = new double[embeddings.Length];
                double value = Registers.With(bits, () => loss.EvaluateViewsWithGradient<double>(embeddings, shape, gradient));
                Assert.Equal(expected, value, 1e-12 * Math.Max(1, Math.Abs(expected)));
                Close(numerical, gradient, 2e-8, loss);
                CheckSingle(bits, embeddings, expected, numerical, (x, g) => loss.EvaluateViewsWithGradient<float>(x, shape, g), loss);
            }
        }
    }

    /// <summary>Rows beyond one block of the passes, of a product, and of what lanes add up.</summary>
    [Fact]
    public void ThousandsOfRows()
    {
        const int Rows = 2_100, Features = 3;
        double[] embeddings = Numbers(Rows * Features, 3);
        long[] labels = [.. Enumerable.Range(0, Rows).Select(row => (long)(row % 7))];
        LossShape shape = LossShape.OfRows(Rows, Features);
        var loss = new Supervised();
        double expected = ReferenceEvaluation.Evaluate(loss, shape, embeddings, labels);
        var gradient = new double[embeddings.Length];
        Assert.Equal(expected, loss.EvaluateWithGradient<double, long>(embeddings, labels, shape, gradient), 1e-12 * expected);
        foreach (int k in new[] { 0, 3_333, gradient.Length - 1 })
            Assert.Equal(Slope(loss, embeddings, labels, shape, k), gradient[k], 1e-9);
        float[] single = [.. embeddings.Select(x => (float)x)], singleGradient = new float[single.Length];
        Assert.Equal(expected, loss.EvaluateWithGradient<float, long>(single, labels, shape, singleGradient), 1e-6 * expected);
        Close(gradient, [.. singleGradient.Select(g => (double)g)], 1e-5, loss);
    }

    /// <summary>Features beyond what a product adds up at once, and rows beyond one part of it.</summary>
    [Theory]
    [InlineData(130, 600)]
    [InlineData(97, 257)]
    public void HundredsOfFeatures(int rows, int features)
    {
        double[] embeddings = Numbers(rows * features, 9);
        long[] labels = [.. Enumerable.Range(0, rows).Select(row => (long)(row % 9))];
        LossShape shape = LossShape.OfRows(rows, features);
        var loss = new Supervised();
        double expected = ReferenceEvaluation.Evaluate(loss, shape, embeddings, labels);
        foreach (int bits in Registers.Widths)
        {
            var gradient = new double[embeddings.Length];
            Assert.Equal(expected, Registers.With(bits, () => loss.EvaluateWithGradient<double, long>(embeddings, labels, shape, gradient)),
                1e-12 * expected);
            foreach (int k in new[] { 0, gradient.Length / 2, gradient.Length - 1 })
                Assert.Equal(Slope(loss, embeddings, labels, shape, k), gradient[k], 1e-9);
            var again = new double[embeddings.Length];
            BlockPool.SerialBelow = 0;
            LossRuntime.Threads = 3;
            Registers.With(bits, () => loss.EvaluateWithGradient<double, long>(embeddings, labels, shape, again));
            Assert.Equal(gradient, again);
            LossRuntime.Threads = 1;
        }
    }

    /// <summary>Columns and samples beyond a block, a panel and a part.</summary>
    [Theory]
    [InlineData(66, 130)]
    [InlineData(540, 101)]
    public void HundredsOfColumns(int rows, int features)
    {
        double[] embeddings = Numbers(rows * features, 11);
        LossShape shape = LossShape.OfRows(rows, features);
        foreach (ILoss loss in (ILoss[])[new Twins(), new Spread()])
        {
            double expected = ReferenceEvaluation.EvaluateViews(loss, shape, embeddings);
            foreach (int bits in Registers.Widths)
            {
                var gradient = new double[embeddings.Length];
                Assert.Equal(expected, Registers.With(bits, () => loss.EvaluateViewsWithGradient<double>(embeddings, shape, gradient)),
                    1e-12 * expected);
                foreach (int k in new[] { 0, features - 1, gradient.Length / 2, gradient.Length - 1 })
                {
                    double[] up = [.. embeddings], down = [.. embeddings];
                    up[k] += 1e-4;
                    down[k] -= 1e-4;
                    double slope = (ReferenceEvaluation.EvaluateViews(loss, shape, up) - ReferenceEvaluation.EvaluateViews(loss, shape, down))
                        / 2e-4;
                    Assert.Equal(slope, gradient[k], 1e-7);
                }

                float[] single = [.. embeddings.Select(x => (float)x)], singleGradient = new float[single.Length];
                Assert.Equal(expected, Registers.With(bits, () => loss.EvaluateViewsWithGradient<float>(single, shape, singleGradient)),
                    1e-6 * expected);
                Close(gradient, [.. singleGradient.Select(g => (double)g)], 1e-5, loss);
            }
        }
    }

    [Fact]
    public void AnyNumberOfThreadsGivesTheSameBits()
    {
        BlockPool.SerialBelow = 0;
        const int Rows = 702, Features = 37;
        float[] embeddings = [.. Numbers(Rows * Features, 4).Select(x => (float)x)];
        LossShape shape = LossShape.OfRows(Rows, Features), wide = LossShape.OfRows(Features + 1, Rows);
        foreach (ILoss loss in s_ofViews)
        {
            foreach (LossShape of in new[] { shape, wide })
            {
                float[] taken = embeddings[..(of.Batch * of.Classes > embeddings.Length ? ^0 : of.Batch * of.Classes)];
                LossShape fits = LossShape.OfRows(taken.Length / of.Classes / 2 * 2, of.Classes);
                taken = taken[..(fits.Batch * fits.Classes)];
                LossRuntime.Threads = 1;
                var gradient = new float[taken.Length];
                double value = loss.EvaluateViewsWithGradient<float>(taken, fits, gradient);
                foreach (int threads in new[] { 2, 3, 8 })
                {
                    LossRuntime.Threads = threads;
                    var again = new float[taken.Length];
                    Assert.Equal(BitConverter.DoubleToInt64Bits(value),
                        BitConverter.DoubleToInt64Bits(loss.EvaluateViewsWithGradient<float>(taken, fits, again)));
                    Assert.Equal(gradient, again);
                }
            }
        }
    }

    /// <summary>A row that is left out by its label is as if it was not there.</summary>
    [Fact]
    public void AnIgnoredLabelTakesRowsOut()
    {
        const int Features = 3;
        double[] embeddings = Numbers(9 * Features, 5);
        int[] labels = [0, 1, 3, 0, 1, 3, 3, 2, 2], kept = [0, 1, 3, 4, 7, 8];
        var loss = new DotIgnoring();
        var gradient = new double[embeddings.Length];
        double value = loss.EvaluateWithGradient<double, int>(embeddings, labels, LossShape.OfRows(9, Features), gradient);
        double[] others = [.. kept.SelectMany(row => embeddings[(row * Features)..((row + 1) * Features)])];
        var expected = new double[others.Length];
        Assert.Equal(loss.EvaluateWithGradient<double, int>(others, [.. kept.Select(row => labels[row])], LossShape.OfRows(6, Features),
            expected), value, 1e-14);
        Assert.Equal(expected, [.. kept.SelectMany(row => gradient[(row * Features)..((row + 1) * Features)])], Nearly);
        Assert.All(Enumerable.Range(0, 9).Where(row => labels[row] == 3), row => Assert.Equal(new double[Features],
            gradient[(row * Features)..((row + 1) * Features)]));

        int[] all = [.. labels.Select(_ => 3)];
        Assert.Equal(0, loss.EvaluateWithGradient<double, int>(embeddings, all, LossShape.OfRows(9, Features), gradient));
        Assert.Equal(new double[gradient.Length], gradient);
    }

    [Fact]
    public void WithoutPositivesThereIsNothingToLearn()
    {
        double[] embeddings = Numbers(5 * 3, 6);
        foreach (ILoss loss in new ILoss[] { new Views(), new Supervised(), new Circles() })
        {
            var gradient = new double[embeddings.Length];
            Assert.Equal(0, loss.EvaluateWithGradient<double, byte>(embeddings, [0, 1, 2, 3, 4], LossShape.OfRows(5, 3), gradient));
            Assert.Equal(new double[gradient.Length], gradient);
        }
    }

    /// <summary>Labels are names: their size does not matter, nor their type.</summary>
    [Fact]
    public void LabelsMayBeAnyNumbers()
    {
        double[] embeddings = Numbers(6 * 2, 7);
        LossShape shape = LossShape.OfRows(6, 2);
        var loss = new Supervised();
        double expected = loss.Evaluate<double, byte>(embeddings, [0, 1, 2, 0, 1, 2], shape);
        Assert.Equal(expected, loss.Evaluate<double, long>(embeddings, [long.MinValue, -1, long.MaxValue, long.MinValue, -1, long.MaxValue],
            shape));
        Assert.Equal(expected, loss.Evaluate<double, long>(embeddings, [(1L << 24) + 1, 1L << 24, 1L << 60, (1L << 24) + 1, 1L << 24,
            1L << 60], shape));
        Assert.Equal(expected, loss.Evaluate<double, short>(embeddings, [-7, 300, 5, -7, 300, 5], shape));
        Assert.Equal(loss.Evaluate<double, byte>(embeddings, [0, 1, 0, 1, 0, 1], shape), loss.Evaluate<double,
            bool>(embeddings, [false, true, false, true, false, true], shape));
    }

    [Fact]
    public void ARowOfZerosHasTheCosineZeroAndNoGradient()
    {
        double[] embeddings = Numbers(6 * 3, 8);
        Array.Clear(embeddings, 3, 3);
        long[] labels = [0, 0, 1, 1, 0, 1];
        LossShape shape = LossShape.OfRows(6, 3);
        var loss = new Supervised();
        var gradient = new double[embeddings.Length];
        double value = loss.EvaluateWithGradient<double, long>(embeddings, labels, shape, gradient);
        Assert.Equal(ReferenceEvaluation.Evaluate(loss, shape, embeddings, labels), value, 1e-14);
        Assert.All(gradient, g => Assert.True(double.IsFinite(g)));
        Assert.Equal(new double[3], gradient[3..6]);
    }

    /// <summary>Neither overflows nor vanishes: squares of such numbers do.</summary>
    [Theory]
    [InlineData(1e-30)]
    [InlineData(1e30)]
    public void CosinesDoNotDependOnTheSize(float scale)
    {
        float[] embeddings = [.. Numbers(8 * 5, 9).Select(x => (float)x)], scaled = [.. embeddings.Select(x => x * scale)];
        long[] labels = [0, 1, 0, 1, 0, 1, 2, 2];
        LossShape shape = LossShape.OfRows(8, 5);
        var loss = new Supervised();
        double expected = loss.Evaluate<float, long>(embeddings, labels, shape);
        Assert.Equal(expected, loss.Evaluate<float, long>(scaled, labels, shape), 1e-6);
        double[] large = [.. embeddings.Select(x => x * Math.Pow(scale, 8))], gradient = new double[large.Length];
        Assert.Equal(expected, loss.EvaluateWithGradient<double, long>(large, labels, shape, gradient), 1e-6);
        Assert.All(gradient, g => Assert.True(double.IsFinite(g)));
    }

    [Fact]
    public void EmbeddingsOfSixteenBits()
    {
        Half[] embeddings = [.. Numbers(12 * 7, 10).Select(x => (Half)x)], gradient = new Half[embeddings.Length];
        BFloat16[] brain = [.. embeddings.Select(x => (BFloat16)(float)x)], brainGradient = new BFloat16[embeddings.Length];
        long[] labels = [0, 1, 0, 1, 0, 1, 2, 2, 4, 5, 4, 5];
        LossShape shape = LossShape.OfRows(12, 7);
        var loss = new Supervised();
        double expected = ReferenceEvaluation.Evaluate(loss, shape, [.. embeddings.Select(x => (double)x)], labels);
        double[] numerical = ReferenceEvaluation.NumericalGradient(loss, shape, [.. embeddings.Select(x => (double)x)], labels);
        Assert.Equal(expected, loss.EvaluateWithGradient<Half, long>(embeddings, labels, shape, gradient, upstream: 16), 1e-6);
        Close([.. numerical.Select(g => 16 * g)], [.. gradient.Select(g => (double)g)], 2e-3, loss);
        double[] seen = [.. brain.Select(x => (double)(float)x)];
        Assert.Equal(ReferenceEvaluation.Evaluate(loss, shape, seen, labels), loss.EvaluateWithGradient<BFloat16,
            long>(brain, labels, shape, brainGradient), 1e-6);
        Close(ReferenceEvaluation.NumericalGradient(loss, shape, seen, labels), [.. brainGradient.Select(g => (double)(float)g)], 1e-2,
            loss);
    }

    [Fact]
    public void TermsHaveTheirShares()
    {
        double[] embeddings = Numbers(8 * 4, 11);
        long[] labels = [0, 1, 0, 1, 0, 1, 2, 2];
        var loss = new Both { NtXentTemperature = 0.7 };
        LossComponents parts = loss.CreateComponents(4);
        double value = loss.Evaluate<double, long>(embeddings, labels, LossShape.OfRows(8, 4), parts);
        Assert.Equal(value, parts["NtXent"] + parts["SupervisedContrastive"], 1e-14);
        Assert.True(parts["NtXent"] > 0 && parts["SupervisedContrastive"] > 0);
        Assert.DoesNotContain(parts.Terms, term => term.HasClasses);
    }

    [Fact]
    public void UpstreamScalesTheGradient()
    {
        double[] embeddings = Numbers(8 * 4, 12), gradient = new double[embeddings.Length], scaled = new double[embeddings.Length];
        LossShape shape = LossShape.OfRows(8, 4);
        foreach (ILoss loss in s_ofViews)
        {
            double value = loss.EvaluateViewsWithGradient<double>(embeddings, shape, gradient);
            Assert.Equal(value, loss.EvaluateViewsWithGradient<double>(embeddings, shape, scaled, upstream: -4));
            Assert.Equal([.. gradient.Select(g => -4 * g)], scaled, Nearly);
        }
    }

    [Fact]
    public void NothingIsAllocated()
    {
        float[] embeddings = [.. Numbers(40 * 8, 13).Select(x => (float)x)], gradient = new float[embeddings.Length];
        LossShape shape = LossShape.OfRows(40, 8);
        long[] labels = [.. Enumerable.Range(0, 40).Select(row => (long)(row % 6))];
        ILoss rows = new Supervised(), columns = new Twins();
        for (int call = 0; call < 40; call++)
            Call();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Call();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Call()
        {
            rows.EvaluateWithGradient<float, long>(embeddings, labels, shape, gradient);
            columns.EvaluateViewsWithGradient<float>(embeddings, shape, gradient);
        }
    }

    private static void CheckSingle(int bits, double[] embeddings, double expected, double[] numerical, Func<float[], float[], double> call,
        ILoss loss)
    {
        float[] single = [.. embeddings.Select(x => (float)x)], gradient = new float[single.Length];
        Assert.Equal(expected, Registers.With(bits, () => call(single, gradient)), 2e-5 * Math.Max(1, Math.Abs(expected)));
        Close(numerical, [.. gradient.Select(g => (double)g)], 5e-5, loss);
    }

    private static double Slope(ILoss loss, double[] embeddings, long[] labels, LossShape shape, int k)
    {
        const double Step = 1.0 / 1024;
        double At(double step)
        {
            double[] moved = [.. embeddings];
            moved[k] += step;
            return loss.Evaluate<double, long>(moved, labels, shape);
        }

        return ((8 * (At(Step) - At(-Step))) - (At(2 * Step) - At(-2 * Step))) / (12 * Step);
    }

    private static void Close(double[] expected, double[] found, double tolerance, ILoss loss)
    {
        double size = Math.Max(0.1, expected.Max(Math.Abs));
        for (int k = 0; k < expected.Length; k++)
            Assert.True(Math.Abs(expected[k] - found[k]) <= tolerance * size,
                $"{loss.Definition.Name}: gradient {k} is {found[k]:R}, expected {expected[k]:R}.");
    }

    private static bool Nearly(double a, double b) => Math.Abs(a - b) <= 1e-13 * Math.Max(1, Math.Abs(a));

    private static double[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
            * Math.Cos(2 * Math.PI * random.NextDouble()))];
    }
}
