using System.Collections;
using LossGen.Cpu;
using LossGen.Metrics;

namespace LossGen;

/// <summary>
/// Dice, intersection over union, F-beta, precision and recall as means over images, and the scores of each image. What
/// <see cref="SegmentationMetrics"/> computes of all pixels together is computed of each image here, and then averaged: large objects do
/// not outweigh small ones of other images.
/// </summary>
/// <remarks>
/// <para>Scores of a class are means over the images that have one; scores of all classes are means over images of the image's own average
/// over classes, unless <see cref="ImagesFirst"/>. What an image counts that lacks a class says <see cref="ClassScores.AbsentClasses"/>;
/// unless told otherwise it is left out, and so is an image with nothing to count.</para>
/// <para>An image is an element of the list, with its counts and scores; it is the caller's own. It takes 3 C + 1 numbers, so that
/// processes gather theirs one after the other, by <c>Merge</c> of <see cref="Values"/>. Of an image that comes in pieces, merge the values
/// of a <see cref="SegmentationMetrics"/> that has counted them.</para>
/// <para>torchmetrics calls this <c>samplewise</c>, segmentation_models.pytorch <c>imagewise</c>; MONAI has no other. Not for two threads
/// at a time: give each its own, and merge.</para>
/// </remarks>
public sealed class ImageMetrics : ClassScores, IReadOnlyList<SegmentationMetrics>
{
    private readonly PredictionRule rule;

    // Of each image: true positives, false positives and false negatives of each class, then the pixels.
    private long[] rows = [];

    /// <summary>No image yet.</summary>
    /// <param name="classes">C. With one class that is not of a softmax, labels are 0 and 1, and 1 is the class.</param>
    /// <param name="activation">How logits become probabilities.</param>
    /// <param name="ignoreIndex">The label of pixels that are not counted, of dense targets the number of elements that are not; null for
    /// none.</param>
    /// <param name="threshold">The probability above which a class is predicted, between 0 and 1; without effect where the largest logit
    /// decides.</param>
    /// <param name="ignoreIndices">More labels of pixels that are not counted; with several, targets are class indices.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no class, or the threshold is not between 0 and 1.</exception>
    public ImageMetrics(int classes, Activation activation = Activation.Softmax, int? ignoreIndex = null, double threshold = 0.5,
        IReadOnlyList<int>? ignoreIndices = null)
        : base(nameof(ImageMetrics), classes, activation, ignoreIndex, ignoreIndices) => rule = new(Definition, threshold);

    /// <summary>The images.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Macro and weighted averages over classes are of each class's mean over images (segmentation_models.pytorch, nnU-Net), in place of
    /// the mean over images of each image's average (torchmetrics, MONAI's <c>mean</c>). The two differ only where a score is left out, and
    /// in the weights, which are the support in all images.
    /// </summary>
    public bool ImagesFirst { get; set; }

    /// <summary>
    /// The counts of each image, one after the other: true positives of each class, false positives of each class, false negatives of each
    /// class, and the pixels that were counted. Read it again after <c>Accumulate</c> and <c>Merge</c>.
    /// </summary>
    public Span<long> Values => rows.AsSpan(0, Count * Length);

    /// <summary>The counts and scores of an image, in the order in which they came.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public SegmentationMetrics this[int index] => (uint)index < (uint)Count
        ? new(Definition, rule, Row(index)) { AbsentClasses = AbsentClasses }
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"There is no image {index}; there are {Count}, counted from 0.");

    /// <summary>The counts and scores of all images together.</summary>
    public SegmentationMetrics Total()
    {
        SegmentationMetrics total = new(Definition, rule, new long[Length]) { AbsentClasses = AbsentClasses };
        for (int image = 0; image < Count; image++)
            StoredValues.Add(Row(image), total.Values);
        return total;
    }

    /// <summary>Appends the images of another list.</summary>
    /// <param name="other">Of as many classes.</param>
    /// <exception cref="ArgumentException">It has another number of classes.</exception>
    public void Merge(ImageMetrics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Classes != Classes)
            throw new ArgumentException($"The images have {other.Classes} classes, these {Classes}.", nameof(other));
        Append(other.Values);
    }

    /// <summary>Appends images that were stored, or come from another process.</summary>
    /// <param name="values">3 C + 1 numbers an image: the <see cref="Values"/> of another list, or those of a
    /// <see cref="SegmentationMetrics"/>, which are one image.</param>
    /// <exception cref="ArgumentException">They are of another number of classes, or no counts.</exception>
    public void Merge(ReadOnlySpan<long> values)
    {
        if (values.Length % Length != 0)
        {
            throw new ArgumentException(
                $"The values are {values.Length} numbers and must be a multiple of {Length}: 3 C + 1 an image, with C = {Classes}.",
                nameof(values));
        }

        StoredValues.CheckRows(values, Classes);
        Append(values);
    }

    /// <summary>Forgets the images.</summary>
    public void Clear() => Count = 0;

    /// <summary>The images.</summary>
    public IEnumerator<SegmentationMetrics> GetEnumerator()
    {
        for (int image = 0; image < Count; image++)
            yield return this[image];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private protected override double? Class(ScoreFormula formula, int c) => Mean(image => Scores(image).Class(formula, c));

    private protected override double? Average(ScoreFormula formula, bool includeBackground, ClassAverage average)
    {
        if (!ImagesFirst || average == ClassAverage.Micro)
            return Mean(image => Scores(image).Average(formula, includeBackground, average));
        SegmentationMetrics total = Total();
        var mean = default(ScoreMean);
        for (int c = includeBackground ? 0 : 1; c < Classes; c++)
            mean.Add(Class(formula, c), average == ClassAverage.Weighted ? total.TruePositives(c) + total.FalseNegatives(c) : 1);
        return mean.OfClasses(average, AbsentClasses);
    }

    private protected override double? Generalized(bool includeBackground, VolumeWeights weights) =>
        Mean(image => Scores(image).Generalized(includeBackground, weights));

    private protected override unsafe void CountPiece<T, TTarget>(
        in PredictionSource predicted, TTarget* target, in LabelSource source, LossShape shape)
    {
        Span<long> added = Room(shape.Batch);
        added.Clear();
        PixelCounter<T>.Count(Definition, rule, predicted, target, source, shape, added);
        Count += shape.Batch;
    }

    private int Length => (3 * Classes) + 1;

    private ReadOnlySpan<long> Row(int image) => rows.AsSpan(image * Length, Length);

    private ScoreCounts<long> Scores(int image) => new(Row(image), Classes, AbsentClasses);

    // The mean over images that have a score.
    private double? Mean(Func<int, double?> score)
    {
        var mean = default(ScoreMean);
        for (int image = 0; image < Count; image++)
            mean.Add(score(image));
        return mean.Value;
    }

    private void Append(ReadOnlySpan<long> values)
    {
        int images = values.Length / Length;
        Span<long> room = Room(images);

        // A list may be appended to itself, whose numbers have moved.
        values.CopyTo(room);
        Count += images;
    }

    private Span<long> Room(int images)
    {
        int needed = checked((Count + images) * Length);
        if (needed > rows.Length)
            Array.Resize(ref rows, Math.Max(needed, (int)Math.Min(2L * rows.Length, Array.MaxLength)));
        return rows.AsSpan(Count * Length, images * Length);
    }
}
