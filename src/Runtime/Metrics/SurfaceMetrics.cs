using System.Globalization;
using LossGen.Cpu;
using LossGen.Metrics;

namespace LossGen;

/// <summary>
/// Distances between the surfaces of predicted and labelled masks, for each class a mean over images: Hausdorff distance (the largest, and
/// a percentile), average surface distance, and surface Dice. Batches come in pieces, and processes add up by all-reducing
/// <see cref="Values"/>.
/// </summary>
/// <remarks>
/// <para><see cref="SurfaceDistances"/> says what each is of two masks. An image that has a class in neither mask counts for nothing there.
/// Where only one has it, the class was missed or made up: distances are what the constructor was told, infinite if nothing, and the
/// surface Dice is 0; <see cref="Missed"/> says how many.</para>
/// <para>A mean of no image is NaN, and means over classes leave it out. Not for two threads at a time; it uses several itself.</para>
/// </remarks>
public sealed class SurfaceMetrics
{
    private const int Scores = 6;

    private readonly double[] values;
    private readonly double missed;
    private readonly int[] otherIgnored;

    /// <summary>Means of nothing yet.</summary>
    /// <param name="classes">C.</param>
    /// <param name="percentile">What <see cref="HausdorffAtPercentile"/> is of, from 0 to 100.</param>
    /// <param name="tolerance">
    /// Of <see cref="SurfaceDice"/>, in the unit of the spacing: what two people who draw the same outline differ by.
    /// </param>
    /// <param name="ignoreIndex">The label of pixels that are in no mask, whatever is predicted there; null for none.</param>
    /// <param name="missed">The distance that counts where only one of both masks has a pixel, such as an image's diagonal.</param>
    /// <param name="ignoreIndices">More labels of such pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no class, or a number is no percentile or no distance.</exception>
    public SurfaceMetrics(int classes, double percentile = 95, double tolerance = 1, int? ignoreIndex = null, double missed =
        double.PositiveInfinity, IReadOnlyList<int>? ignoreIndices = null)
    {
        PixelMetric.CheckClasses(classes);
        SurfaceDistances.CheckPercentile(percentile);
        SurfaceDistances.CheckTolerance(tolerance);
        if (!(missed >= 0))
            throw new ArgumentOutOfRangeException(nameof(missed), missed,
                $"The distance of what was missed is {Text(missed)}; it must be at least 0.");
        Classes = classes;
        Percentile = percentile;
        Tolerance = tolerance;
        (IgnoreIndex, otherIgnored) = PixelMetric.Ignored(ignoreIndex, ignoreIndices);
        this.missed = missed;
        values = new double[Scores * classes];
    }

    /// <summary>C.</summary>
    public int Classes { get; }

    /// <summary>What <see cref="HausdorffAtPercentile"/> is of, from 0 to 100.</summary>
    public double Percentile { get; }

    /// <summary>Of <see cref="SurfaceDice"/>, in the unit of the spacing.</summary>
    public double Tolerance { get; }

    /// <summary>The label of pixels that are in no mask; of several the first.</summary>
    public int? IgnoreIndex { get; }

    /// <summary>Sums over images of each class: six numbers a class, which add up over pieces.</summary>
    public Span<double> Values => values;

