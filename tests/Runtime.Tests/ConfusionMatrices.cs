using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests;

/// <summary>The confusion matrix and what follows from it. Figures are scikit-learn 1.2.1's unless a test says otherwise.</summary>
public class ConfusionMatrices
{
    private static ConfusionMatrix Matrix =>
        MetricBatch.Counted(new ConfusionMatrix(MetricBatch.Classes, ignoreIndex: MetricBatch.Ignored));

    [Fact]
    public void CountsAndScores()
    {
        ConfusionMatrix matrix = Matrix;
        Assert.Equal([14, 2, 1, 0, 1, 3, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0], matrix.Values.ToArray());
        Assert.Equal((23, 4, 2, 1), (matrix.Pixels, matrix.Size, matrix[0, 1], matrix[1, 0]));
        Numbers.Close(
            [0.782608695652174, 0.6911764705882352, 0.5367647058823527, 0.5064377682403434, 0.5093024363617885],
            [matrix.Accuracy(), matrix.BalancedAccuracy(), matrix.BalancedAccuracy(adjusted: true), matrix.CohenKappa(), matrix.MatthewsCorrelation()],
            1e-14);
    }

    // scikit-learn 1.2.1's cohen_kappa_score(labels, predictions, weights).
    [Theory]
    [InlineData(KappaWeights.None, 0.5064377682403434)]
    [InlineData(KappaWeights.Linear, 0.46153846153846156)]
    [InlineData(KappaWeights.Quadratic, 0.41299303944315546)]
    public void KappaOfClassesInAnOrder(KappaWeights weights, double expected) => Assert.Equal(expected, Matrix.CohenKappa(weights), 1e-15);

    [Theory]
    [InlineData(MatrixNormalization.Labels, 0.8235294117647058, 0.11764705882352941, 0.25)]
    [InlineData(MatrixNormalization.Predictions, 0.875, 0.4, 0.0625)]
    [InlineData(MatrixNormalization.All, 0.6086956521739131, 0.08695652173913043, 0.043478260869565216)]
    public void Shares(MatrixNormalization by, double ofHits, double above, double below)
    {
        double[,] shares = Matrix.Normalized(by);
        Numbers.Close([ofHits, above, below, 0, 0], [shares[0, 0], shares[0, 1], shares[1, 0], shares[3, 3], shares[0, 3]], 1e-15);
    }

    [Fact]
    public void OneClassAgainstTheRest()
    {
        byte[] labels = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0];
        int[] predicted = [0, 1, 0, 0, 1, 1, 0, 1, 1, 1];
        ConfusionMatrix ofClasses = new(1, Activation.Sigmoid, 255), ofLogits = new(1, Activation.Sigmoid, 255),
            ofDense = new(1, Activation.Sigmoid, 255);
        float[] logits = [.. predicted.Select(p => p == 1 ? 0.5F : -0.5F), 9];
        ofClasses.Accumulate(predicted, labels, new(1, 1, 10));
        ofLogits.Accumulate(logits, (byte[])[.. labels, 255], new(1, 1, 11));
        ofDense.Accumulate(logits, (float[])[.. labels.Select(label => (float)label), 255], new(1, 1, 11));
        foreach (ConfusionMatrix matrix in (ConfusionMatrix[])[ofClasses, ofLogits, ofDense])
        {
            Assert.Equal([3, 2, 1, 4], matrix.Values.ToArray());
            Numbers.Close(
                [0.7, 0.7, 0.4, 0.408248290463863], [matrix.Accuracy(), matrix.BalancedAccuracy(), matrix.CohenKappa(), matrix.MatthewsCorrelation()], 1e-15);
            Assert.Equal([4, 2, 1, 10], matrix.ToSegmentationMetrics().Values.ToArray());
        }

