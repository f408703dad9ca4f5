using LossGen.Metrics;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Labels that int cannot hold are of no class and not ignored, whatever label is; the message names them as they are.</summary>
public class WideLabels
{
    private static readonly long[] TooWide =
    [
        int.MaxValue + 1L, int.MinValue - 1L, (1L << 32) + 254, uint.MaxValue, (1L << 32) + int.MaxValue, 1L << 32, 1L << 40, -(1L << 40),
        long.MaxValue, long.MinValue,
    ];

    public static TheoryData<long> Labels => new(TooWide);

    [Theory]
    [MemberData(nameof(Labels))]
    public void NoneIsIgnored(long label)
    {
        foreach (int bits in Registers.Widths)
        {
            Registers.With(bits, () =>
            {
                foreach (int position in new[] { 0, 7, 63, 100, 4100, 4106 })
                {
                    foreach (ILoss loss in (ILoss[])[new IgnoringTheLargest(), new IgnoringBothEnds(), new Ignoring(),
                        new DiceCrossEntropy()])
                        Refused(loss, position, label);
                }

                return 0;
            });
        }
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue + 1)]
    public void TheIgnoredLabelMayBeAtTheEndsOfInt(int ignored)
    {
        foreach (int pixels in new[] { 1, 5, 8, 31, 64, 200, 5000 })
        {
            Batch data = new(new(2, 3, pixels), pixels, 255), same = new(new(2, 3, pixels), pixels, 255);
            for (int i = 0; i < data.Labels.Length; i++)
                data.Labels[i] = data.Labels[i] == 255 ? ignored : data.Labels[i];
            int[] ints = Array.ConvertAll(data.Labels, label => (int)label);
            var loss = new IgnoringBothEnds();
            double[] expected = new double[data.Logits.Length], found = new double[expected.Length], ofInts = new double[expected.Length];
            double value = new Ignoring().EvaluateWithGradient(same.Logits, same.Labels, same.Shape, expected);
            Assert.Equal(value, loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, found));
            Assert.Equal(value, loss.EvaluateWithGradient(data.Logits, ints, data.Shape, ofInts));
            Assert.Equal(expected, found);
            Assert.Equal(expected, ofInts);
        }
    }

    /// <summary>The first bad label of several, not one behind it that was taken for another.</summary>
    [Fact]
    public void TheFirstIsNamed()
    {
        Batch data = Bad(0, int.MaxValue + 1L);
        data.Labels[5] = 99;
        Assert.Contains("image 0, pixel 0 is 2147483648", Error(new IgnoringTheLargest(), data).Message);
    }

    [Theory]
    [MemberData(nameof(Labels))]
    public void LevelsOfAnotherSizeRefuseThemToo(long label)
    {
        Batch full = new(new(1, 3, 12 * 20)), half = new(new(1, 3, 6 * 10));
        full.Labels[^1] = label;
        full.Labels[0] = int.MaxValue;
        double[] first = new double[full.Logits.Length], second = new double[half.Logits.Length];
        LevelOutput<double>[] outputs = [new(full.Logits, first, [12, 20]), new(half.Logits, second, [6, 10])];
        var loss = new IgnoringTheLargest();
        var error = Assert.Throws<ArgumentOutOfRangeException>(
            () => loss.EvaluateLevelsWithGradient(new DeepSupervision(1, 0.5), outputs, full.Labels, 1, 3, [12, 20]));
        Assert.Contains($"is {label}", error.Message);
    }

    [Theory]
    [MemberData(nameof(Labels))]
    public void MetricsRefuseThemToo(long label)
    {
        foreach (int? ignored in new int?[] { null, 255, int.MaxValue, int.MinValue })
        {
            foreach (int position in new[] { 3, 4106 })
            {
                Batch data = Bad(position, label);
                var metrics = new SegmentationMetrics(3, Activation.Softmax, ignoreIndex: ignored);
                var error = Assert.Throws<ArgumentOutOfRangeException>(
                    () => metrics.Accumulate<double, long>(data.Logits, data.Labels, data.Shape));
                Assert.Contains($"pixel {position} is {label}", error.Message);
            }
        }
    }

    private static void Refused(ILoss loss, int position, long label)
    {
        Batch data = Bad(position, label);
        var gradient = new double[data.Logits.Length];
        Array.Fill(gradient, 5);
        var error = Assert.Throws<ArgumentOutOfRangeException>(
            () => loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient));
        Assert.Contains($"image 0, pixel {position} is {label}", error.Message);
        Assert.Contains("from 0 to 2", error.Message);
        Assert.All(gradient, number => Assert.Equal(5, number));
    }

    private static ArgumentOutOfRangeException Error(ILoss loss, Batch data) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => loss.Evaluate(data.Logits, data.Labels, data.Shape));

    private static Batch Bad(int position, long label)
    {
        var data = new Batch(new(1, 3, 4107));
        data.Labels[position] = label;
        return data;
    }
}
