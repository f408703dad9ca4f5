using System.Globalization;
using LossGen.Cpu;

namespace LossGen;

/// <summary>
/// How far the surfaces of two masks of an image lie apart: the distance of each surface pixel of one to the nearest surface pixel of the
/// other, both ways. <see cref="SurfaceMetrics"/> takes the means over images and classes.
/// </summary>
/// <remarks>
/// <para>A pixel of a mask is on its surface where one of its neighbours along an axis (four in an image, six in a volume) is not in the
/// mask, or beyond the edge of the image; so MONAI has it. Distances are between the middles of pixels, in the unit of the spacing, and
/// each surface pixel counts the same. The maximum, percentiles and means of these distances follow: "Metrics reloaded", L. Maier-Hein et
/// al., Nature Methods 2024.</para>
/// <para>
/// Where neither mask has a pixel there is nothing to measure, and each score is NaN. Where only one has, distances are infinite and the
/// surface Dice is 0.
/// </para>
/// </remarks>
public sealed class SurfaceDistances
{
    private readonly double[] predicted;
    private readonly double[] labelled;

    private SurfaceDistances(double[] predicted, double[] labelled)
    {
        this.predicted = predicted;
        this.labelled = labelled;
    }

    /// <summary>From each surface pixel of what was predicted to the nearest surface pixel of what is labelled, in rising order.</summary>
    public ReadOnlySpan<double> FromPredicted => predicted;

    /// <summary>From each surface pixel of what is labelled to the nearest surface pixel of what was predicted, in rising order.</summary>
    public ReadOnlySpan<double> FromLabelled => labelled;

    /// <summary>The largest distance, of both ways.</summary>
    public double Hausdorff => HausdorffAt(100);

    /// <summary>The mean of all distances of both ways: the average symmetric surface distance.</summary>
    public double Average => predicted.Length + labelled.Length == 0 ? double.NaN : (predicted.Sum() + labelled.Sum()) / (predicted.Length
        + labelled.Length);

    /// <summary>Measures two masks of one image.</summary>
    /// <param name="predicted">S truth values.</param>
    /// <param name="labelled">S truth values.</param>
    /// <param name="shape">The extents of the image; one image, one class.</param>
    /// <param name="spacing">The distance of neighbours along each axis of an image, slices first; all 1 where none is given.</param>
    /// <exception cref="ArgumentException">A mask or the spacing does not fit the shape.</exception>
    public static SurfaceDistances Between(ReadOnlySpan<bool> predicted, ReadOnlySpan<bool> labelled, LossShape shape,
        ReadOnlySpan<double> spacing = default)
    {
        if (shape.Batch != 1 || shape.Classes != 1)
            throw new ArgumentException($"The shape has {shape.Batch} images and {shape.Classes} classes; two masks are one image of one class. SurfaceMetrics takes batches.", nameof(shape));
        DistanceMap.Fits(predicted.Length, shape.Pixels, nameof(predicted), "S");
        DistanceMap.Fits(labelled.Length, shape.Pixels, nameof(labelled), "S");
        var grid = new ImageGrid(shape.Dimensions, shape.Depth, shape.Height, shape.Width);
        return Between(predicted, labelled, grid, DistanceMap.Spacing(spacing, grid.Dimensions));
    }

    internal static SurfaceDistances Between(ReadOnlySpan<bool> predicted, ReadOnlySpan<bool> labelled, in ImageGrid grid, double[] spacing)
    {
        MaskBox box = MaskBox.Around(predicted, labelled, grid);
        if (box.IsEmpty)
            return new([], []);
        bool[] ofPredicted = box.Surface(predicted), ofLabelled = box.Surface(labelled);
        return new(Distances(ofPredicted, ofLabelled, box.Grid, spacing), Distances(ofLabelled, ofPredicted, box.Grid, spacing));
    }

    /// <summary>
    /// A percentile of the distances, the larger of both ways; 95 leaves out what a few stray pixels make of <see cref="Hausdorff"/>.
    /// Between two distances it is interpolated linearly, as numpy does.
    /// </summary>
    /// <param name="percentile">From 0 to 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is no percentile.</exception>
    public double HausdorffAt(double percentile)
    {
        CheckPercentile(percentile);
        return predicted.Length + labelled.Length == 0 ? double.NaN : Math.Max(At(predicted, percentile), At(labelled, percentile));
    }

    /// <summary>
    /// The share of the surface pixels of both masks that lie within a tolerance of the other's surface: the normalised surface Dice, from
    /// 0 to 1.
    /// </summary>
    /// <param name="tolerance">In the unit of the spacing, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is no distance.</exception>
    /// <remarks>S. Nikolov et al., "Clinically Applicable Segmentation of Head and Neck Anatomy for Radiotherapy", JMIR 2021.</remarks>
    public double SurfaceDice(double tolerance)
    {
        CheckTolerance(tolerance);
        return (double)(Within(predicted, tolerance) + Within(labelled, tolerance)) / (predicted.Length + labelled.Length);
    }

    /// <summary>Throws for what is no percentile.</summary>
    internal static void CheckPercentile(double percentile)
    {
        if (!(percentile >= 0 && percentile <= 100))
            throw new ArgumentOutOfRangeException(nameof(percentile), percentile,
                $"The percentile is {percentile.ToString(CultureInfo.InvariantCulture)}; it must be between 0 and 100.");
    }

    /// <summary>Throws for what is no tolerance.</summary>
    internal static void CheckTolerance(double tolerance)
    {
        if (!(tolerance >= 0) || double.IsInfinity(tolerance))
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance,
                $"The tolerance is {tolerance.ToString(CultureInfo.InvariantCulture)}; it must be at least 0 and finite.");
    }

    // Of the other mask nothing, and so infinite, or the distances in rising order.
    private static unsafe double[] Distances(bool[] from, bool[] to, in ImageGrid grid, double[] spacing)
    {
        int count = from.Count(isSurface => isSurface);
        var distances = new double[count];
        if (!to.Contains(true))
        {
            distances.AsSpan().Fill(double.PositiveInfinity);
            return distances;
        }

        double[] sources = Array.ConvertAll(to, isSurface => isSurface ? 1D : 0), map = new double[to.Length],
            scratch = new double[EuclideanDistance<double>.ScratchLength(grid)];
        fixed (double* source = sources, result = map, memory = scratch)
            EuclideanDistance<double>.Transform(grid, spacing, source, result, memory);
        for (int i = 0, k = 0; i < from.Length; i++)
        {
            if (from[i])
                distances[k++] = map[i];
        }

        Array.Sort(distances);
        return distances;
    }

    private static double At(double[] distances, double percentile)
    {
        if (distances.Length == 0)
            return double.PositiveInfinity;
        double place = percentile / 100 * (distances.Length - 1);
        int below = (int)place, above = Math.Min(below + 1, distances.Length - 1);
        return double.IsInfinity(distances[above]) ? distances[above]
            : distances[below] + ((place - below) * (distances[above] - distances[below]));
    }

    // Distances of equal pixels are equal up to the rounding of a square root.
    private static int Within(double[] distances, double tolerance) => distances.Count(distance => distance <= tolerance * (1 + 1e-12));
}
