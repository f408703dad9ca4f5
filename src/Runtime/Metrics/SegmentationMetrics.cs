using LossGen.Cpu;
using LossGen.Kernels;
using LossGen.Metrics;

namespace LossGen;

/// <summary>
/// Dice, intersection over union, F-beta, precision and recall of each class and of all, from exact counts of pixels. Batches come in
/// pieces: <c>Accumulate</c> each, add up processes by all-reducing <see cref="Values"/> or by <c>Merge</c>, then read the scores. They are
/// hard scores of the predicted class; <see cref="SoftMetrics"/> has those of the probabilities. They are of all pixels together;
/// <see cref="ImageMetrics"/> has those of each image and their means.
/// </summary>
/// <remarks>
/// <para>With <see cref="Activation.Softmax"/> the class of the largest logit is predicted, the first of equal ones; likewise with <see
/// cref="Activation.Exp"/> and several classes. Otherwise each
/// class is predicted where its probability is above the threshold. Of a dense target a pixel is of a class where its number is above
/// 0.5. No class is predicted by a logit that is NaN; where the first is, softmax predicts class 0.</para>
/// <para>A score that is 0 / 0 is NaN: precision of a class that is never predicted, recall of one that is never labelled, Dice and IoU of
/// one that is neither. Means leave NaN out. <see cref="AbsentClasses"/> makes it 0, 1 or -1.</para>
/// <para>Not for two threads at a time: give each its own, and merge.</para>
/// </remarks>
public sealed class SegmentationMetrics : ClassScores
{
    // True positives, false positives and false negatives of each class, then the pixels.
    private readonly long[] counts;
    private readonly long[] piece;
    private readonly PredictionRule rule;

    /// <summary>Counts of nothing yet.</summary>
    /// <param name="classes">C. With one class that is not of a softmax, labels are 0 and 1, and 1 is the class.</param>
    /// <param name="activation">How logits become probabilities.</param>
    /// <param name="ignoreIndex">The label of pixels that are not counted, of dense targets the number of elements that are not; null for
    /// none.</param>
    /// <param name="threshold">The probability above which a class is predicted, between 0 and 1; without effect where the largest logit
    /// decides.</param>
    /// <param name="ignoreIndices">More labels of pixels that are not counted; with several, targets are class indices.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no class, or the threshold is not between 0 and 1.</exception>
    public SegmentationMetrics(int classes, Activation activation = Activation.Softmax, int? ignoreIndex = null, double threshold = 0.5,
        IReadOnlyList<int>? ignoreIndices = null)
        : base(nameof(SegmentationMetrics), classes, activation, ignoreIndex, ignoreIndices)
    {
        rule = new(Definition, threshold);
        counts = new long[(3 * classes) + 1];
        piece = new long[counts.Length];
    }

    /// <summary>Counts that others have made, predicting alike.</summary>
    internal SegmentationMetrics(LossDefinition definition, PredictionRule rule, ReadOnlySpan<long> counts)
        : base(nameof(SegmentationMetrics), definition.Classes, definition.Activation, definition.IgnoreIndex,
        definition.OtherIgnoreIndices)
    {
        this.rule = rule;
        this.counts = counts.ToArray();
        piece = new long[counts.Length];
    }

    /// <summary>
    /// The counts, which add up over pieces: true positives of each class, false positives of each class, false negatives of each class,
    /// and the pixels that were counted.
    /// </summary>
    public Span<long> Values => counts;

    /// <summary>The pixels that were counted. With dense targets all of them, of which single elements may have been left out.</summary>
    public long Pixels => counts[3 * Classes];

    /// <summary>Pixels of the class that were predicted as such.</summary>
    public long TruePositives(int c) => counts[Check(c)];

    /// <summary>Pixels of other classes that were predicted as this one.</summary>
    public long FalsePositives(int c) => counts[Classes + Check(c)];

    /// <summary>Pixels of the class that were not predicted as such.</summary>
    public long FalseNegatives(int c) => counts[(2 * Classes) + Check(c)];

    /// <summary>Adds the counts of another block.</summary>
    /// <param name="other">Counts of as many classes.</param>
    /// <exception cref="ArgumentException">It has another number of classes.</exception>
    public void Merge(SegmentationMetrics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Classes != Classes)
            throw new ArgumentException($"The counts are of {other.Classes} classes, these of {Classes}.", nameof(other));
        StoredValues.Add(other.counts, counts);
    }

    /// <summary>Adds counts that were stored, or come from another process.</summary>
    /// <param name="values">3 C + 1 numbers: the <see cref="Values"/> of another block.</param>
    /// <exception cref="ArgumentException">They are of another number of classes, or no counts.</exception>
    public void Merge(ReadOnlySpan<long> values)
    {
        StoredValues.CheckLength(values.Length, counts.Length, $"3 C + 1, with C = {Classes}");
        StoredValues.CheckRows(values, Classes);
        StoredValues.Add(values, counts);
    }

    /// <summary>Sets all counts to 0.</summary>
    public void Clear() => counts.AsSpan().Clear();

    private protected override double? Class(ScoreFormula formula, int c) => Scores.Class(formula, c);

    private protected override double? Average(ScoreFormula formula, bool includeBackground, ClassAverage average) =>
        Scores.Average(formula, includeBackground, average);

    private protected override double? Generalized(bool includeBackground, VolumeWeights weights) =>
        Scores.Generalized(includeBackground, weights);

    private protected override unsafe void CountPiece<T, TTarget>(
        in PredictionSource predicted, TTarget* target, in LabelSource source, LossShape shape)
    {
        piece.AsSpan().Clear();
        PixelCounter<T>.Count(Definition, rule, predicted, target, source, shape, piece);
        StoredValues.Add(piece, counts);
    }

    private ScoreCounts<long> Scores => new(counts, Classes, AbsentClasses);
}