    /// <summary>Measures a piece of class indices. Nothing is counted if an argument is wrong.</summary>
    /// <param name="predicted">(N, S), the class predicted of each pixel.</param>
    /// <param name="labels">(N, S), the class of each pixel, or the ignored label.</param>
    /// <param name="shape">The extents; it says how many axes an image has.</param>
    /// <param name="spacing">The distance of neighbours along each axis of an image, slices first; all 1 where none is given.</param>
    /// <exception cref="ArgumentException">A span or the spacing does not fit the shape, or a number is no class.</exception>
    public void Accumulate(ReadOnlySpan<long> predicted, ReadOnlySpan<long> labels, LossShape shape, ReadOnlySpan<double> spacing = default)
    {
        Check(shape);
        int pixels = checked((int)shape.Pixels), count = shape.Batch * pixels;
        DistanceMap.Fits(predicted.Length, count, nameof(predicted), "(N, S)");
        DistanceMap.Fits(labels.Length, count, nameof(labels), "(N, S)");
        for (int i = 0; i < count; i++)
        {
            bool isIgnored = IsIgnored(labels[i]);
            if (!isIgnored)
                CheckClass(labels[i], nameof(labels), i, pixels);
            if (!isIgnored || !IsIgnored(predicted[i]))
                CheckClass(predicted[i], nameof(predicted), i, pixels);
        }

        long[] ofPredicted = predicted.ToArray(), ofLabels = labels.ToArray();
        Measure(shape, spacing, (plane, masks) =>
        {
            (int image, int c) = Math.DivRem(plane, Classes);
            ReadOnlySpan<long> x = ofPredicted.AsSpan(image * pixels, pixels), y = ofLabels.AsSpan(image * pixels, pixels);
            for (int s = 0; s < pixels; s++)
            {
                bool counts = !IsIgnored(y[s]);
                masks.Predicted[s] = counts && x[s] == c;
                masks.Labelled[s] = counts && y[s] == c;
            }
        });
    }

    /// <summary>Measures a piece of masks, of which several may hold a pixel. Nothing is counted if an argument is wrong.</summary>
    /// <param name="predicted">(N, C, S).</param>
    /// <param name="labelled">(N, C, S).</param>
    /// <param name="shape">The extents; it says how many axes an image has.</param>
    /// <param name="spacing">The distance of neighbours along each axis of an image, slices first; all 1 where none is given.</param>
    /// <exception cref="ArgumentException">A span or the spacing does not fit the shape.</exception>
    public void Accumulate(ReadOnlySpan<bool> predicted, ReadOnlySpan<bool> labelled, LossShape shape, ReadOnlySpan<double> spacing =
        default)
    {
        Check(shape);
        int pixels = checked((int)shape.Pixels);
        long count = (long)shape.Batch * Classes * pixels;
        DistanceMap.Fits(predicted.Length, count, nameof(predicted), "(N, C, S)");
        DistanceMap.Fits(labelled.Length, count, nameof(labelled), "(N, C, S)");
        bool[] ofPredicted = predicted.ToArray(), ofLabelled = labelled.ToArray();
        Measure(shape, spacing, (plane, masks) =>
        {
            ofPredicted.AsSpan(plane * pixels, pixels).CopyTo(masks.Predicted);
            ofLabelled.AsSpan(plane * pixels, pixels).CopyTo(masks.Labelled);
        });
    }

    /// <summary>The images that have the class in one of both masks.</summary>
    public long Images(int c) => (long)values[Scores * Check(c)];

    /// <summary>The images that have the class in only one of both masks.</summary>
    public long Missed(int c) => (long)values[(Scores * Check(c)) + 1];

    /// <summary>The mean of the largest distances.</summary>
    public double Hausdorff(int c) => Mean(c, 2);

    /// <summary>The mean of the <see cref="Percentile"/>-th percentiles of the distances.</summary>
    public double HausdorffAtPercentile(int c) => Mean(c, 3);

    /// <summary>The mean of the average symmetric surface distances.</summary>
    public double AverageDistance(int c) => Mean(c, 4);

    /// <summary>The mean of the normalised surface Dice, from 0 to 1.</summary>
    public double SurfaceDice(int c) => Mean(c, 5);

    /// <summary>The mean of <see cref="Hausdorff"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    public double MeanHausdorff(bool includeBackground = false) => Mean(Hausdorff, includeBackground);

    /// <summary>The mean of <see cref="HausdorffAtPercentile"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    public double MeanHausdorffAtPercentile(bool includeBackground = false) => Mean(HausdorffAtPercentile, includeBackground);

    /// <summary>The mean of <see cref="AverageDistance"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    public double MeanAverageDistance(bool includeBackground = false) => Mean(AverageDistance, includeBackground);

    /// <summary>The mean of <see cref="SurfaceDice"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    public double MeanSurfaceDice(bool includeBackground = false) => Mean(SurfaceDice, includeBackground);

