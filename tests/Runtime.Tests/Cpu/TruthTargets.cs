using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>
/// Targets of bool: one a pixel is class indices 0 and 1, one a class and pixel is dense, and the results are those of bytes and of numbers
/// to the bit.
/// </summary>
public class TruthTargets
{
    [Theory]
    [InlineData(1, 100)]
    [InlineData(1, 4097)]
    [InlineData(4, 100)]
    public void OneAPixelIsAClassIndex(int batch, int pixels)
    {
        Same(new Sigmoid(), new(batch, 1, pixels), pixelwise: true);
        Same(new SigmoidIgnoring(), new(batch, 1, pixels), pixelwise: true);
        Same(new DiceCrossEntropy(), new(batch, 2, pixels), pixelwise: true);
        Same(new IndexOnly(), new(batch, 3, pixels), pixelwise: true);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(1, 4097)]
    [InlineData(4, 100)]
    public void OneAClassAndPixelIsDense(int batch, int pixels)
    {
        Same(new DiceCrossEntropy(), new(batch, 3, pixels), pixelwise: false);
        Same(new Sigmoid(), new(batch, 5, pixels), pixelwise: false);
        Same(new SigmoidIgnoring(), new(batch, 5, pixels), pixelwise: false);
        Same(new DenseOnly(), new(batch, 3, pixels), pixelwise: false, channels: 4);
        Same(new Resized(), new(batch, 3, pixels), pixelwise: false, channels: 4);
    }

    [Fact]
    public void MetricsAndLevelsTakeThem()
    {
        var shape = new LossShape(2, 2, 48);
        var data = new Batch(shape);
        bool[] labels = [.. data.Labels.Select(label => label == 1)], elements = [.. data.Dense.Select(y => y > 0.5)];
        double[] numbers = [.. elements.Select(y => y ? 1.0 : 0)];
        var loss = new DiceCrossEntropy();
        foreach (Func<ClassScores> create in (Func<ClassScores>[])[() => loss.CreateMetrics(2), () => loss.CreateSoftMetrics(2)])
        {
            ClassScores[] scores = [create(), create(), create(), create()];
            scores[0].Accumulate(data.Logits, labels, shape);
            scores[1].Accumulate(data.Logits, data.Labels, shape);
            scores[2].Accumulate(data.Logits, elements, shape);
            scores[3].Accumulate(data.Logits, numbers, shape);
            Assert.Equal(scores[1].Dice(1), scores[0].Dice(1));
            Assert.Equal(scores[3].Dice(1), scores[2].Dice(1));
            Assert.True(scores[0].Dice(1) is > 0 and < 1);
            Assert.NotEqual(scores[0].Dice(1), scores[2].Dice(1));
        }

        LevelOutput<double>[] Outputs() => [new(data.Logits, new double[192], [6, 8]), new(data.Logits[..48], new double[48], [3, 4])];
        DeepSupervision supervision = DeepSupervision.Halving(2);
        LevelOutput<double>[] ofLabels = Outputs(), ofBytes = Outputs(), ofElements = Outputs(), ofNumbers = Outputs();
        Assert.Equal(
            loss.EvaluateLevelsWithGradient(supervision, ofBytes, data.Labels, 2, 2, [6, 8]), loss.EvaluateLevelsWithGradient(supervision,
                ofLabels, labels, 2, 2, [6, 8]));
        Assert.Equal(
            loss.EvaluateLevelsWithGradient(supervision, ofNumbers, numbers, 2, 2, [6, 8]), loss.EvaluateLevelsWithGradient(supervision,
                ofElements, elements, 2, 2, [6, 8]));
        for (int k = 0; k < 2; k++)
        {
            Assert.Equal(ofBytes[k].Gradient.ToArray(), ofLabels[k].Gradient.ToArray());
            Assert.Equal(ofNumbers[k].Gradient.ToArray(), ofElements[k].Gradient.ToArray());
        }
    }

    [Fact]
    public void OtherLengthsAreNamed()
    {
        var error = Assert.Throws<ArgumentException>(() => new DiceCrossEntropy().Evaluate(new float[60], new bool[19], new(2, 3, 10)));
        Assert.Contains("one a pixel, N * S = 2 * 10, or dense: N * C * S = 2 * 3 * 10", error.Message, StringComparison.Ordinal);
    }

    private static void Same(ILoss loss, LossShape shape, bool pixelwise, int channels = 0)
    {
        var data = new Batch(shape, channels: channels);
        byte[] bytes = [.. data.Labels.Select(label => (byte)(label & 1))];
        bool[] truths = pixelwise ? [.. bytes.Select(label => label == 1)] : [.. data.Dense.Select(y => y > 0.5)];
        double[] numbers = [.. truths.Select(y => y ? 1.0 : 0)];
        double[] expected = new double[data.Logits.Length], found = new double[data.Logits.Length];
        double value = pixelwise
            ? loss.EvaluateWithGradient(data.Logits, bytes, shape, expected)
            : loss.EvaluateWithGradient(data.Logits, numbers, shape, expected);
        Assert.Equal(value, loss.EvaluateWithGradient(data.Logits, truths, shape, found));
        Assert.Equal(expected, found);

        float[] logits = data.SingleLogits, single = new float[logits.Length], same = new float[logits.Length];
        float[] singles = [.. numbers.Select(y => (float)y)];
        double ofSingle = pixelwise
            ? loss.EvaluateWithGradient(logits, bytes, shape, single)
            : loss.EvaluateWithGradient(logits, singles, shape, single);
        Assert.Equal(ofSingle, loss.EvaluateWithGradient(logits, truths, shape, same));
        Assert.Equal(single, same);
    }
}
