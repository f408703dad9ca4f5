using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests;

/// <summary>Scores of each image, and their means.</summary>
public class ImageMetricsTests
{
    private const double Nan = double.NaN;

    private static ImageMetrics Images => MetricBatch.Counted(new ImageMetrics(MetricBatch.Classes, ignoreIndex: MetricBatch.Ignored));

    [Fact]
    public void EachImageHasItsScores()
    {
        ImageMetrics images = Images;
        Assert.Equal(3, images.Count);
        double[][] dice = [[0.75, 0.8, 2 / 3.0, Nan], [0.8, 2 / 3.0, 0, Nan], [14 / 15.0, 0, Nan, Nan]];
        for (int n = 0; n < 3; n++)
        {
            Assert.Equal(dice[n], Enumerable.Range(0, 4).Select(images[n].Dice), (a, b) => a.Equals(b) || Math.Abs(a - b) < 1e-15);
            SegmentationMetrics alone = new(MetricBatch.Classes, ignoreIndex: MetricBatch.Ignored);
            alone.Accumulate(MetricBatch.Predicted.AsSpan(8 * n, 8), MetricBatch.Labels.AsSpan(8 * n, 8), new(1, 4, 8));
            Assert.Equal(alone.Values.ToArray(), images[n].Values.ToArray());
        }

        Assert.Equal([8L, 7, 8], images.Select(image => image.Pixels));
        SegmentationMetrics all = MetricBatch.Counted(new SegmentationMetrics(MetricBatch.Classes, ignoreIndex: MetricBatch.Ignored));
        Assert.Equal(all.Values.ToArray(), images.Total().Values.ToArray());
        Assert.Contains("There is no image 3; there are 3", Assert.Throws<ArgumentOutOfRangeException>(() => images[3]).Message,
            StringComparison.Ordinal);
    }

    // NumPy by the formulas of torchmetrics 1.8's DiceScore(aggregation_level="samplewise").
    [Theory]
    [InlineData(ClassAverage.Macro, true, 0.5648148148148149)]
    [InlineData(ClassAverage.Macro, false, 0.35555555555555557)]
    [InlineData(ClassAverage.Micro, true, 0.7797619047619048)]
    [InlineData(ClassAverage.Micro, false, 0.4166666666666667)]
    [InlineData(ClassAverage.Weighted, true, 0.8123015873015872)]
    [InlineData(ClassAverage.Weighted, false, 0.7)] // the third image has no label but the background, and no score
    public void MeansAreTorchmetrics(ClassAverage average, bool includeBackground, double expected)
    {
        ImageMetrics images = Images;
        Assert.Equal(expected, images.MeanDice(includeBackground, average), 15);
        Numbers.Close([0.8277777777777778, 0.48888888888888893, 0.3333333333333333], [images.Dice(0), images.Dice(1), images.Dice(2)],
            1e-15);
        Assert.Equal(Nan, images.Dice(3));
        images.AbsentClasses = AbsentClasses.MinusOne;
        Assert.Equal(-1, images.Dice(3));
        Assert.Equal(expected, images.MeanDice(includeBackground, average), 15);
    }

    // NumPy by the formulas of segmentation_models.pytorch 0.3's macro-imagewise and micro-imagewise.
    [Theory]
    [InlineData(AbsentClasses.Zero, 0.3847222222222223, 0.31736111111111115, 0.7797619047619048)]
    [InlineData(AbsentClasses.One, 0.7180555555555556, 0.6506944444444445, 0.7797619047619048)]
    public void MeansAreSegmentationModels(AbsentClasses absent, double dice, double iou, double micro)
    {
        ImageMetrics images = Images;
        images.AbsentClasses = absent;
        foreach (bool imagesFirst in (bool[])[false, true])
        {
            images.ImagesFirst = imagesFirst;
            Numbers.Close([dice, iou, micro], [images.MeanDice(), images.MeanIou(), images.MeanDice(average: ClassAverage.Micro)], 1e-15);
        }
    }

