using LossGen.Metrics;

namespace LossGen;

/// <summary>
/// How many pixels of each label were predicted as each class, and what follows from it: accuracy, balanced accuracy, Cohen's kappa, the
/// Matthews correlation. Batches come in pieces: <c>Accumulate</c> each, add up processes by all-reducing <see cref="Values"/> or by
/// <c>Merge</c>, then read.
/// </summary>
/// <remarks>
/// <para>A pixel needs one label and one predicted class: class indices, and the class of the largest logit. A single class that is not of
/// a softmax (labels 0 and 1, or one number a pixel that is above 0.5) makes a matrix of two: not the class, and the class. Where each of
/// several classes is predicted by itself, and with dense targets of several classes, there is no such matrix;
/// <see cref="SegmentationMetrics"/> has the counts of each class.</para>
/// <para>Formulas and layout are those of scikit-learn 1.2, unless stated. What is 0 / 0 is NaN. Not for two threads at a time: give each
/// its own, and merge.</para>
/// </remarks>
public sealed unsafe partial class ConfusionMatrix : PixelMetric
{
    // (Size, Size): labels by predictions.
    private readonly long[] counts;
    private readonly long[] piece;
    private readonly PredictionRule rule;

    /// <summary>Counts of nothing yet.</summary>
    /// <param name="classes">C. With one class that is not of a softmax, labels are 0 and 1, and 1 is the class.</param>
    /// <param name="activation">How logits become probabilities.</param>
    /// <param name="ignoreIndex">The label of pixels that are not counted; null for none.</param>
    /// <param name="threshold">The probability above which the one class is predicted, between 0 and 1; without effect with
    /// several.</param>
    /// <param name="ignoreIndices">More labels of pixels that are not counted; with several, targets are class indices.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no class, or the threshold is not between 0 and 1.</exception>
    /// <exception cref="ArgumentException">The activation predicts each of several classes by itself.</exception>
    public ConfusionMatrix(int classes, Activation activation = Activation.Softmax, int? ignoreIndex = null, double threshold = 0.5,
        IReadOnlyList<int>? ignoreIndices = null)
        : base(nameof(ConfusionMatrix), classes, activation, ignoreIndex, ignoreIndices)
    {
        rule = new(Definition, threshold);
        if (!rule.UsesLargest && classes > 1)
        {
            throw new ArgumentException(
                $"With Activation.{activation} each of {classes} classes is predicted by itself, so that a pixel may have several or "
                    + "none; a confusion matrix needs one. Take SegmentationMetrics, which counts true and false positives and false "
                    + "negatives of each class, or Activation.Softmax if the largest is to be predicted.",
                nameof(activation));
        }

        Size = Definition.IsSingleForeground(classes) ? 2 : classes;
        counts = new long[checked(Size * Size)];
        piece = new long[counts.Length * Banks];
    }

    /// <summary>The rows, and the columns: C, or 2 where a single class is opposed to the rest.</summary>
    public int Size { get; }

    /// <summary>The counts, row by row, which add up over pieces: a row holds the pixels of a label, a column those of a predicted
    /// class.</summary>
    public Span<long> Values => counts;

    /// <summary>The pixels that were counted.</summary>
    public long Pixels
    {
        get
        {
            long pixels = 0;
            foreach (long count in counts)
                pixels += count;
            return pixels;
        }
    }

    /// <summary>Pixels of a label that were predicted as a class.</summary>
    public long this[int label, int predicted] => counts[(Check(label, Size) * Size) + Check(predicted, Size)];

    /// <summary>The counts as shares of 1; 0 where there is nothing to divide by.</summary>
    /// <param name="by">What they are shares of.</param>
    /// <returns>(Size, Size): labels by predictions.</returns>
    public double[,] Normalized(MatrixNormalization by)
    {
        var shares = new double[Size, Size];
        double pixels = Pixels;
        for (int i = 0; i < Size; i++)
        {
            for (int j = 0; j < Size; j++)
            {
                double all = by switch
                {
                    MatrixNormalization.Labels => Labelled(i),
                    MatrixNormalization.Predictions => Predicted(j),
                    _ => pixels,
                };
                shares[i, j] = all == 0 ? 0 : this[i, j] / all;
            }
        }

        return shares;
    }

    /// <summary>The share of pixels whose class is predicted.</summary>
    public double Accuracy() => (double)Hits() / Pixels;

    /// <summary>The mean of the recall of each class that is labelled.</summary>
    /// <param name="adjusted">0 is what guessing reaches, <c>1 / n</c> with n such classes: <c>(score - 1 / n) / (1 - 1 / n)</c>.</param>
    public double BalancedAccuracy(bool adjusted = false)
    {
        double sum = 0;
        int found = 0;
        for (int i = 0; i < Size; i++)
        {
            if (Labelled(i) == 0)
                continue;
            sum += this[i, i] / (double)Labelled(i);
            found++;
        }

        double score = sum / found, chance = 1.0 / found;
        return adjusted ? (score - chance) / (1 - chance) : score;
    }

