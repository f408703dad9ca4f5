namespace LossGen.Runtime.Tests;

/// <summary>Averages over classes, and what a class counts that is absent.</summary>
public class ClassAverages
{
    private const double Nan = double.NaN;

    // scikit-learn 1.2.1: precision_recall_fscore_support, fbeta_score and jaccard_score with labels 0 to 3 or 1 to 3, and zero_division.
    [Theory]
    [InlineData(AbsentClasses.Zero, ClassAverage.Macro, true, 0.49375, 0.5183823529411764, 0.5037878787878788, 0.5119047619047619, 0.3925438596491228)]
    [InlineData(AbsentClasses.Zero, ClassAverage.Macro, false, 0.3666666666666667, 0.4166666666666667, 0.38888888888888884, 0.4047619047619048, 0.27777777777777773)]
    [InlineData(AbsentClasses.One, ClassAverage.Macro, true, 0.74375, 0.7683823529411764, 0.7537878787878788, 0.7619047619047619, 0.6425438596491229)]
    [InlineData(AbsentClasses.One, ClassAverage.Macro, false, 0.7, 0.75, 0.7222222222222222, 0.7380952380952381, 0.611111111111111)]
    [InlineData(AbsentClasses.Skip, ClassAverage.Micro, true, 0.782608695652174, 0.782608695652174, 0.782608695652174, 0.782608695652174, 0.6428571428571429)]
    [InlineData(AbsentClasses.One, ClassAverage.Micro, false, 0.5714285714285714, 0.6666666666666666, 0.6153846153846153, 0.6451612903225806, 0.4444444444444444)]
    [InlineData(AbsentClasses.Skip, ClassAverage.Weighted, true, 0.7945652173913043, 0.782608695652174, 0.7865612648221344, 0.7836438923395445, 0.6605644546147978)]
    [InlineData(AbsentClasses.One, ClassAverage.Weighted, false, 0.5666666666666667, 0.6666666666666666, 0.611111111111111, 0.6428571428571429, 0.4444444444444444)]
    public void AreThoseOfScikitLearn(
        AbsentClasses absent, ClassAverage average, bool includeBackground, double precision, double recall, double f1, double f2,
            double jaccard)
    {
        SegmentationMetrics metrics = MetricBatch.Counted(new SegmentationMetrics(MetricBatch.Classes, ignoreIndex: MetricBatch.Ignored));
        metrics.AbsentClasses = absent;
        Numbers.Close(
            [precision, recall, f1, f1, f2, jaccard],
            [
                metrics.MeanPrecision(includeBackground, average), metrics.MeanRecall(includeBackground, average),
                    metrics.MeanDice(includeBackground, average),
                metrics.MeanFBeta(1, includeBackground, average), metrics.MeanFBeta(2, includeBackground, average),
                    metrics.MeanIou(includeBackground, average),
            ],
            1e-14);
    }

    [Theory]
    [InlineData(AbsentClasses.Skip, Nan, (0.75 + (2 / 3.0) + 0) / 3)]
    [InlineData(AbsentClasses.Zero, 0, (0.75 + (2 / 3.0) + 0 + 0) / 4)]
    [InlineData(AbsentClasses.One, 1, (0.75 + (2 / 3.0) + 0 + 1) / 4)]
    [InlineData(AbsentClasses.MinusOne, -1, (0.75 + (2 / 3.0) + 0) / 3)]
    [InlineData(AbsentClasses.SkipUnlabelled, Nan, (0.75 + (2 / 3.0)) / 2)]
    public void AClassThatIsAbsent(AbsentClasses absent, double listed, double mean)
    {
        // Class 0: 3 of 5; class 1: 1 of 1, and 1 wrong; class 2: 1 wrong; class 3: nothing.
        long[] predicted = [0, 0, 0, 1, 1, 2], labels = [0, 0, 0, 0, 1, 0];
        var metrics = new SegmentationMetrics(4) { AbsentClasses = absent };
        metrics.Accumulate(predicted, labels, new(1, 4, 6));
        Assert.Equal(listed, metrics.Dice(3));
        Assert.Equal(absent == AbsentClasses.SkipUnlabelled ? Nan : 0, metrics.Dice(2));
        Assert.Equal(2 * 3 / 8.0, metrics.Dice(0), 15);
        Assert.Equal(mean, metrics.MeanDice(), 15);

        // Of nothing: no class is labelled or predicted.
        var nothing = new SegmentationMetrics(2, ignoreIndex: 255) { AbsentClasses = absent };
        nothing.Accumulate(new float[4], new byte[] { 255, 255 }, new(1, 2, 2));
        Assert.Equal(0, nothing.Pixels);
        foreach (ClassAverage average in Enum.GetValues<ClassAverage>())
            Assert.Equal((listed, listed, listed), (nothing.MeanDice(true, average), nothing.MeanRecall(true, average),
                nothing.GeneralizedDice()));
    }

    [Fact]
    public void PrecisionOfWhatIsNeverPredictedIsNothingThoughItIsLabelled()
    {
        var metrics = new SegmentationMetrics(2);
        metrics.Accumulate([0, 0, 0L, 0], [0, 0, 1, (byte)1], new(1, 2, 4));
        Assert.Equal((0.5, double.NaN), (metrics.Precision(0), metrics.Precision(1)));
        Assert.Equal(0.5, metrics.MeanPrecision(average: ClassAverage.Weighted));
        metrics.AbsentClasses = AbsentClasses.Zero;
        Assert.Equal((0.25, 0.25), (metrics.MeanPrecision(), metrics.MeanPrecision(average: ClassAverage.Weighted)));
    }

    /// <summary>A mean of sums that are NaN says so; only 0 / 0 is left out.</summary>
    [Theory]
    [InlineData(AbsentClasses.Skip)]
    [InlineData(AbsentClasses.One)]
    public void NanProbabilitiesAreNotLeftOut(AbsentClasses absent)
    {
        float[] logits = [1, float.NaN, -1, 1];
        var soft = new SoftMetrics(2) { AbsentClasses = absent };
        soft.Accumulate(logits, new byte[] { 0, 1 }, new(1, 2, 2));
        foreach (ClassAverage average in Enum.GetValues<ClassAverage>())
            Assert.Equal(double.NaN, soft.MeanDice(true, average));
    }

    /// <summary>No logit that is NaN predicts its class; where the first is, the first class is predicted by a softmax.</summary>
    [Fact]
    public void NanLogitsPredictNothing()
    {
        float nan = float.NaN;
        float[] logits = [nan, 0, nan, 1, nan, nan]; // three pixels of class 0, then of class 1
        byte[] labels = [0, 1, 1];
        SegmentationMetrics softmax = new(2), sigmoid = new(2, Activation.Sigmoid);
        var matrix = new ConfusionMatrix(2);
        softmax.Accumulate(logits, labels, new(1, 2, 3));
        sigmoid.Accumulate(logits, labels, new(1, 2, 3));
        matrix.Accumulate(logits, labels, new(1, 2, 3));
        Assert.Equal([1, 0, 2, 0, 0, 2, 3], softmax.Values.ToArray());
        Assert.Equal([1, 0, 2, 0], matrix.Values.ToArray());
        Assert.Equal([0, 0, 0, 1, 1, 2, 3], sigmoid.Values.ToArray());
    }
}
