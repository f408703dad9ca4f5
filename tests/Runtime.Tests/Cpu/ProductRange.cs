using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>
/// Logarithms of a tile's pixels are taken as one, of a product. Its factors are largest where all logits are equal: no number of classes
/// may let it overflow.
/// </summary>
public sealed class ProductRange
{
    public static TheoryData<int> Classes => [2, 3, 4, 5, 19, 32, 33, 64, 65, 127, 128, 150, 234, 236, 240, 256, 257, 300, 512, 513, 1000,
        2049, 9000];

    [Theory]
    [MemberData(nameof(Classes))]
    public void EqualLogitsCostTheLogarithmOfTheNumberOfClasses(int classes)
    {
        // Planes longer than what a product spans, and rows; neither a multiple of a tile.
        foreach ((int images, int pixels) in new[] { (1, classes > 1000 ? 600 : 5_003), (777, 1) })
        {
            var shape = new LossShape(images, classes, pixels);
            int count = images * classes * pixels;
            var single = new float[count];
            var labels = new long[images * pixels];
            foreach (int bits in Registers.Widths)
            {
                double value = Registers.With(bits, () => new CrossEntropyAlone().Evaluate(single, labels, shape));
                Assert.Equal(Math.Log(classes), value, Math.Log(classes) * 2e-6);
                double inDouble = Registers.With(bits, () => new CrossEntropyAlone().Evaluate(new double[count], labels, shape));
                Assert.Equal(Math.Log(classes), inDouble, Math.Log(classes) * 1e-13);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EqualProbabilitiesOfASigmoidCostTheLogarithmOfTwo(bool isDense)
    {
        var shape = new LossShape(2, 1, 9_001);
        var logits = new float[18_002];
        foreach (int bits in Registers.Widths)
        {
            double value = Registers.With(bits, () => isDense
                ? new BinaryAlone().Evaluate(logits, new float[logits.Length], shape)
                : new BinaryAlone().Evaluate(logits, new long[logits.Length], shape));
            Assert.Equal(Math.Log(2), value, 1e-6);
        }
    }

    [Fact]
    public void AProductThatIsNoNumberEndsWithItsPixels()
    {
        // The value is no number, but the next call's is.
        var loss = new CrossEntropyAlone();
        var data = new Batch(new(1, 4, 3_000), 1);
        double expected = loss.Evaluate(data.SingleLogits, data.Labels, data.Shape);
        float[] spoilt = [.. data.SingleLogits];
        spoilt[2_999] = float.NaN;
        Assert.True(double.IsNaN(loss.Evaluate(spoilt, data.Labels, data.Shape)));
        Assert.Equal(expected, loss.Evaluate(data.SingleLogits, data.Labels, data.Shape));
    }
}
