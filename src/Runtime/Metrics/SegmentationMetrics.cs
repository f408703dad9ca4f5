namespace LossGen;

/// <summary>
/// Dice, intersection over union, F-beta, precision and recall of each class, from exact counts of pixels. Batches come in pieces: <c>Accumulate</c> each, add up processes
/// by all-reducing <see cref="Values"/> or by <see cref="Merge"/>, then read the scores. They are hard scores of the predicted class; the soft ones are the terms' shares
/// (<see cref="LossComponents"/>).
/// </summary>
/// <remarks>
/// <para>With <see cref="Activation.Softmax"/> the class of the largest logit is predicted, the first of equal ones; likewise with <see cref="Activation.Exp"/> and several classes. Otherwise each
/// class is predicted where its probability is above the threshold.</para>
/// <para>A score that is 0 / 0 is NaN: precision of a class that is never predicted, recall of one that is never labelled, Dice and IoU of one that is neither. Means leave NaN out.</para>
/// <para>Not for two threads at a time: give each its own, and merge.</para>
/// </remarks>
public sealed partial class SegmentationMetrics
{
    // True positives, false positives and false negatives of each class, then the pixels.
    private readonly long[] counts;
    private readonly long[] piece;
    private readonly LossDefinition definition;
    private readonly int classes;
    private readonly bool usesLargest;
    private readonly double bound;

    /// <summary>Counts of nothing yet.</summary>
    /// <param name="classes">C. With one class that is not of a softmax, labels are 0 and 1, and 1 is the class.</param>
    /// <param name="activation">How logits become probabilities.</param>
    /// <param name="ignoreIndex">The label of pixels that are not counted, of dense targets the number of elements that are not; null for none.</param>
    /// <param name="threshold">The probability above which a class is predicted, between 0 and 1; without effect where the largest logit decides.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no class, or the threshold is not between 0 and 1.</exception>
    public SegmentationMetrics(int classes, Activation activation = Activation.Softmax, int? ignoreIndex = null, double threshold = 0.5)
    {
        if (classes < 1)
            throw new ArgumentOutOfRangeException(nameof(classes), classes, $"There are {classes} classes; there must be at least 1.");
        if (!(threshold > 0 && threshold < 1))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, $"The threshold is {threshold}; it must be between 0 and 1.");
        this.classes = classes;
        definition = new() { Name = nameof(SegmentationMetrics), Activation = activation, Classes = classes, IgnoreIndex = ignoreIndex };
        usesLargest = activation == Activation.Softmax || (activation == Activation.Exp && classes > 1);
        bound = activation switch
        {
            Activation.Sigmoid => Math.Log(threshold / (1 - threshold)),
            Activation.Exp => Math.Log(threshold),
            _ => threshold,
        };
        counts = new long[(3 * classes) + 1];
        piece = new long[counts.Length];
    }

    /// <summary>C.</summary>
    public int Classes => classes;

    /// <summary>The counts, which add up over pieces: true positives of each class, false positives of each class, false negatives of each class, and the pixels that were counted.</summary>
    public Span<long> Values => counts;

    /// <summary>The pixels that were counted. With dense targets all of them, of which single elements may have been left out.</summary>
    public long Pixels => counts[3 * classes];

    /// <summary>Pixels of the class that were predicted as such.</summary>
    public long TruePositives(int c) => counts[Check(c)];

    /// <summary>Pixels of other classes that were predicted as this one.</summary>
    public long FalsePositives(int c) => counts[classes + Check(c)];

    /// <summary>Pixels of the class that were not predicted as such.</summary>
    public long FalseNegatives(int c) => counts[(2 * classes) + Check(c)];

    /// <summary><c>2 tp / (2 tp + fp + fn)</c>, from 0 to 1.</summary>
    public double Dice(int c) => FBeta(c, 1);

    /// <summary>Intersection over union (Jaccard): <c>tp / (tp + fp + fn)</c>, from 0 to 1.</summary>
    public double Iou(int c) => (double)TruePositives(c) / (TruePositives(c) + FalsePositives(c) + FalseNegatives(c));

    /// <summary><c>(1 + beta^2) tp / ((1 + beta^2) tp + beta^2 fn + fp)</c>, from 0 to 1: above 1, beta makes recall count more than precision.</summary>
    /// <param name="c">The class.</param>
    /// <param name="beta">At least 0.</param>
    public double FBeta(int c, double beta)
    {
        if (!(beta >= 0))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, $"beta is {beta}; it must be at least 0.");
        double square = beta * beta, above = (1 + square) * TruePositives(c);
        return above / (above + (square * FalseNegatives(c)) + FalsePositives(c));
    }

    /// <summary>How much of what is predicted is right: <c>tp / (tp + fp)</c>.</summary>
    public double Precision(int c) => (double)TruePositives(c) / (TruePositives(c) + FalsePositives(c));

    /// <summary>How much of what is labelled is found (sensitivity): <c>tp / (tp + fn)</c>.</summary>
    public double Recall(int c) => (double)TruePositives(c) / (TruePositives(c) + FalseNegatives(c));

    /// <summary>The mean of <see cref="Dice"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    public double MeanDice(bool includeBackground = true) => Mean(Dice, includeBackground);

    /// <summary>The mean of <see cref="Iou"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    public double MeanIou(bool includeBackground = true) => Mean(Iou, includeBackground);

    /// <summary>Adds the counts of another block.</summary>
    /// <param name="other">Counts of as many classes.</param>
    /// <exception cref="ArgumentException">It has another number of classes.</exception>
    public void Merge(SegmentationMetrics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.classes != classes)
            throw new ArgumentException($"The counts are of {other.classes} classes, these of {classes}.", nameof(other));
        for (int i = 0; i < counts.Length; i++)
            counts[i] += other.counts[i];
    }

    /// <summary>Sets all counts to 0.</summary>
    public void Clear() => counts.AsSpan().Clear();

    private double Mean(Func<int, double> score, bool includeBackground)
    {
        double sum = 0;
        int found = 0;
        for (int c = includeBackground ? 0 : 1; c < classes; c++)
        {
            double own = score(c);
            if (double.IsNaN(own))
                continue;
            sum += own;
            found++;
        }

        return sum / found;
    }

    private int Check(int c) => (uint)c < (uint)classes
        ? c
        : throw new ArgumentOutOfRangeException(nameof(c), c, $"There is no class {c}; there are {classes}, counted from 0.");
}