    /// <summary>
    /// Cohen's kappa, at most 1: <c>1 - d / e</c>, with how far labels and predictions are apart, <c>d = sum(w_ij n_ij)</c> over the
    /// matrix, and how far they would be by chance, <c>e = sum(w_ij labelled_i predicted_j) / pixels</c>. Without weights w is 1 beside the
    /// diagonal, so that it is <c>(p - q) / (1 - q)</c> with the accuracy p and what it would be by chance. NaN where labels and
    /// predictions are all of one class.
    /// </summary>
    /// <param name="weights">How far two classes are apart.</param>
    /// <remarks>
    /// J. Cohen, "A coefficient of agreement for nominal scales", 1960, and "Weighted kappa", 1968; scikit-learn's
    /// <c>cohen_kappa_score</c>.
    /// </remarks>
    public double CohenKappa(KappaWeights weights = KappaWeights.None)
    {
        Int128 apart = 0, chance = 0;
        long[] predicted = [.. Enumerable.Range(0, Size).Select(Predicted)];
        for (int i = 0; i < Size; i++)
        {
            long labelled = Labelled(i);
            for (int j = 0; j < Size; j++)
            {
                int distance = Math.Abs(i - j);
                Int128 weight = weights switch
                {
                    KappaWeights.Linear => distance,
                    KappaWeights.Quadratic => (Int128)distance * distance,
                    _ => Math.Sign(distance),
                };
                apart += weight * this[i, j];
                chance += weight * labelled * predicted[j];
            }
        }

        return (double)(chance - (apart * Pixels)) / (double)chance;
    }

    /// <summary>
    /// The Matthews correlation of labels and predictions, from -1 to 1: <c>(h n - sum(p t)) / sqrt((n^2 - sum(p^2)) (n^2 - sum(t^2)))</c>
    /// with hits h, pixels n, and predicted p and labelled t pixels of each class. NaN where labels or predictions are all of one class;
    /// scikit-learn's <c>matthews_corrcoef</c> makes that 0.
    /// </summary>
    /// <remarks>J. Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", 2004.</remarks>
    public double MatthewsCorrelation()
    {
        Int128 pixels = Pixels, square = pixels * pixels, labelled = square, predicted = square;
        for (int i = 0; i < Size; i++)
        {
            labelled -= (Int128)Labelled(i) * Labelled(i);
            predicted -= (Int128)Predicted(i) * Predicted(i);
        }

        return (double)((Hits() * pixels) - Chance()) / (Math.Sqrt((double)labelled) * Math.Sqrt((double)predicted));
    }

    /// <summary>The counts of each class against the rest, for Dice, intersection over union and the like.</summary>
    public SegmentationMetrics ToSegmentationMetrics()
    {
        var rows = new long[(3 * Classes) + 1];
        for (int c = 0; c < Classes; c++)
        {
            int own = c + Size - Classes;
            rows[c] = this[own, own];
            rows[Classes + c] = Predicted(own) - this[own, own];
            rows[(2 * Classes) + c] = Labelled(own) - this[own, own];
        }

        rows[^1] = Pixels;
        return new(Definition, rule, rows);
    }

    /// <summary>Adds the counts of another matrix.</summary>
    /// <param name="other">Of the same size.</param>
    /// <exception cref="ArgumentException">It has another size.</exception>
    public void Merge(ConfusionMatrix other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Size != Size)
            throw new ArgumentException($"The matrix is of {other.Size} classes, this one of {Size}.", nameof(other));
        StoredValues.Add(other.counts, counts);
    }

    /// <summary>Adds counts that were stored, or come from another process.</summary>
    /// <param name="values">Size * Size numbers: the <see cref="Values"/> of another matrix.</param>
    /// <exception cref="ArgumentException">They are of another size, or no counts.</exception>
    public void Merge(ReadOnlySpan<long> values)
    {
        StoredValues.CheckLength(values.Length, counts.Length, $"a matrix of {Size} by {Size}");
        StoredValues.CheckCounts(values);
        StoredValues.Add(values, counts);
    }

    /// <summary>Sets all counts to 0.</summary>
    public void Clear() => counts.AsSpan().Clear();

    private Int128 Hits()
    {
        Int128 hits = 0;
        for (int i = 0; i < Size; i++)
            hits += this[i, i];
        return hits;
    }

    private Int128 Chance()
    {
        Int128 sum = 0;
        for (int i = 0; i < Size; i++)
            sum += (Int128)Labelled(i) * Predicted(i);
        return sum;
    }

    private long Labelled(int row)
    {
        long sum = 0;
        for (int j = 0; j < Size; j++)
            sum += counts[(row * Size) + j];
        return sum;
    }

    private long Predicted(int column)
    {
        long sum = 0;
        for (int i = 0; i < Size; i++)
            sum += counts[(i * Size) + column];
        return sum;
    }
}
