namespace LossGen;

/// <summary>
/// Dice, intersection over union, F-beta, precision and recall of each class, from exact counts of pixels. Batches come in pieces:
/// <c>Accumulate</c> each, add up processes by all-reducing <see cref="Values"/> or by <see cref="Merge"/>, then read the scores. They are
/// hard scores of the predicted class; <see cref="SoftMetrics"/> has those of the probabilities.
/// </summary>
/// <remarks>
/// <para>With <see cref="Activation.Softmax"/> the class of the largest logit is predicted, the first of equal ones; likewise with <see
/// cref="Activation.Exp"/> and several classes. Otherwise each
/// class is predicted where its probability is above the threshold. Of a dense target a pixel is of a class where its number is above
/// 0.5.</para>
/// <para>A score that is 0 / 0 is NaN: precision of a class that is never predicted, recall of one that is never labelled, Dice and IoU of
/// one that is neither. Means leave NaN out.</para>
/// <para>Not for two threads at a time: give each its own, and merge.</para>
/// </remarks>
public sealed partial class SegmentationMetrics : ClassScores
{
    // True positives, false positives and false negatives of each class, then the pixels.
    private readonly long[] counts;
    private readonly long[] piece;
    private readonly bool usesLargest;
    private readonly double bound;

    /// <summary>Counts of nothing yet.</summary>
    /// <param name="classes">C. With one class that is not of a softmax, labels are 0 and 1, and 1 is the class.</param>
    /// <param name="activation">How logits become probabilities.</param>
    /// <param name="ignoreIndex">The label of pixels that are not counted, of dense targets the number of elements that are not; null for
    /// none.</param>
    /// <param name="threshold">The probability above which a class is predicted, between 0 and 1; without effect where the largest logit
    /// decides.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no class, or the threshold is not between 0 and 1.</exception>
    public SegmentationMetrics(int classes, Activation activation = Activation.Softmax, int? ignoreIndex = null, double threshold = 0.5)
        : base(nameof(SegmentationMetrics), classes, activation, ignoreIndex)
    {
        if (!(threshold > 0 && threshold < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(threshold), threshold, $"The threshold is {threshold}; it must be between 0 and 1.");
        }

        usesLargest = activation == Activation.Softmax || (activation == Activation.Exp && Classes > 1);
        bound = activation switch
        {
            Activation.Sigmoid => Math.Log(threshold / (1 - threshold)),
            Activation.Exp => Math.Log(threshold),
            _ => threshold,
        };
        counts = new long[(3 * classes) + 1];
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

    /// <inheritdoc/>
    private protected override double Hits(int c) => TruePositives(c);

    /// <inheritdoc/>
    private protected override double Wrong(int c) => FalsePositives(c);

    /// <inheritdoc/>
    private protected override double Missed(int c) => FalseNegatives(c);

    /// <summary>Adds the counts of another block.</summary>
    /// <param name="other">Counts of as many classes.</param>
    /// <exception cref="ArgumentException">It has another number of classes.</exception>
    public void Merge(SegmentationMetrics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Classes != Classes)
            throw new ArgumentException($"The counts are of {other.Classes} classes, these of {Classes}.", nameof(other));
        for (int i = 0; i < counts.Length; i++)
            counts[i] += other.counts[i];
    }

    /// <summary>Sets all counts to 0.</summary>
    public void Clear() => counts.AsSpan().Clear();
}
