using Xunit;

namespace LossGen.Runtime.Tests;

/// <summary>Distance maps against the distance to each pixel, one after the other.</summary>
public sealed class DistanceMapTests
{
    public static TheoryData<int[], double[], int> Images()
    {
        var data = new TheoryData<int[], double[], int>();
        int[][] extents = [[1], [9], [40], [1, 1], [1, 13], [13, 1], [7, 19], [24, 33], [1, 1, 5], [3, 1, 4], [4, 5, 6], [6, 9, 11]];
        foreach (int[] grid in extents)
        {
            for (int oneIn = 1; oneIn <= 40; oneIn = (oneIn * 4) + 1)
            {
                data.Add(grid, [], oneIn);
                data.Add(grid, [.. grid.Select((_, axis) => new[] { 3, 0.7, 1.25 }[axis])], oneIn);
            }
        }

        // Sources that are farther away than places are tried, beside some that are not.
        data.Add([3, 200], [], 300);
        data.Add([200, 11], [3, 0.7], 500);
        data.Add([150, 67], [0.7, 1.25], 2500);
        data.Add([2, 90, 70], [3, 0.7, 1.25], 3000);
        return data;
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void IsTheDistanceToTheNearest(int[] grid, double[] spacing, int oneIn)
    {
        const int images = 2, classes = 2;
        LossShape shape = Shape(images, classes, grid);
        int pixels = (int)shape.Pixels;
        var random = new Random((pixels * 7) + oneIn);
        bool[] condition = [.. Enumerable.Range(0, images * classes * pixels).Select(_ => random.Next(oneIn + 1) != 0)];
        var distances = new double[condition.Length];
        var single = new float[condition.Length];
        DistanceMap.Euclidean(condition, distances, shape, spacing);
        DistanceMap.Euclidean(condition, single, shape, spacing);
        for (int i = 0; i < condition.Length; i++)
        {
            double wanted = condition[i] ? Nearest(condition, i, pixels, grid, spacing) : 0;
            Assert.Equal(wanted, distances[i], 1e-12 * Math.Max(1, wanted));
            Assert.Equal(wanted, single[i], 1e-6 * Math.Max(1, wanted));
        }
    }

    [Fact]
    public void SignedDistancesAreThoseOfTheBoundaryLoss()
    {
        long[] labels = [0, 0, 1, 1, 1, 0, 7];
        var distances = new float[14];
        DistanceMap.Signed(labels, distances, new LossShape(1, 2, labels.Length));
        Assert.Equal([-1, 0, 1, 2, 1, 0, 1, 2, 1, 0, -1, 0, 1, 2], distances);

        // Nowhere, or everywhere.
        DistanceMap.Signed(new long[7], distances, new LossShape(1, 2, labels.Length));
        Assert.All(distances, distance => Assert.Equal(0, distance));
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        var shape = new LossShape(1, 1, 2, 3);
        Assert.Contains("'condition' has 5 elements; the shape has 6",
            Assert.Throws<ArgumentException>(() => DistanceMap.Euclidean(new bool[5], new float[6], shape)).Message,
            StringComparison.Ordinal);
        Assert.Contains("The spacing is 3 numbers, and images of the shape have 2 axes",
            Assert.Throws<ArgumentException>(() => DistanceMap.Euclidean(new bool[6], new float[6], shape, [1, 1, 1])).Message,
            StringComparison.Ordinal);
        Assert.Contains("has to be above 0", Assert.Throws<ArgumentException>(() => DistanceMap.Euclidean(new bool[6], new float[6], shape,
            [1, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("'labels' has 5 elements", Assert.Throws<ArgumentException>(() => DistanceMap.Signed(new long[5], new float[6],
            shape)).Message, StringComparison.Ordinal);
    }

    internal static LossShape Shape(int images, int classes, int[] grid) => grid.Length switch
    {
        1 => new(images, classes, grid[0]),
        2 => new(images, classes, grid[0], grid[1]),
        _ => new(images, classes, grid[0], grid[1], grid[2]),
    };

    private static double Nearest(bool[] condition, int pixel, int pixels, int[] grid, double[] spacing)
    {
        int[] own = Place(pixel % pixels, grid);
        double least = double.PositiveInfinity;
        for (int other = 0; other < pixels; other++)
        {
            if (condition[pixel - (pixel % pixels) + other])
                continue;
            int[] place = Place(other, grid);
            least = Math.Min(least, Math.Sqrt(place.Select((p, axis) => Math.Pow((p - own[axis]) * (spacing.Length == 0 ? 1
                : spacing[axis]), 2)).Sum()));
        }

        return double.IsPositiveInfinity(least) ? 0 : least;
    }

    private static int[] Place(int pixel, int[] grid)
    {
        var place = new int[grid.Length];
        for (int axis = grid.Length - 1; axis >= 0; axis--)
            (pixel, place[axis]) = Math.DivRem(pixel, grid[axis]);
        return place;
    }
}
