using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests;

/// <summary>Counts against plain ones, and what the scores make of them.</summary>
public class Metrics
{
    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(40, false)]
    [InlineData(3, true)]
    public void LargestLogits(int classes, bool dense)
    {
        var data = new Batch(new(2, classes, 1037), 3, 255);
        var found = new SegmentationMetrics(classes, Activation.Softmax, 255);
        long[] labels = [.. data.Labels.Select(label => label == 255 ? label : label % classes)];
        if (dense)
            found.Accumulate(data.SingleLogits, data.SingleDense, data.Shape);
        else
            found.Accumulate(data.SingleLogits, labels, data.Shape);
        Assert.Equal(Plain(data, labels, dense, (logits, c) => Array.IndexOf(logits, logits.Max()) == c), found.Values.ToArray());
        var again = new SegmentationMetrics(classes, Activation.Softmax, 255);
        if (dense)
            again.Accumulate(data.Logits, data.Dense, data.Shape);
        else
            again.Accumulate(data.Logits, labels.Select(label => (byte)label).ToArray(), data.Shape);
        Assert.Equal(found.Values.ToArray(), again.Values.ToArray());
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Thresholds(int classes, bool dense)
    {
        var data = new Batch(new(2, classes, 1037), 3, 255);
        SegmentationMetrics found = new SigmoidIgnoring().CreateMetrics(classes, 0.7);
        if (dense)
            found.Accumulate(data.Logits, data.Dense, data.Shape);
        else
            found.Accumulate(data.Logits, data.Labels, data.Shape);
        Assert.Equal(Plain(data, data.Labels, dense, (logits, c) => 1 / (1 + Math.Exp(-logits[c])) > 0.7), found.Values.ToArray());
    }

    [Fact]
    public void Scores()
    {
        // Predicted 0 1 1 2, labelled 0 1 2 2, of four classes.
        double[] logits = [1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, -1, -1, -1, -1];
        var metrics = new SegmentationMetrics(4);
        metrics.Accumulate(logits, new byte[] { 0, 1, 2, 2 }, new(1, 4, 4));
        Assert.Equal(4, metrics.Pixels);
        Assert.Equal([1.0, 2 / 3.0, 2 / 3.0, double.NaN], Enumerable.Range(0, 4).Select(metrics.Dice));
        Assert.Equal([1.0, 0.5, 0.5, double.NaN], Enumerable.Range(0, 4).Select(metrics.Iou));
        Assert.Equal([1.0, 0.5, 1, double.NaN], Enumerable.Range(0, 4).Select(metrics.Precision));
        Assert.Equal([1.0, 1, 0.5, double.NaN], Enumerable.Range(0, 4).Select(metrics.Recall));
        Assert.Equal(5.0 / 6, metrics.FBeta(1, 2), 15);
        Assert.Equal(7 / 9.0, metrics.MeanDice(), 15);
        Assert.Equal(0.5, metrics.MeanIou(includeBackground: false), 15);
        Assert.True(double.IsNaN(new SegmentationMetrics(2).MeanDice()));
    }

    [Fact]
    public void PiecesMerge()
    {
        var a = new Batch(new(1, 3, 100), 1);
        var b = new Batch(new(1, 3, 90), 2);
        SegmentationMetrics both = new(3), first = new(3), second = new(3);
        both.Accumulate(a.Logits, a.Labels, a.Shape);
        both.Accumulate(b.Logits, b.Labels, b.Shape);
        first.Accumulate(a.Logits, a.Labels, a.Shape);
        second.Accumulate(b.Logits, b.Labels, b.Shape);
        first.Merge(second);
        Assert.Equal(both.Values.ToArray(), first.Values.ToArray());
        first.Clear();
        Assert.Equal(0, first.Pixels);
        Assert.Throws<ArgumentException>(() => first.Merge(new SegmentationMetrics(2)));
    }

    [Fact]
    public void WrongArgumentsAreNamedAndNothingIsCounted()
    {
        var data = new Batch(new(2, 3, 700));
        var metrics = new SegmentationMetrics(3);
        data.Labels[1399] = 3;
        ArgumentOutOfRangeException bad = Assert.Throws<ArgumentOutOfRangeException>(() => metrics.Accumulate(data.Logits, data.Labels,
            data.Shape));
        Assert.Contains("image 1, pixel 699 is 3", bad.Message, StringComparison.Ordinal);
        Assert.All(metrics.Values.ToArray(), count => Assert.Equal(0, count));
        Assert.Equal("logits", Assert.Throws<ArgumentException>(() => metrics.Accumulate(data.Logits.AsSpan(1), data.Labels, data.Shape))
            .ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => metrics.Accumulate(data.Logits, data.Labels.AsSpan(1), data.Shape))
            .ParamName);
        Assert.Equal("shape", Assert.Throws<ArgumentException>(() => metrics.Accumulate(data.Logits, data.Labels, new(2, 4, 700)))
            .ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SegmentationMetrics(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SegmentationMetrics(1, threshold: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.Dice(3));
    }

    // True positives, false positives, false negatives of each class, and the pixels.
    private static long[] Plain(Batch data, long[] labels, bool dense, Func<double[], int, bool> predicts)
    {
        int classes = data.Shape.Classes, pixels = (int)data.Shape.Pixels;
        bool single = labels.Contains(1); // labels of 0 and 1
        var counts = new long[(3 * classes) + 1];
        for (int n = 0; n < data.Shape.Batch; n++)
        {
            for (int i = 0; i < pixels; i++)
            {
                long label = labels[(n * pixels) + i];
                bool isPixel = dense || label != 255;
                counts[3 * classes] += isPixel ? 1 : 0;
                double[] logits = [.. Enumerable.Range(0, classes).Select(c => data.Logits[(((n * classes) + c) * pixels) + i])];
                for (int c = 0; c < classes && isPixel; c++)
                {
                    double element = dense ? data.Dense[(((n * classes) + c) * pixels) + i] : 0;
                    if (element == 255)
                        continue;
                    bool isFound = predicts(logits, c);
                    bool isMember = dense ? element > 0.5 : classes == 1 && single ? label == 1 : label == c;
                    counts[c] += isFound && isMember ? 1 : 0;
                    counts[classes + c] += isFound && !isMember ? 1 : 0;
                    counts[(2 * classes) + c] += !isFound && isMember ? 1 : 0;
                }
            }
        }

        return counts;
    }
}
