namespace LossGen.Runtime.Tests;

/// <summary>Counts that are stored and read back, or gathered from processes.</summary>
public class StoredMetrics
{
    [Fact]
    public void AreReadBack()
    {
        SegmentationMetrics metrics = MetricBatch.Counted(new SegmentationMetrics(4, ignoreIndex: 255)), read = new(4);
        read.Merge(metrics.Values);
        Assert.Equal(metrics.Values.ToArray(), read.Values.ToArray());
        read.Merge(metrics.Values.ToArray());
        Assert.Equal((46, metrics.MeanDice()), (read.Pixels, read.MeanDice()));

        SoftMetrics soft = MetricBatch.Counted(new SoftMetrics(4, ignoreIndex: 255)), readSoft = new(4);
        readSoft.Merge(soft.Values);
        Assert.Equal(soft.Values.ToArray(), readSoft.Values.ToArray());

        ConfusionMatrix matrix = MetricBatch.Counted(new ConfusionMatrix(4, ignoreIndex: 255)), readMatrix = new(4);
        readMatrix.Merge(matrix.Values);
        readMatrix.Merge(matrix);
        Assert.Equal((46, matrix.CohenKappa()), (readMatrix.Pixels, readMatrix.CohenKappa()));
        readMatrix.Clear();
        Assert.Equal(0, readMatrix.Pixels);

        var surfaces = new SurfaceMetrics(2);
        surfaces.Accumulate([0, 1, 1, 0], [0, 0, 1, 0], new LossShape(1, 2, 1, 4));
        var readSurfaces = new SurfaceMetrics(2);
        readSurfaces.Merge(surfaces.Values);
        Assert.Equal((1, surfaces.Hausdorff(1)), (readSurfaces.Images(1), readSurfaces.Hausdorff(1)));
    }

    [Fact]
    public void ImagesAreAppended()
    {
        ImageMetrics images = MetricBatch.Counted(new ImageMetrics(4, ignoreIndex: 255)), gathered = new(4, ignoreIndex: 255);
        long[] stored = images.Values.ToArray();
        gathered.Merge(stored.AsSpan(2 * 13));
        gathered.Merge(stored.AsSpan(0, 2 * 13));
        Assert.Equal([images[2].Dice(0), images[0].Dice(0), images[1].Dice(0)], gathered.Select(image => image.Dice(0)));
        Assert.Equal(images.MeanDice(), gathered.MeanDice(), 15);
        gathered.Merge(images);
        gathered.Merge(gathered);
        Assert.Equal(12, gathered.Count);
        Assert.Equal(images.Iou(1), gathered.Iou(1), 15);
        Assert.Equal([.. stored, .. stored], ((long[])[.. gathered.Values])[(3 * 13)..(6 * 13)].Concat(stored));

        // An image that comes in pieces.
        var volume = MetricBatch.Counted(new SegmentationMetrics(4, ignoreIndex: 255));
        gathered.Clear();
        gathered.Merge(volume.Values);
        Assert.Equal((1, volume.MeanDice()), (gathered.Count, gathered.MeanDice()));
    }

    [Fact]
    public void OthersAreRefused()
    {
        SegmentationMetrics two = new(2);
        two.Accumulate(new[] { 0, 1 }, new[] { 0, 0 }, new(1, 2, 2));
        Fails("The values are 7 numbers and must be 13: 3 C + 1, with C = 4.", () => new SegmentationMetrics(4).Merge(two.Values));
        Fails("The values are 7 numbers and must be 13: 3 C + 1, with C = 4.", () => new SoftMetrics(4).Merge(new double[7]));
        Fails("The values are 7 numbers and must be 9: a matrix of 3 by 3.", () => new ConfusionMatrix(3).Merge(two.Values));
        Fails("The values are 4 numbers and must be 12: 6 C, with C = 2.", () => new SurfaceMetrics(2).Merge(new double[4]));
        Fails("The values are 7 numbers and must be a multiple of 13: 3 C + 1 an image, with C = 4.", () => new ImageMetrics(4)
            .Merge(two.Values));
        Fails("The images have 2 classes, these 4.", () => new ImageMetrics(4).Merge(new ImageMetrics(2)));
        Fails("The matrix is of 2 classes, this one of 4.", () => new ConfusionMatrix(4).Merge(new ConfusionMatrix(2)));
        Fails("Value 3 is -1; counts are at least 0.", () => new ConfusionMatrix(2).Merge([1, 2, 3, -1]));
        Fails("Value 0 is -1; counts are at least 0.", () => new SegmentationMetrics(1).Merge([-1, 2, 3, 9]));

        // Thirteen images of two classes are as many numbers as seven of four.
        var images = new ImageMetrics(2);
        images.Accumulate(new int[26], new int[26], new(13, 2, 2));
        Fails("The values from 0 on have 2 pixels that are labelled or predicted as class 0, of 0: they are not those of 4 classes.",
            () => new ImageMetrics(4).Merge(images.Values));

        static void Fails(string start, Action act) => Assert.StartsWith(start, Assert.Throws<ArgumentException>(act).Message,
            StringComparison.Ordinal);
    }
}
