using Xunit;

namespace LossGen.Runtime.Tests;

/// <summary>Surface distances against those of each pair of surface pixels, and against figures worked out by hand.</summary>
public sealed class SurfaceTests
{
    public static TheoryData<int[], double[]> Images() => new()
    {
        { [1], [] }, { [23], [] }, { [23], [0.5] }, { [1, 9], [] }, { [9, 1], [2, 1] }, { [12, 15], [] }, { [14, 11], [1.5, 0.7] },
            { [1, 6, 7], [] }, { [5, 6, 7], [] }, { [6, 5, 9], [3, 0.8, 1.25] },
    };

    [Theory]
    [MemberData(nameof(Images))]
    public void AreThoseOfThePairs(int[] grid, double[] spacing)
    {
        LossShape shape = DistanceMapTests.Shape(1, 1, grid);
        var random = new Random(grid.Sum());
        for (int trial = 0; trial < 20; trial++)
        {
            bool[] a = Blob(grid, random), b = Blob(grid, random);
            SurfaceDistances distances = SurfaceDistances.Between(a, b, shape, spacing);
            int[] ofA = Surface(a, grid), ofB = Surface(b, grid);
            double[] fromA = Nearest(ofA, ofB, grid, spacing), fromB = Nearest(ofB, ofA, grid, spacing);
            Close(fromA, distances.FromPredicted);
            Close(fromB, distances.FromLabelled);
            if (fromA.Length + fromB.Length == 0)
            {
                Assert.All([distances.Hausdorff, distances.HausdorffAt(95), distances.Average, distances.SurfaceDice(1)],
                    score => Assert.True(double.IsNaN(score)));
                continue;
            }

            double[] all = [.. fromA, .. fromB];
            bool isMissed = fromA.Length == 0 || fromB.Length == 0;
            Assert.Equal(isMissed ? double.PositiveInfinity : all.Max(), distances.Hausdorff, 1e-12);
            Assert.Equal(isMissed ? double.PositiveInfinity : all.Average(), distances.Average, 1e-12);
            Assert.Equal((double)all.Count(distance => distance <= 1.5 + 1e-9) / all.Length, distances.SurfaceDice(1.5), 1e-12);
            if (!isMissed)
                Assert.Equal(Math.Max(Percentile(fromA, 95), Percentile(fromB, 95)), distances.HausdorffAt(95), 1e-12);
        }
    }

    // A square of 4 and the same one to the right by 2: of 12 border pixels each, 4 lie on the other's border.
    [Fact]
    public void ASquareThatIsMoved()
    {
        var shape = new LossShape(1, 1, 8, 10);
        bool[] Square(int left) => [.. Enumerable.Range(0, 80).Select(i => i / 10 is >= 2 and < 6 && i % 10 >= left && i % 10 < left + 4)];
        SurfaceDistances distances = SurfaceDistances.Between(Square(2), Square(4), shape, [1, 0.5]);

        // Two columns away at the left edge, one in the next, none in the two that both share.
        Assert.Equal(1, distances.Hausdorff);
        Assert.Equal(12, distances.FromPredicted.Length);
        Assert.Equal([0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1], distances.FromPredicted.ToArray());
        Assert.Equal(0.5, distances.Average);
        Assert.Equal(8 / 12D, distances.SurfaceDice(0.5));
        Assert.Equal(0.5, distances.HausdorffAt(50));
    }

    [Fact]
    public void MeansOverImagesAndClasses()
    {
        // Image 0: class 1 at 1..2 instead of 2..3; class 2 missed. Image 1: no class but 0. Image 2: class 1 right.
        long[] predicted = [0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], labels = [0, 0, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1];
        var metrics = new SurfaceMetrics(3, tolerance: 0.5);
        metrics.Accumulate(predicted, labels, new LossShape(3, 3, 5));
        Assert.Equal((2, 0), (metrics.Images(1), metrics.Missed(1)));
        Assert.Equal(0.5, metrics.Hausdorff(1));
        Assert.Equal(0.25, metrics.AverageDistance(1));
        Assert.Equal(0.75, metrics.SurfaceDice(1));
        Assert.Equal((1, 1), (metrics.Images(2), metrics.Missed(2)));
        Assert.Equal(double.PositiveInfinity, metrics.Hausdorff(2));
        Assert.Equal(0, metrics.SurfaceDice(2));
        Assert.Equal(0.375, metrics.MeanSurfaceDice());
        Assert.Equal(double.PositiveInfinity, metrics.MeanHausdorff());

        // A distance for what was missed; pieces add up; masks say the same.
        var stated = new SurfaceMetrics(3, tolerance: 0.5, missed: 10);
        stated.Accumulate(predicted.AsSpan(0, 5), labels.AsSpan(0, 5), new LossShape(1, 3, 5));
        var rest = new SurfaceMetrics(3, tolerance: 0.5, missed: 10);
        bool[] Masks(long[] classes) => [.. Enumerable.Range(0, 30).Select(i => classes[5 + (i / 15 * 5) + (i % 5)] == i / 5 % 3)];
        rest.Accumulate(Masks(predicted), Masks(labels), new LossShape(2, 3, 5));
        stated.Merge(rest);
        Assert.Equal(10, stated.Hausdorff(2));
        Assert.Equal(0.5, stated.Hausdorff(1));
        Assert.Equal(5.25, stated.MeanHausdorff());
        Assert.Equal(5.2375, stated.MeanHausdorffAtPercentile());
        Assert.Equal(5.125, stated.MeanAverageDistance());

        // No image has it.
        Assert.True(double.IsNaN(new SurfaceMetrics(2).MeanHausdorff()));
    }