        // By a threshold of 0.7 nothing is predicted: sigmoid(0.5) is 0.62.
        ConfusionMatrix strict = new(1, Activation.Sigmoid, threshold: 0.7);
        strict.Accumulate(logits.AsSpan(0, 10), labels, new(1, 1, 10));
        Assert.Equal([5, 0, 5, 0], strict.Values.ToArray());
        Assert.Equal((0, double.NaN), (strict.CohenKappa(), strict.MatthewsCorrelation()));
    }

    [Fact]
    public void NothingAndOneLabelAlone()
    {
        var matrix = new ConfusionMatrix(3);
        Assert.All(
            [matrix.Accuracy(), matrix.BalancedAccuracy(), matrix.BalancedAccuracy(true), matrix.CohenKappa(), matrix.MatthewsCorrelation()],
            score => Assert.Equal(double.NaN, score));
        Assert.Equal(0, matrix.Normalized(MatrixNormalization.All)[0, 0]);
        matrix.Accumulate(new[] { 1, 1 }, new[] { 1, 1 }, new(1, 3, 2));
        Assert.Equal((1, 1), (matrix.Accuracy(), matrix.BalancedAccuracy()));
        Assert.Equal((double.NaN, double.NaN), (matrix.CohenKappa(), matrix.MatthewsCorrelation()));

        // Everything ignored.
        var ignored = new ConfusionMatrix(2, ignoreIndex: 0);
        ignored.Accumulate(new[] { 0, 1 }, new[] { 0, 0 }, new(1, 2, 2));
        Assert.Equal(0, ignored.Pixels);
    }

    [Fact]
    public void LargeCountsAreExact()
    {
        // The Matthews correlation of two classes, (tp tn - fp fn) / sqrt((tp + fp) (tp + fn) (tn + fp) (tn + fn)), in Python's decimals.
        var matrix = new ConfusionMatrix(2);
        matrix.Merge([3_000_000_000, 1, 1, 3_000_000_000]);
        Assert.Equal(0.9999999993333333, matrix.MatthewsCorrelation(), 3e-16);
        Assert.Equal(0.9999999993333333, matrix.CohenKappa(), 3e-16);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(40)]
    public void CountsAreThoseOfEachPixel(int classes)
    {
        var data = new Batch(new(2, classes, 1037), 3, 255);
        float[] all = data.SingleLogits;
        var expected = new long[classes * classes];
        for (int i = 0; i < data.Labels.Length; i++)
        {
            int n = i / 1037, pixel = i % 1037;
            float[] logits = [.. Enumerable.Range(0, classes).Select(c => all[(((n * classes) + c) * 1037) + pixel])];
            if (data.Labels[i] != 255)
                expected[(data.Labels[i] * classes) + Array.IndexOf(logits, logits.Max())]++;
        }

        ConfusionMatrix matrix = new(classes, ignoreIndex: 255), ofHalf = new(classes, ignoreIndex: 255);
        matrix.Accumulate(data.SingleLogits, data.Labels, data.Shape);
        Assert.Equal(expected, matrix.Values.ToArray());
        SegmentationMetrics metrics = new(classes, ignoreIndex: 255);
        metrics.Accumulate(data.SingleLogits, data.Labels, data.Shape);
        Assert.Equal(metrics.Values.ToArray(), matrix.ToSegmentationMetrics().Values.ToArray());
        Half[] stored = Array.ConvertAll(data.SingleLogits, x => (Half)x);
        ofHalf.Accumulate(stored, data.Labels, data.Shape);
        matrix.Clear();
        matrix.Accumulate(Array.ConvertAll(stored, x => (float)x), data.Labels, data.Shape);
        Assert.Equal(matrix.Values.ToArray(), ofHalf.Values.ToArray());
    }

    [Fact]
    public void WhatHasSeveralClassesAPixelIsRefused()
    {
        ArgumentException several = Assert.Throws<ArgumentException>(() => new ConfusionMatrix(3, Activation.Sigmoid));
        Assert.StartsWith("With Activation.Sigmoid each of 3 classes is predicted by itself, so that a pixel may have several or none",
            several.Message, StringComparison.Ordinal);
        Assert.Equal("activation", several.ParamName);
        Assert.Throws<ArgumentException>(() => new SigmoidIgnoring().CreateConfusionMatrix(3));
        ConfusionMatrix matrix = Matrix;
        ArgumentException dense = Assert.Throws<ArgumentException>(() => matrix.Accumulate(MetricBatch.Logits, MetricBatch.Dense,
            MetricBatch.Shape));
        Assert.StartsWith("The target is dense, so that a pixel may be of several of 4 classes or of none", dense.Message,
            StringComparison.Ordinal);
        ArgumentException masks = Assert.Throws<ArgumentException>(() => matrix.Accumulate(MetricBatch.Masks, MetricBatch.Labels,
            MetricBatch.Shape));
        Assert.StartsWith("The predictions are masks, of which several of 4 classes may hold a pixel", masks.Message,
            StringComparison.Ordinal);
        Assert.Equal(23, matrix.Pixels);
    }

    [Fact]
    public void NothingIsAllocated()
    {
        var data = new Batch(new(2, 3, 700));
        var matrix = new ConfusionMatrix(3);
        float[] logits = data.SingleLogits;
        for (int i = 0; i < 3; i++)
            matrix.Accumulate(logits, data.Labels, data.Shape);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            matrix.Accumulate(logits, data.Labels, data.Shape);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