    /// <summary>Adds what another block has found.</summary>
    /// <param name="other">Of as many classes, with the same percentile and tolerance.</param>
    /// <exception cref="ArgumentException">It measures something else.</exception>
    public void Merge(SurfaceMetrics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Classes != Classes || other.Percentile != Percentile || other.Tolerance != Tolerance)
        {
            throw new ArgumentException(
                $"The others are of {other.Classes} classes, percentile {Text(other.Percentile)} and tolerance {Text(other.Tolerance)}, these of {Classes}, {Text(Percentile)} and {Text(Tolerance)}.", nameof(other));
        }

        StoredValues.Add(other.values, values);
    }

    /// <summary>
    /// Adds sums that were stored, or come from another process: of the same percentile and tolerance, which they do not say.
    /// </summary>
    /// <param name="values">6 C numbers: the <see cref="Values"/> of another block.</param>
    /// <exception cref="ArgumentException">They are of another number of classes.</exception>
    public void Merge(ReadOnlySpan<double> values)
    {
        StoredValues.CheckLength(values.Length, this.values.Length, $"6 C, with C = {Classes}");
        StoredValues.Add(values, this.values);
    }

    /// <summary>Sets all sums to 0.</summary>
    public void Clear() => values.AsSpan().Clear();

    private bool IsIgnored(long label) => label == IgnoreIndex || Array.Exists(otherIgnored, other => other == label);

    // Images and classes side by side, their scores added up in order.
    private void Measure(LossShape shape, ReadOnlySpan<double> spacing, Action<int, (bool[] Predicted, bool[] Labelled)> masksOf)
    {
        var grid = new ImageGrid(shape.Dimensions, shape.Depth, shape.Height, shape.Width);
        double[] steps = DistanceMap.Spacing(spacing, grid.Dimensions);
        int pixels = checked((int)shape.Pixels);
        var found = new SurfaceDistances[shape.Batch * Classes];
        Parallel.For(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = LossRuntime.Threads },
            () => (new bool[pixels], new bool[pixels]), (plane, _, masks) =>
        {
            masksOf(plane, masks);
            found[plane] = SurfaceDistances.Between(masks.Item1, masks.Item2, grid, steps);
            return masks;
        }, _ => { });
        for (int plane = 0; plane < found.Length; plane++)
            Add(plane % Classes, found[plane]);
    }

    private void Add(int c, SurfaceDistances distances)
    {
        int predicted = distances.FromPredicted.Length, labelled = distances.FromLabelled.Length;
        if (predicted + labelled == 0)
            return;
        bool isMissed = predicted == 0 || labelled == 0;
        Span<double> own = values.AsSpan(Scores * c, Scores);
        own[0]++;
        own[1] += isMissed ? 1 : 0;
        own[2] += isMissed ? missed : distances.Hausdorff;
        own[3] += isMissed ? missed : distances.HausdorffAt(Percentile);
        own[4] += isMissed ? missed : distances.Average;
        own[5] += distances.SurfaceDice(Tolerance);
    }

    private double Mean(int c, int score) => values[(Scores * Check(c)) + score] / values[Scores * c];

    // Over the classes that have one.
    private double Mean(Func<int, double> score, bool includeBackground)
    {
        var mean = default(ScoreMean);
        for (int c = includeBackground ? 0 : 1; c < Classes; c++)
            mean.Add(score(c) is var own && double.IsNaN(own) ? null : own);
        return mean.Value ?? double.NaN;
    }

    private int Check(int c) => PixelMetric.Check(c, Classes);

    private void Check(LossShape shape)
    {
        if (shape.Classes != Classes)
            throw new ArgumentException($"The shape has {shape.Classes} classes, and there are {Classes}.", nameof(shape));
    }

    private void CheckClass(long number, string name, int at, int pixels)
    {
        if ((ulong)number >= (ulong)Classes)
        {
            throw new ArgumentException(
                $"'{name}' has {number} at pixel {at % pixels} of image {at / pixels}; classes are 0 to {Classes - 1}." + (name == "labels"
                    ? " Name an ignoreIndex if it is no class." : ""), name);
        }
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
