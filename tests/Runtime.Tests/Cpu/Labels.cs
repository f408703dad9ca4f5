using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Labels of every integer type, and the range that they are checked for.</summary>
public class Labels
{
    [Fact]
    public void EveryIntegerTypeIsReadAsItIs()
    {
        foreach (int pixels in new[] { 1, 5, 8, 31, 64, 200 })
        {
            var data = new Batch(new(2, 4, pixels), pixels);
            var loss = new DiceCrossEntropy();
            double expected = loss.Evaluate(data.Logits, data.Labels, data.Shape);
            Assert.Equal(expected, loss.Evaluate(data.Logits, To(data, y => (int)y), data.Shape));
            Assert.Equal(expected, loss.Evaluate(data.Logits, To(data, y => (short)y), data.Shape));
            Assert.Equal(expected, loss.Evaluate(data.Logits, To(data, y => (ushort)y), data.Shape));
            Assert.Equal(expected, loss.Evaluate(data.Logits, To(data, y => (byte)y), data.Shape));
            Assert.Equal(expected, loss.Evaluate(data.Logits, To(data, y => (sbyte)y), data.Shape));
        }
    }

    [Theory]
    [InlineData(4L)]
    [InlineData(-1L)]
    [InlineData(1L << 40)]
    [InlineData(long.MinValue)]
    [InlineData((1L << 32) + 1)]
    [InlineData((long)int.MinValue)]
    public void ALabelOutOfRangeIsNamedBeforeAnythingIsWritten(long label)
    {
        foreach (int position in new[] { 0, 63, 64, 4100, 4106 })
        {
            var data = new Batch(new(2, 4, 4107));
            data.Labels[4107 + position] = label;
            var gradient = new double[data.Logits.Length];
            Array.Fill(gradient, 5);
            var error = Assert.Throws<ArgumentOutOfRangeException>(
                () => new DiceCrossEntropy().EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient));
            Assert.Equal("target", error.ParamName);
            Assert.Contains($"image 1, pixel {position} is {label}", error.Message);
            Assert.Contains("from 0 to 3", error.Message);
            Assert.All(gradient, g => Assert.Equal(5, g));
        }
    }

    [Fact]
    public void TheIgnoredLabelMayBeAnyNumberAndNothingElseMay()
    {
        var data = new Batch(new(1, 3, 100), 1, 255);
        var loss = new Ignoring();
        Assert.True(double.IsFinite(loss.Evaluate(data.Logits, data.Labels, data.Shape)));
        data.Labels[99] = 254;
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => loss.Evaluate(data.Logits, data.Labels, data.Shape));
        Assert.Contains("or 255 (ignored)", error.Message);
    }

    [Fact]
    public void AnIgnoredPixelHasNoInfluenceAndGradientZero()
    {
        foreach (int bits in Registers.Widths)
        {
            Registers.With(bits, () =>
            {
                var data = new Batch(new(2, 3, 150), 1, 255);
                var loss = new Ignoring();
                double[] gradient = new double[data.Logits.Length], poisoned = new double[data.Logits.Length];
                double value = loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient);
                for (int i = 0; i < data.Labels.Length; i++)
                {
                    for (int c = 0; c < 3 && data.Labels[i] == 255; c++)
                        data.Logits[(((i / 150 * 3) + c) * 150) + (i % 150)] = double.NaN;
                }

                Assert.Equal(value, loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, poisoned));
                Assert.Equal(gradient, poisoned);
                Assert.All(
                    Enumerable.Range(0, data.Logits.Length).Where(i => double.IsNaN(data.Logits[i])),
                    i => Assert.Equal(0, BitConverter.DoubleToInt64Bits(poisoned[i]) & long.MaxValue));
                return 0;
            });
        }
    }

    [Fact]
    public void NothingValidIsZero()
    {
        var data = new Batch(new(2, 3, 70));
        Array.Fill(data.Labels, 255);
        var gradient = new float[data.Logits.Length];
        Assert.Equal(0, new Ignoring().EvaluateWithGradient(data.SingleLogits, data.Labels, data.Shape, gradient));
        Assert.All(gradient, g => Assert.Equal(0, g));
    }

    [Fact]
    public void WithOneClassLabelsAreZeroAndOne()
    {
        var data = new Batch(new(2, 1, 90));
        double[] dense = [.. data.Labels.Select(y => (double)y)];
        var loss = new Sigmoid();
        Numbers.Close(loss.Evaluate(data.Logits, dense, data.Shape), loss.Evaluate(data.Logits, data.Labels, data.Shape), 1e-14);
        data.Labels[5] = 2;
        Assert.Contains("from 0 to 1", Assert.Throws<ArgumentOutOfRangeException>(() => loss.Evaluate(data.Logits, data.Labels, data.Shape))
            .Message);
    }

    private static T[] To<T>(Batch data, Func<long, T> convert) => [.. data.Labels.Select(convert)];
}
