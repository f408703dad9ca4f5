using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Sums gathered over pieces finish to the value and gradient of the whole.</summary>
public class Pieces
{
    [Fact]
    public void MicroBatchesAddUpToTheBatch()
    {
        var whole = new Batch(new(4, 3, 100));
        var loss = new DiceCrossEntropy();
        var gradient = new double[whole.Logits.Length];
        double value = loss.EvaluateWithGradient(whole.Logits, whole.Labels, whole.Shape, gradient);

        var shape = new LossShape(2, 3, 100);
        LossStatistics sums = loss.CreateStatistics(shape);
        for (int i = 0; i < 2; i++)
            loss.Accumulate(whole.Logits.AsSpan(i * 600, 600), whole.Labels.AsSpan(i * 200, 200), shape, sums);
        Numbers.Close(value, loss.Finish(sums), 1e-14);
        var found = new double[whole.Logits.Length];
        for (int i = 0; i < 2; i++)
            loss.Gradient(whole.Logits.AsSpan(i * 600, 600), whole.Labels.AsSpan(i * 200, 200), shape, sums, found.AsSpan(i * 600, 600));
        Numbers.Close(gradient, found, 1e-16);
    }

    [Fact]
    public void PiecesOfDifferentSizeAddUpToo()
    {
        var whole = new Batch(new(7, 3, 40), 1, 255);
        var loss = new Ignoring();
        LossStatistics sums = loss.CreateStatistics(new(5, 3, 40));
        loss.Accumulate(whole.Logits.AsSpan(0, 600), whole.Labels.AsSpan(0, 200), new(5, 3, 40), sums);
        loss.Accumulate(whole.Logits.AsSpan(600), whole.Labels.AsSpan(200), new(2, 3, 40), sums);
        Assert.Equal(280, sums.Pixels);
        Numbers.Close(loss.Evaluate(whole.Logits, whole.Labels, whole.Shape), loss.Finish(sums), 1e-14);
    }

    [Fact]
    public void BlocksOfSumsMerge()
    {
        var a = new Batch(new(1, 3, 100), 1);
        var b = new Batch(new(1, 3, 100), 2);
        var loss = new DiceCrossEntropy();
        LossStatistics both = loss.CreateStatistics(a.Shape), first = loss.CreateStatistics(a.Shape),
            second = loss.CreateStatistics(a.Shape);
        loss.Accumulate(a.Logits, a.Dense, a.Shape, both);
        loss.Accumulate(b.Logits, b.Dense, b.Shape, both);
        loss.Accumulate(a.Logits, a.Dense, a.Shape, first);
        loss.Accumulate(b.Logits, b.Dense, b.Shape, second);
        LossStatistics merged = loss.CreateStatistics(a.Shape);
        merged.Merge(first);
        merged.Merge(second);
        Assert.Equal(both.Values.ToArray(), merged.Values.ToArray());
        Assert.Equal(loss.Finish(both), loss.Finish(merged));
        merged.Clear();
        Assert.All(merged.Values.ToArray(), x => Assert.Equal(0, x));
        Assert.Equal(0, merged.Pixels);
    }

    [Fact]
    public void StatisticsPerImageTakeTilesOfTheSameImages()
    {
        var left = new Batch(new(3, 2, 50), 1, -1);
        var right = new Batch(new(3, 2, 30), 2, -1);
        var loss = new PerImage();
        LossStatistics sums = loss.CreateStatistics(left.Shape);
        loss.Accumulate(left.Logits, left.Labels, left.Shape, sums);
        loss.Accumulate(right.Logits, right.Labels, right.Shape, sums);
        var whole = new LossShape(3, 2, 80);
        double[] logits = [.. Enumerable.Range(0, 6).SelectMany(row => left.Logits[(row * 50)..((row + 1) * 50)]
            .Concat(right.Logits[(row * 30)..((row + 1) * 30)]))];
        long[] labels = [.. Enumerable.Range(0, 3).SelectMany(row => left.Labels[(row * 50)..((row + 1) * 50)]
            .Concat(right.Labels[(row * 30)..((row + 1) * 30)]))];
        Numbers.Close(loss.Evaluate(logits, labels, whole), loss.Finish(sums), 1e-13);
    }

    [Fact]
    public void ABadLabelLeavesTheSumsAsTheyWere()
    {
        var data = new Batch(new(1, 3, 40_000));
        var loss = new DiceCrossEntropy();
        LossStatistics sums = loss.CreateStatistics(data.Shape);
        loss.Accumulate(data.Logits, data.Labels, data.Shape, sums);
        double[] before = sums.Values.ToArray();
        data.Labels[39_999] = 3;
        Assert.Throws<ArgumentOutOfRangeException>(() => loss.Accumulate(data.Logits, data.Labels, data.Shape, sums));
        Assert.Equal(before, sums.Values.ToArray());
        Assert.Equal(40_000, sums.Pixels);

        var gradient = new double[data.Logits.Length];
        Array.Fill(gradient, 5);
        Assert.Throws<ArgumentOutOfRangeException>(() => loss.Gradient(data.Logits, data.Labels, data.Shape, sums, gradient));
        Assert.All(gradient, g => Assert.Equal(5, g));
    }

    [Fact]
    public void WrongUseIsNamed()
    {
        var data = new Batch(new(2, 3, 10));
        var loss = new DiceCrossEntropy();
        LossStatistics sums = loss.CreateStatistics(data.Shape);
        Assert.Contains("created by DiceCrossEntropy", Assert.Throws<ArgumentException>(
            () => new Sigmoid().Accumulate(data.Logits, data.Labels, data.Shape, sums)).Message);
        Assert.Contains("3 classes", Assert.Throws<ArgumentException>(
            () => loss.Accumulate(new double[40], new long[20], new(2, 2, 10), sums)).Message);
        loss.Accumulate(data.Logits, data.Labels, data.Shape, sums);
        Assert.Contains("cannot be mixed", Assert.Throws<ArgumentException>(
            () => loss.Accumulate(data.Logits, data.Dense, data.Shape, sums)).Message);
        Assert.Throws<ArgumentException>(() => sums.Merge(new Sigmoid().CreateStatistics(data.Shape)));
        Assert.Throws<ArgumentNullException>(() => sums.Merge(null!));
        Assert.Throws<ArgumentNullException>(() => loss.Finish(null!));
        Assert.Contains("2 passes", Assert.Throws<NotSupportedException>(() => new Balanced().CreateStatistics(data.Shape)).Message);
        Assert.Contains("EvaluateElements", Assert.Throws<NotSupportedException>(() => new PixelElements().CreateStatistics(data.Shape))
            .Message);
    }
}
