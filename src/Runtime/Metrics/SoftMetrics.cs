using LossGen.Metrics;

namespace LossGen;

/// <summary>
/// Soft Dice, intersection over union, F-beta, precision and recall of each class and of all: counts of pixels by their probabilities p,
/// <c>tp = sum(p * y)</c>, <c>fp = sum(p * (1 - y))</c> and
/// <c>fn = sum((1 - p) * y)</c>, which are the statistics of region losses. Batches come in pieces: <c>Accumulate</c> each, add up
/// processes by all-reducing <see cref="Values"/> or by
/// <c>Merge</c>, then read the scores.
/// </summary>
/// <remarks>
/// <para>They do not depend on a threshold, and say by how much a loss without smoothing is above what it could be. <see
/// cref="SegmentationMetrics"/> has the hard scores.</para>
/// <para>Not for two threads at a time: give each its own, and merge.</para>
/// </remarks>
public sealed unsafe partial class SoftMetrics : ClassScores
{
    // True positives, false positives and false negatives of each class, then the pixels.
    private readonly double[] sums;
    private readonly double[] piece;

    /// <summary>Sums of nothing yet.</summary>
    /// <param name="classes">C. With one class that is not of a softmax, labels are 0 and 1, and 1 is the class.</param>
    /// <param name="activation">How logits become probabilities.</param>
    /// <param name="ignoreIndex">The label of pixels that are not counted, of dense targets the number of elements that are not; null for
    /// none.</param>
    /// <param name="ignoreIndices">More labels of pixels that are not counted; with several, targets are class indices.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no class.</exception>
    public SoftMetrics(int classes, Activation activation = Activation.Softmax, int? ignoreIndex = null, IReadOnlyList<int>? ignoreIndices =
        null)
        : base(nameof(SoftMetrics), classes, activation, ignoreIndex, ignoreIndices)
    {
        sums = new double[(3 * classes) + 1];
        piece = new double[sums.Length];
    }

    /// <summary>
    /// The sums, which add up over pieces: true positives of each class, false positives of each class, false negatives of each class, and
    /// the pixels that were counted.
    /// </summary>
    public Span<double> Values => sums;

    /// <summary>The pixels that were counted. With dense targets all of them, of which single elements may have been left out.</summary>
    public double Pixels => sums[3 * Classes];

    /// <summary>The probability that pixels of the class have of it.</summary>
    public double TruePositives(int c) => sums[Check(c)];

    /// <summary>The probability that other pixels have of the class.</summary>
    public double FalsePositives(int c) => sums[Classes + Check(c)];

    /// <summary>The probability of the class that its pixels lack.</summary>
    public double FalseNegatives(int c) => sums[(2 * Classes) + Check(c)];

    /// <summary>Adds the sums of another block.</summary>
    /// <param name="other">Sums of as many classes.</param>
    /// <exception cref="ArgumentException">It has another number of classes.</exception>
    public void Merge(SoftMetrics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Classes != Classes)
            throw new ArgumentException($"The sums are of {other.Classes} classes, these of {Classes}.", nameof(other));
        StoredValues.Add(other.sums, sums);
    }

    /// <summary>Adds sums that were stored, or come from another process.</summary>
    /// <param name="values">3 C + 1 numbers: the <see cref="Values"/> of another block.</param>
    /// <exception cref="ArgumentException">They are of another number of classes.</exception>
    public void Merge(ReadOnlySpan<double> values)
    {
        StoredValues.CheckLength(values.Length, sums.Length, $"3 C + 1, with C = {Classes}");
        StoredValues.Add(values, sums);
    }

    /// <summary>Sets all sums to 0.</summary>
    public void Clear() => sums.AsSpan().Clear();

    private protected override double? Class(ScoreFormula formula, int c) => Scores.Class(formula, c);

    private protected override double? Average(ScoreFormula formula, bool includeBackground, ClassAverage average) =>
        Scores.Average(formula, includeBackground, average);

    private protected override double? Generalized(bool includeBackground, VolumeWeights weights) =>
        Scores.Generalized(includeBackground, weights);

    private ScoreCounts<double> Scores => new(sums, Classes, AbsentClasses);
}
