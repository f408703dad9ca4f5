using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests;

/// <summary>Soft counts against plain ones, and against the losses that they are the statistics of.</summary>
public class SoftScores
{
    [Theory]
    [InlineData(Activation.Softmax, 3, false)]
    [InlineData(Activation.Softmax, 3, true)]
    [InlineData(Activation.Softmax, 40, false)]
    [InlineData(Activation.Sigmoid, 1, false)]
    [InlineData(Activation.Sigmoid, 3, true)]
    [InlineData(Activation.Exp, 2, false)]
    [InlineData(Activation.None, 3, true)]
    public void Sums(Activation activation, int classes, bool dense)
    {
        var data = new Batch(new(2, classes, 1037), 3, 255);
        double[] expected = Plain(data, activation, dense);
        foreach (int bits in Registers.Widths)
        {
            (SoftMetrics found, SoftMetrics single) = Registers.With(bits, () => Counted(data, classes, activation, dense));
            Numbers.Close(expected, found.Values.ToArray(), 1e-12);
            Numbers.Close(expected, single.Values.ToArray(), 2e-6);
        }
    }

    private static (SoftMetrics Double, SoftMetrics Single) Counted(Batch data, int classes, Activation activation, bool dense)
    {
        SoftMetrics found = new(classes, activation, 255), single = new(classes, activation, 255);
        if (dense)
        {
            found.Accumulate(data.Logits, data.Dense, data.Shape);
            single.Accumulate(data.SingleLogits, data.SingleDense, data.Shape);
        }
        else
        {
            found.Accumulate(data.Logits, data.Labels, data.Shape);
            single.Accumulate(data.SingleLogits, data.Labels.Select(label => (short)label).ToArray(), data.Shape);
        }

        return (found, single);
    }

    [Fact]
    public void ScoresAreThoseOfTheLosses()
    {
        var data = new Batch(new(2, 3, 500), 1, 255);
        var loss = new PlainDice();
        SoftMetrics metrics = loss.CreateSoftMetrics(3);
        metrics.Accumulate(data.Logits, data.Labels, data.Shape);
        Numbers.Close(1 - loss.Evaluate(data.Logits, data.Labels, data.Shape), metrics.MeanDice(), 1e-13);
        double tp = metrics.TruePositives(1), fp = metrics.FalsePositives(1), fn = metrics.FalseNegatives(1);
        Numbers.Close(tp / (tp + fp + fn), metrics.Iou(1), 1e-15);
        Numbers.Close(tp / (tp + fp), metrics.Precision(1), 1e-15);
        Numbers.Close(tp / (tp + fn), metrics.Recall(1), 1e-15);
        Numbers.Close(5 * tp / ((5 * tp) + (4 * fn) + fp), metrics.FBeta(1, 2), 1e-15);
        Assert.True(double.IsNaN(new SoftMetrics(2).MeanDice()));
    }

    [Fact]
    public void PiecesMerge()
    {
        var a = new Batch(new(1, 3, 100), 1);
        var b = new Batch(new(1, 3, 90), 2);
        SoftMetrics both = new(3), first = new(3), second = new(3);
        both.Accumulate(a.Logits, a.Labels, a.Shape);
        both.Accumulate(b.Logits, b.Labels, b.Shape);
        first.Accumulate(a.Logits, a.Labels, a.Shape);
        second.Accumulate(b.Logits, b.Labels, b.Shape);
        first.Merge(second);
        Assert.Equal(both.Values.ToArray(), first.Values.ToArray());
        Assert.Equal(190, first.Pixels);
        first.Clear();
        Assert.Equal(0, first.Pixels);
        Assert.Throws<ArgumentException>(() => first.Merge(new SoftMetrics(2)));
    }

    [Fact]
    public void WrongArgumentsAreNamedAndNothingIsCounted()
    {
        var data = new Batch(new(2, 3, 700));
        var metrics = new SoftMetrics(3);
        data.Labels[1399] = 3;
        Assert.Contains("image 1, pixel 699 is 3", Assert.Throws<ArgumentOutOfRangeException>(() => metrics.Accumulate(data.Logits,
            data.Labels, data.Shape)).Message, StringComparison.Ordinal);
        Assert.All(metrics.Values.ToArray(), sum => Assert.Equal(0, sum));
        Assert.Equal("logits", Assert.Throws<ArgumentException>(() => metrics.Accumulate(data.Logits.AsSpan(1), data.Labels, data.Shape))
            .ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => metrics.Accumulate(data.Logits, data.Labels.AsSpan(1), data.Shape))
            .ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SoftMetrics(0));
    }

    [Fact]
    public void NothingIsAllocated()
    {
        var data = new Batch(new(2, 3, 700));
        var metrics = new SoftMetrics(3);
        float[] logits = data.SingleLogits;
        for (int i = 0; i < 3; i++)
            metrics.Accumulate(logits, data.Labels, data.Shape);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            metrics.Accumulate(logits, data.Labels, data.Shape);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static double[] Plain(Batch data, Activation activation, bool dense)
    {
        int classes = data.Shape.Classes, pixels = (int)data.Shape.Pixels;
        var sums = new double[(3 * classes) + 1];
        for (int n = 0; n < 2; n++)
        {
            for (int i = 0; i < pixels; i++)
            {
                long label = data.Labels[(n * pixels) + i];
                if (!dense && label == 255)
                    continue;
                sums[3 * classes]++;
                double[] logits = [.. Enumerable.Range(0, classes).Select(c => data.Logits[(((n * classes) + c) * pixels) + i])];
                double total = logits.Sum(Math.Exp);
                for (int c = 0; c < classes; c++)
                {
                    double element = data.Dense[(((n * classes) + c) * pixels) + i];
                    if (dense && element == 255)
                        continue;
                    double y = dense ? element : classes == 1 ? label : label == c ? 1 : 0;
                    double p = activation switch
                    {
                        Activation.Softmax => Math.Exp(logits[c]) / total,
                        Activation.Sigmoid => 1 / (1 + Math.Exp(-logits[c])),
                        Activation.Exp => Math.Exp(logits[c]),
                        _ => logits[c],
                    };
                    sums[c] += p * y;
                    sums[classes + c] += p * (1 - y);
                    sums[(2 * classes) + c] += (1 - p) * y;
                }
            }
        }

        return sums;
    }
}

[Loss(Activation.Softmax, IgnoreIndex = 255)]
[Dice(Smooth = 0)]
public sealed partial class PlainDice;