    [Theory]
    [InlineData(ClassAverage.Macro, true, 0.55)]
    [InlineData(ClassAverage.Macro, false, 0.4111111111111111)]
    [InlineData(ClassAverage.Weighted, true, 0.7258454106280194)]
    [InlineData(ClassAverage.Weighted, false, 0.43703703703703706)]
    [InlineData(ClassAverage.Micro, false, 0.4166666666666667)]
    public void ImagesFirstAreMeansOfTheClassesMeans(ClassAverage average, bool includeBackground, double expected)
    {
        ImageMetrics images = Images;
        images.ImagesFirst = true;
        Assert.Equal(expected, images.MeanDice(includeBackground, average), 15);
    }

    // tests/test_compute_meandice.py of MONAI 1: cases 2, 4, 5, 7 and 8, whose predictions and targets hold several classes a pixel.
    [Fact]
    public void MeansAreMonai()
    {
        bool[] predicted = Bools("1110 0100 0111  1011 0111 0110");
        ImageMetrics images = Masks(predicted, "1111 0000 0000  0001 1100 0010", AbsentClasses.SkipUnlabelled);
        Numbers.Close([0.6786, 0.4, 0.6667], [images.Dice(0), images.Dice(1), images.Dice(2)], 1e-4);
        Assert.Equal(0.689683, images.MeanDice(), 1e-6);
        Assert.Equal((Nan, 6 / 7.0), (images[0].Dice(1), images[0].MeanDice()));
        ImageMetrics first = Masks(predicted, "1111 0000 0000  1111 0000 0000", AbsentClasses.SkipUnlabelled);
        Assert.Equal(0.857143, first.MeanDice(), 1e-6);
        Assert.Equal((Nan, Nan), (first.Dice(1), first.MeanDice(includeBackground: false)));
        ImageMetrics foreground = Masks(Bools("0100 0011 1000  0001 1000 0110"), "0001 1010 0100  0001 1100 0010",
            AbsentClasses.SkipUnlabelled);
        Numbers.Close(
            [0.5, 0, 0.6667, 0.6667], [foreground[0].Dice(1), foreground[0].Dice(2), foreground[1].Dice(1), foreground[1].Dice(2)], 1e-4);
    }

    // tests/test_compute_generalized_dice.py of MONAI 1: cases 2, 4 and 5.
    [Fact]
    public void GeneralizedDiceIsMonai()
    {
        ImageMetrics foreground = Masks(Bools("0100 0011 1000  0001 1000 0110"), "0001 1010 0100  0001 1100 0010", AbsentClasses.One);
        Numbers.Close([0.1667, 0.6667], [foreground[0].GeneralizedDice(false), foreground[1].GeneralizedDice(false)], 1e-4);
        bool[] predicted = Bools("1110 0100 0111  1011 0111 0110");
        Assert.Equal(0.5455, Masks(predicted, "1111 0000 0000  0001 1100 0010", AbsentClasses.One).GeneralizedDice(), 1e-4);
        Assert.Equal(1.0455 / 2, Masks(predicted, "1111 0000 0000  1111 0000 0000", AbsentClasses.One).GeneralizedDice(), 1e-4);

        // Cases 6 to 9: all, nothing labelled, nothing predicted, nothing.
        foreach ((string found, string labelled, double score) in ((string, string, double)[])[("1111", "1111", 1), ("1111", "0000", 0),
            ("0000", "1111", 0), ("0000", "0000", 1)])
        {
            var metrics = new SegmentationMetrics(1, Activation.Sigmoid) { AbsentClasses = AbsentClasses.One };
            metrics.Accumulate(Bools(found), Bools(labelled), new(1, 1, 4));
            Assert.Equal(score, metrics.GeneralizedDice());
        }
    }

