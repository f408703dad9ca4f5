using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests;

/// <summary>Metrics that leave out several labels count what those that leave out the first of them count in their places.</summary>
public class SeveralIgnoredMetrics
{
    private static readonly int[] Others = [254, 7];

    // Two labels in place of the one that MetricBatch ignores, and more pixels of them.
    private static readonly byte[] Labels = [.. MetricBatch.Labels.Select((y, i) => i % 8 == 6 ? (byte)254 : i % 8 == 7 ? (byte)7 : y)];

    private static readonly byte[] One = [.. Labels.Select(y => y is 254 or 7 ? (byte)255 : y)];

    [Fact]
    public void CountsAreThoseOfOne()
    {
        foreach (bool isPredicted in (bool[])[false, true])
        {
            Assert.Equal(Values(new SegmentationMetrics(4, ignoreIndex: 255), One, m => m.Values),
                Values(new SegmentationMetrics(4, ignoreIndex: 255, ignoreIndices: Others), Labels, m => m.Values));
            Assert.Equal(Values(new ConfusionMatrix(4, ignoreIndex: 255), One, m => m.Values),
                Values(new ConfusionMatrix(4, ignoreIndices: [255, 254, 7]), Labels, m => m.Values));
            Assert.Equal(Values(new ImageMetrics(4, ignoreIndex: 255), One, m => m[1].Values),
                Values(new ImageMetrics(4, ignoreIndex: 255, ignoreIndices: Others), Labels, m => m[1].Values));

            long[] Values<T>(T metric, byte[] labels, Func<T, Span<long>> values)
                where T : PixelMetric
            {
                if (isPredicted)
                    metric.Accumulate<long, byte>(MetricBatch.Predicted, labels, MetricBatch.Shape);
                else
                    metric.Accumulate<float, byte>(MetricBatch.Logits, labels, MetricBatch.Shape);
                return values(metric).ToArray();
            }
        }
    }

    [Fact]
    public void SoftSumsAreThoseOfOne()
    {
        SoftMetrics one = new(4, ignoreIndex: 255), several = new(4, ignoreIndex: 255, ignoreIndices: Others);
        one.Accumulate<float, byte>(MetricBatch.Logits, One, MetricBatch.Shape);
        several.Accumulate<float, byte>(MetricBatch.Logits, Labels, MetricBatch.Shape);
        Assert.Equal(one.Values.ToArray(), several.Values.ToArray());
    }

    [Fact]
    public void SurfacesAreThoseOfOne()
    {
        SurfaceMetrics one = new(4, ignoreIndex: 255), several = new(4, ignoreIndices: [255, .. Others]);
        var shape = new LossShape(3, 4, 2, 4);
        one.Accumulate(MetricBatch.Predicted, [.. One.Select(y => (long)y)], shape);
        several.Accumulate(MetricBatch.Predicted, [.. Labels.Select(y => (long)y)], shape);
        Assert.Equal(one.Values.ToArray(), several.Values.ToArray());
        Assert.Equal(255, several.IgnoreIndex);
    }

    /// <summary>What is predicted where a label is ignored may be any ignored label, and nothing else that is no class.</summary>
    [Fact]
    public void PredictedClassesMayBeIgnoredLabelsThere()
    {
        long[] predicted = [.. Labels.Select((y, i) => y switch { 254 => 7, 7 => 254, 255 => 255, _ => MetricBatch.Predicted[i] })];
        SegmentationMetrics expected = new(4, ignoreIndex: 255), found = new(4, ignoreIndex: 255, ignoreIndices: Others);
        expected.Accumulate<long, byte>(MetricBatch.Predicted, One, MetricBatch.Shape);
        found.Accumulate<long, byte>(predicted, Labels, MetricBatch.Shape);
        Assert.Equal(expected.Values.ToArray(), found.Values.ToArray());
        predicted[0] = 254;
        Assert.Throws<ArgumentException>(() => found.Accumulate<long, byte>(predicted, Labels, MetricBatch.Shape));
        predicted[0] = 0;
        predicted[6] = 6;
        Assert.Throws<ArgumentException>(() => found.Accumulate<long, byte>(predicted, Labels, MetricBatch.Shape));
    }

    [Fact]
    public void ALossGivesItsLabelsToItsMetrics()
    {
        SegmentationMetrics metrics = new IgnoringSeveral().CreateMetrics(3);
        metrics.Accumulate<float, short>([1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [0, -1, 254, 2], new LossShape(1, 3, 4));
        Assert.Equal(1, metrics.Pixels);
        ConfusionMatrix matrix = new IgnoringSeveral().CreateConfusionMatrix(3);
        matrix.Accumulate<float, short>([1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [0, -1, 254, 2], new LossShape(1, 3, 4));
        Assert.Equal(1, matrix.Pixels);
    }

    [Fact]
    public void DenseTargetsHaveOne()
    {
        var error = Assert.Throws<ArgumentException>(() => new SegmentationMetrics(4, ignoreIndices: [255, 254]).Accumulate<float,
            float>(MetricBatch.Logits, MetricBatch.Dense, MetricBatch.Shape));
        Assert.Contains("SegmentationMetrics ignores several labels", error.Message);
        var one = new SegmentationMetrics(4, ignoreIndices: [255, 255]);
        one.Accumulate<float, float>(MetricBatch.Logits, MetricBatch.Dense, MetricBatch.Shape);
        SegmentationMetrics expected = new(4, ignoreIndex: 255);
        expected.Accumulate<float, float>(MetricBatch.Logits, MetricBatch.Dense, MetricBatch.Shape);
        Assert.Equal(expected.Values.ToArray(), one.Values.ToArray());
    }
}
