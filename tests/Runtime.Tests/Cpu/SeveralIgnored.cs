using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Several ignored labels give, to the bit, what the first of them gives in their places.</summary>
public class SeveralIgnored
{
    // Each label of the batch that has a type's numbers only; 2 is a class, and ignored by one of the losses.
    private static readonly (int[] Labels, Func<ILoss> Several)[] Losses =
    [
        ([255, 254, 2], static () => new IgnoringSeveral()), ([255, 100], static () => new IgnoringNoClass()),
    ];

    [Fact]
    public void LabelsOfEveryTypeAreReadAlike()
    {
        foreach (int bits in Registers.Widths)
        {
            Registers.With(bits, () =>
            {
                foreach ((int[] ignored, Func<ILoss> several) in Losses)
                {
                    foreach (int pixels in new[] { 1, 5, 8, 31, 64, 200, 5000 })
                        EveryType(several(), Draw(pixels, ignored), ignored);
                }

                return 0;
            });
        }
    }

    [Fact]
    public void SignedLabelsToo()
    {
        Batch data = Draw(300, [-1, 255]);
        var loss = new IgnoringSeveral();
        (double value, double[] gradient) = Run(new Ignoring(), data, First(data.Labels, [-1, 2]));
        Same<long>(loss, data, y => y, value, gradient);
        Same<int>(loss, data, y => (int)y, value, gradient);
        Same<short>(loss, data, y => (short)y, value, gradient);
        Batch small = Draw(300, [-1]);
        (value, gradient) = Run(new Ignoring(), small, First(small.Labels, [-1, 2]));
        Same<sbyte>(loss, small, y => (sbyte)y, value, gradient);
    }

    [Fact]
    public void TheReferenceReadsThemAlike()
    {
        Batch data = Draw(40, [-1, 255, 254]);
        var loss = new IgnoringSeveral();
        double expected = ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Labels);
        Numbers.Close(expected, loss.Evaluate(data.Logits, data.Labels, data.Shape), 1e-12);
        Assert.Equal(ReferenceEvaluation.Evaluate(new Ignoring(), data.Shape, data.Logits, First(data.Labels, [-1, 254, 2])), expected);
    }

    [Fact]
    public void ALabelThatIsNoneOfThemIsNamedWithThem()
    {
        Batch data = Draw(100, [255]);
        data.Labels[99] = 253;
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new IgnoringSeveral().Evaluate(data.Logits, data.Labels, data.Shape));
        Assert.Contains("pixel 99 is 253; with 3 classes it must be from 0 to 2 or 255 or -1 or 254 or 2 (ignored)", error.Message);
        data.Labels[99] = (1L << 32) + 254;
        Assert.Throws<ArgumentOutOfRangeException>(() => new IgnoringSeveral().Evaluate(data.Logits, data.Labels, data.Shape));
    }

    [Fact]
    public void DenseTargetsAreNotTaken()
    {
        var data = new Batch(new(1, 3, 10));
        var error = Assert.Throws<ArgumentException>(() => new IgnoringSeveral().Evaluate(data.Logits, data.Dense, data.Shape));
        Assert.Contains("needs integers", error.Message);
    }

    [Fact]
    public void ALoopOfCallsAllocatesNothing()
    {
        Batch data = Draw(5000, [255, 254]);
        var loss = new IgnoringSeveral();
        var gradient = new double[data.Logits.Length];
        for (int i = 0; i < 3; i++)
            loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient);
        long before = GC.GetAllocatedBytesForCurrentThread();
        loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void LevelsOfAnotherSizeReadThemAlike()
    {
        Batch full = new(new(2, 3, 12 * 20)), half = new(new(2, 3, 6 * 10));
        Spread(full.Labels, [255, 254, 2]);
        double[] expected = Gradients(new Ignoring(), First(full.Labels, [254, 2, -1]));
        Assert.Equal(expected, Gradients(new IgnoringSeveral(), full.Labels));

        double[] Gradients(ILoss loss, long[] labels)
        {
            double[] first = new double[full.Logits.Length], second = new double[half.Logits.Length];
            LevelOutput<double>[] outputs = [new(full.Logits, first, [12, 20]), new(half.Logits, second, [6, 10])];
            double value = loss.EvaluateLevelsWithGradient(new DeepSupervision(1, 0.5), outputs, labels, 2, 3, [12, 20]);
            return [value, .. first, .. second];
        }
    }

    private static void EveryType(ILoss loss, Batch data, int[] ignored)
    {
        (double value, double[] gradient) = Run(new Ignoring(), data, First(data.Labels, ignored));
        Same<long>(loss, data, y => y, value, gradient);
        Same<int>(loss, data, y => (int)y, value, gradient);
        Same<short>(loss, data, y => (short)y, value, gradient);
        Same<ushort>(loss, data, y => (ushort)y, value, gradient);
        Same<byte>(loss, data, y => (byte)y, value, gradient);
    }

    private static void Same<T>(ILoss loss, Batch data, Func<long, T> convert, double value, double[] gradient)
        where T : unmanaged
    {
        T[] labels = [.. data.Labels.Select(convert)];
        var found = new double[data.Logits.Length];
        Assert.Equal(value, loss.EvaluateWithGradient<double, T>(data.Logits, labels, data.Shape, found));
        Assert.Equal(gradient, found);
    }

    private static (double Value, double[] Gradient) Run(ILoss loss, Batch data, long[] labels)
    {
        var gradient = new double[data.Logits.Length];
        return (loss.EvaluateWithGradient(data.Logits, labels, data.Shape, gradient), gradient);
    }

    // Some of every ignored label, in no order that a register has.
    private static Batch Draw(int pixels, int[] ignored)
    {
        var data = new Batch(new(2, 3, pixels), pixels);
        Spread(data.Labels, ignored);
        return data;
    }

    private static void Spread(long[] labels, int[] ignored)
    {
        var random = new Random(labels.Length);
        for (int i = 0; i < labels.Length; i++)
            labels[i] = random.Next(4) == 0 ? ignored[random.Next(ignored.Length)] : labels[i];
    }

    private static long[] First(long[] labels, int[] others) => [.. labels.Select(y => Array.IndexOf(others, (int)y) >= 0 ? 255 : y)];
}