    [Fact]
    public void IgnoredPixelsAreInNoMask()
    {
        var metrics = new SurfaceMetrics(2, ignoreIndex: 255);
        metrics.Accumulate([0, 1, 1, 1, 1], [0, 1, 1, 255, 255], new LossShape(1, 2, 5));
        Assert.Equal(0, metrics.Hausdorff(1));
        Assert.Equal(1, metrics.SurfaceDice(1));
    }

    [Fact]
    public void AnyNumberOfThreadsFindsTheSame()
    {
        var random = new Random(5);
        long[] predicted = [.. Enumerable.Range(0, 6 * 400).Select(_ => (long)random.Next(4))],
            labels = [.. predicted.Select(c => random.Next(3) > 0 ? c : random.Next(4))];
        int threads = LossRuntime.Threads;
        try
        {
            double[][] found = [.. new[] { 1, 2, 5 }.Select(count =>
            {
                LossRuntime.Threads = count;
                var metrics = new SurfaceMetrics(4);
                metrics.Accumulate(predicted, labels, new LossShape(6, 4, 20, 20), [1, 1.7]);
                return metrics.Values.ToArray();
            })];
            Assert.Equal(found[0], found[1]);
            Assert.Equal(found[0], found[2]);
        }
        finally
        {
            LossRuntime.Threads = threads;
        }
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        var metrics = new SurfaceMetrics(2);
        void Fails(string message, Action call) => Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(call).Message,
            StringComparison.Ordinal);
        Fails("'labels' has 2 at pixel 1 of image 1; classes are 0 to 1. Name an ignoreIndex", () => metrics.Accumulate(new long[4],
            [0, 0, 0, 2], new LossShape(2, 2, 2)));
        Fails("'predicted' has -1 at pixel 0 of image 0", () => metrics.Accumulate([-1, 0], new long[2], new LossShape(1, 2, 2)));
        Fails("'predicted' has 3 elements; the shape has 4, (N, S)", () => metrics.Accumulate(new long[3], new long[4],
            new LossShape(2, 2, 2)));
        Fails("The shape has 3 classes, and there are 2", () => metrics.Accumulate(new long[4], new long[4], new LossShape(2, 3, 2)));
        Fails("The spacing is 1 numbers, and images of the shape have 2 axes", () => metrics.Accumulate(new long[4], new long[4],
            new LossShape(1, 2, 2, 2), [1]));
        Fails("must be between 0 and 100", () => new SurfaceMetrics(2, percentile: 101));
        Fails("must be at least 0 and finite", () => new SurfaceMetrics(2, tolerance: -1));
        Fails("two masks are one image of one class", () => SurfaceDistances.Between(new bool[4], new bool[4], new LossShape(2, 1, 2)));
        Fails("percentile 95 and tolerance 1, these of 2, 50 and 1", () => new SurfaceMetrics(2, percentile: 50).Merge(metrics));
        Assert.True(metrics.Values.ToArray().All(value => value == 0));
    }

    // Some boxes, or none.
    private static bool[] Blob(int[] grid, Random random)
    {
        var mask = new bool[grid.Aggregate(1, (product, extent) => product * extent)];
        for (int boxes = random.Next(4); boxes > 0; boxes--)
        {
            (int, int)[] ranges = [.. grid.Select(extent => (random.Next(extent), random.Next(extent)))];
            for (int i = 0; i < mask.Length; i++)
                mask[i] |= Places(i, grid).Zip(ranges).All(pair => pair.First >= Math.Min(pair.Second.Item1, pair.Second.Item2)
                    && pair.First <= Math.Max(pair.Second.Item1, pair.Second.Item2));
        }

        return mask;
    }

    private static int[] Surface(bool[] mask, int[] grid) =>
        [.. Enumerable.Range(0, mask.Length).Where(i => mask[i] && Enumerable.Range(0, grid.Length).Any(axis =>
    {
        int[] places = Places(i, grid);
        int stride = grid.Skip(axis + 1).Aggregate(1, (product, extent) => product * extent);
        return places[axis] == 0 || places[axis] == grid[axis] - 1 || !mask[i - stride] || !mask[i + stride];
    }))];

    private static double[] Nearest(int[] from, int[] to, int[] grid, double[] spacing) =>
        [.. from.Select(i => to.Length == 0 ? double.PositiveInfinity : to.Min(k =>
        Math.Sqrt(Places(i, grid).Zip(Places(k, grid)).Select((pair, axis) => Math.Pow((pair.First - pair.Second) * (spacing.Length > 0
            ? spacing[axis] : 1), 2)).Sum()))).Order()];

    private static int[] Places(int i, int[] grid)
    {
        var places = new int[grid.Length];
        for (int axis = grid.Length - 1; axis >= 0; axis--)
            (i, places[axis]) = Math.DivRem(i, grid[axis]);
        return places;
    }

    private static double Percentile(double[] ordered, double percentile)
    {
        double place = percentile / 100 * (ordered.Length - 1);
        return ordered[(int)Math.Floor(place)] + ((place - Math.Floor(place)) * (ordered[(int)Math.Ceiling(place)]
            - ordered[(int)Math.Floor(place)]));
    }

    private static void Close(double[] wanted, ReadOnlySpan<double> found)
    {
        Assert.Equal(wanted.Length, found.Length);
        for (int i = 0; i < wanted.Length; i++)
            Assert.Equal(wanted[i], found[i], 1e-12 * Math.Max(1, double.IsFinite(wanted[i]) ? wanted[i] : 1));
    }
}
