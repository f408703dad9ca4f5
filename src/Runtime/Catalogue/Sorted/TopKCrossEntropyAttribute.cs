using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// The mean cross-entropy of the hardest pixels: a share of the valid pixels of the batch, or of all. Pixels are sorted by their losses;
/// where two are equal, the one that comes first is taken. With <c>AllPixels = true</c> this is nnU-Net's TopKLoss and the
/// top_k_percent_pixels of PaddleSeg's CrossEntropyLoss.
/// </summary>
/// <remarks>Z. Wu, C. Shen, A. van den Hengel, "Bridging Category-level and Instance-level Semantic Image Segmentation", 2016.</remarks>
[TakesUnitTarget]
public sealed partial class TopKCrossEntropyAttribute : LossTermAttribute
{
    /// <summary>The share of the pixels that is kept, rounded down to whole pixels; where that is none the loss is 0.</summary>
    /// <value>Above 0, up to 1.</value>
    [OptionRange(Above = 0, To = 1)]
    public double Fraction { get; init; } = 0.1;

    /// <summary>
    /// The share is one of all pixels, ignored ones as well; they are as pixels without loss, which come last. Where fewer are valid than
    /// the share takes, the mean divides by what it takes all the same.
    /// </summary>
    [ConventionDefault(Convention.NnUnet, true)]
    [ConventionDefault(Convention.PaddleSeg, true)]
    public bool AllPixels { get; init; }

    /// <summary>The share of the target that is spread evenly over the classes.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double LabelSmoothing { get; init; }

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double fraction, bool allPixels, double labelSmoothing, Value classWeights,
        bool indexTarget)
    {
        Value smoothed = labelSmoothing == 0 ? y : (1 - labelSmoothing) * y + labelSmoothing / x.ClassCount;
        Value loss = -SumOverClasses(classWeights * smoothed * x.LogProbability);
        Value valid = HardPixels.Count(loss, indexTarget), most = fraction * (allPixels ? x.PixelCount : valid),
            taken = HardPixels.Hardest(loss, most);
        return allPixels ? Divide(loss * taken, Detach(Where(most >= valid + 1, most / valid, TotalMean(taken))), 0)
            : HardPixels.MeanOf(taken, loss);
    }
}
