namespace LossGen.Runtime.Tests;

/// <summary>Predictions that are class indices or masks already.</summary>
public class PredictedClasses
{
    [Fact]
    public void CountAsLogitsThatPredictThem()
    {
        long[] expected = MetricBatch.Counted(New()).Values.ToArray();
        Count(MetricBatch.Predicted);
        Count(Array.ConvertAll(MetricBatch.Predicted, c => (int)c));
        Count(Array.ConvertAll(MetricBatch.Predicted, c => (byte)c));
        Count(Array.ConvertAll(MetricBatch.Predicted, c => (sbyte)c));
        Count(Array.ConvertAll(MetricBatch.Predicted, c => (short)c));
        Count(Array.ConvertAll(MetricBatch.Predicted, c => (ushort)c));
        Count(MetricBatch.Masks);

        SegmentationMetrics dense = New(), denseOfLogits = New();
        dense.Accumulate(MetricBatch.Predicted, MetricBatch.Dense, MetricBatch.Shape);
        denseOfLogits.Accumulate(MetricBatch.Logits, MetricBatch.Dense, MetricBatch.Shape);
        Assert.Equal(denseOfLogits.Values.ToArray(), dense.Values.ToArray());
        ConfusionMatrix matrix = new(MetricBatch.Classes, ignoreIndex: MetricBatch.Ignored);
        matrix.Accumulate(MetricBatch.Predicted, MetricBatch.Labels, MetricBatch.Shape);
        Assert.Equal(MetricBatch.Counted(new ConfusionMatrix(MetricBatch.Classes, ignoreIndex: MetricBatch.Ignored)).Values.ToArray(),
            matrix.Values.ToArray());

        void Count<T>(T[] predicted)
            where T : unmanaged
        {
            SegmentationMetrics metrics = New();
            metrics.Accumulate(predicted, MetricBatch.Labels, MetricBatch.Shape);
            Assert.Equal(expected, metrics.Values.ToArray());
        }
    }

    [Fact]
    public void TruthValuesAreClassesWhereThereIsOneAPixel()
    {
        SegmentationMetrics two = new(2), one = new(1, Activation.Sigmoid);
        bool[] predicted = [true, false, true, true], labels = [true, true, false, true];
        two.Accumulate(predicted, labels, new(1, 2, 4));
        one.Accumulate(predicted, labels, new(1, 1, 4));
        Assert.Equal([0, 2, 1, 1, 1, 1, 4], two.Values.ToArray());
        Assert.Equal([2, 1, 1, 4], one.Values.ToArray());
    }

    /// <summary>What is predicted of an ignored pixel does not count, and may be the ignored label.</summary>
    [Fact]
    public void IgnoredPixels()
    {
        long[] predicted = MetricBatch.Predicted;
        predicted[15] = MetricBatch.Ignored;
        SegmentationMetrics metrics = New();
        metrics.Accumulate(predicted, MetricBatch.Labels, MetricBatch.Shape);
        Assert.Equal(MetricBatch.Counted(New()).Values.ToArray(), metrics.Values.ToArray());

        // The ignored label is a class, too: it may be predicted where another is labelled.
        SegmentationMetrics background = new(2, ignoreIndex: 0);
        background.Accumulate(new[] { 0, 0, 1 }, new[] { 0, 1, 1 }, new(1, 2, 3));
        Assert.Equal([0, 1, 1, 0, 0, 1, 2], background.Values.ToArray());

        predicted[14] = MetricBatch.Ignored;
        ArgumentException error = Assert.Throws<ArgumentException>(() => metrics.Accumulate(predicted, MetricBatch.Labels,
            MetricBatch.Shape));
        Assert.StartsWith("The predicted class at image 1, pixel 6 is 255; it must be from 0 to 3.", error.Message,
            StringComparison.Ordinal);
        Assert.Equal("logits", error.ParamName);
        Assert.Equal(23, metrics.Pixels);
    }

    [Fact]
    public void WrongOnesAreNamed()
    {
        SegmentationMetrics metrics = New();
        Fails("logits has 7 elements and needs 24: Int32 are predicted class indices, one a pixel: N * S = 3 * 8",
            () => metrics.Accumulate(new int[7], MetricBatch.Labels, MetricBatch.Shape));
        Fails("logits has 7 elements and needs 96: N * C * S = 3 * 4 * 8", () => metrics.Accumulate(new bool[7], MetricBatch.Labels,
            MetricBatch.Shape));
        Fails("The predicted class at image 0, pixel 0 is -1", () => metrics.Accumulate(Array.ConvertAll(MetricBatch.Predicted, c => -1),
            MetricBatch.Labels, MetricBatch.Shape));
        Fails("Logits of Int64 are not supported", () => new SoftMetrics(4, ignoreIndex: 255).Accumulate(MetricBatch.Predicted,
            MetricBatch.Labels, MetricBatch.Shape));
        Assert.Equal(0, metrics.Pixels);

        static void Fails(string start, Action act) => Assert.StartsWith(start, Assert.ThrowsAny<ArgumentException>(act).Message,
            StringComparison.Ordinal);
    }

    private static SegmentationMetrics New() => new(MetricBatch.Classes, ignoreIndex: MetricBatch.Ignored);
}