    // NumPy by MONAI 1.3's compute_generalized_dice.
    [Theory]
    [InlineData(VolumeWeights.InverseSquare, true, 0.736904761904762, 0.5796465884173868)]
    [InlineData(VolumeWeights.InverseSquare, false, 0.4166666666666667, 0.56)]
    [InlineData(VolumeWeights.Inverse, true, 0.7583333333333333, 0.6698337292161519)]
    [InlineData(VolumeWeights.Inverse, false, 0.4166666666666667, 0.5882352941176471)]
    [InlineData(VolumeWeights.Uniform, true, 0.7797619047619048, 0.782608695652174)]
    [InlineData(VolumeWeights.Uniform, false, 0.4166666666666667, 0.6153846153846154)]
    public void GeneralizedDiceOfEachWeight(VolumeWeights weights, bool includeBackground, double ofImages, double ofAll)
    {
        ImageMetrics images = Images;
        Assert.Equal(ofImages, images.GeneralizedDice(includeBackground, weights), 15);
        Assert.Equal(ofAll, images.Total().GeneralizedDice(includeBackground, weights), 15);
    }

    [Fact]
    public void AnImageWithNothingToCountIsLeftOut()
    {
        var images = new ImageMetrics(2, ignoreIndex: 255);
        images.Accumulate(new long[] { 0, 1, 1, 1 }, new byte[] { 255, 255, 0, 1 }, new(2, 2, 2));
        Assert.Equal(0, images[0].Pixels);
        Assert.Equal((Nan, images[1].MeanDice()), (images[0].MeanDice(), images.MeanDice()));
        images.AbsentClasses = AbsentClasses.One;
        Assert.Equal((1 + images[1].MeanDice()) / 2, images.MeanDice());
        Assert.Equal(Nan, new ImageMetrics(2).MeanDice());
        Assert.Equal(-1, new ImageMetrics(2) { AbsentClasses = AbsentClasses.MinusOne }.MeanDice());
    }

    [Theory]
    [InlineData(1, Activation.Sigmoid, false)]
    [InlineData(3, Activation.Softmax, true)]
    [InlineData(3, Activation.Sigmoid, true)]
    [InlineData(40, Activation.Softmax, false)]
    public void CountsAreThoseOfEachImageAlone(int classes, Activation activation, bool dense)
    {
        var data = new Batch(new(3, classes, 1037), 5, 255);
        ImageMetrics images = new(classes, activation, 255, 0.6);
        if (dense)
            images.Accumulate(data.SingleLogits, data.SingleDense, data.Shape);
        else
            images.Accumulate(data.SingleLogits, data.Labels, data.Shape);
        for (int n = 0; n < 3; n++)
        {
            int values = classes * 1037;
            SegmentationMetrics alone = new(classes, activation, 255, 0.6);
            if (dense)
                alone.Accumulate(data.SingleLogits.AsSpan(n * values, values), data.SingleDense.AsSpan(n * values, values),
                    new(1, classes, 1037));
            else
                alone.Accumulate(data.SingleLogits.AsSpan(n * values, values), data.Labels.AsSpan(n * 1037, 1037), new(1, classes, 1037));
            Assert.Equal(alone.Values.ToArray(), images[n].Values.ToArray());
        }
    }

    [Fact]
    public void NothingIsCountedOfABadPieceAndNothingIsAllocatedWithRoom()
    {
        ImageMetrics images = Images;
        byte[] labels = MetricBatch.Labels;
        labels[^1] = 9;
        Assert.Throws<ArgumentOutOfRangeException>(() => images.Accumulate(MetricBatch.Logits, labels, MetricBatch.Shape));
        Assert.Equal(3, images.Count);
        images.Clear();
        float[] logits = MetricBatch.Logits;
        byte[] right = MetricBatch.Labels;
        for (int i = 0; i < 100; i++)
            images.Accumulate(logits, right, MetricBatch.Shape);
        images.Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            images.Accumulate(logits, right, MetricBatch.Shape);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0.5648148148148149, images.MeanDice(), 1e-13);
    }

    private static ImageMetrics Masks(bool[] predicted, string labelled, AbsentClasses absent)
    {
        var images = new ImageMetrics(3, Activation.Sigmoid) { AbsentClasses = absent };
        images.Accumulate(predicted, Bools(labelled), new(2, 3, 2, 2));
        return images;
    }

    private static bool[] Bools(string digits) => [.. digits.Where(digit => digit != ' ').Select(digit => digit == '1')];
}
