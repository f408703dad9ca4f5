using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Online hard example mining: the mean cross-entropy of the pixels whose label has a probability below a threshold, and in any case of so
/// many of the hardest. Pixels of the batch are sorted by the cross-entropy without weights; where two are equal, the one that comes first
/// is taken. With <c>Convention.PaddleSeg</c> this is PaddleSeg's OhemCrossEntropyLoss, but where many pixels are as hard as the last: it
/// keeps none of those.
/// </summary>
/// <remarks>
/// A. Shrivastava, A. Gupta, R. Girshick, "Training Region-based Object Detectors with Online Hard Example Mining", CVPR 2016; the
/// threshold as in OCNet and HRNet.
/// </remarks>
[TakesUnitTarget]
public sealed partial class OhemCrossEntropyAttribute : LossTermAttribute
{
    /// <summary>Pixels whose label has less than this probability are kept, from 0 to 1.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double Threshold { get; init; } = 0.7;

    /// <summary>The share of the valid pixels of the batch that is kept at least.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    [ConventionDefault(Convention.PaddleSeg, 0.0)]
    public double LeastFraction { get; init; } = 0.0625;

    /// <summary>
    /// The number of pixels of the batch that is kept at least, if there are as many valid ones; the larger of both counts.
    /// </summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    [ConventionDefault(Convention.PaddleSeg, 10000.0)]
    public double LeastPixels { get; init; }

    /// <summary>
    /// The last of the pixels that are kept for their number is kept itself. False: its probability is the threshold that the others are
    /// below. Where no more pixels are valid, all are kept.
    /// </summary>
    [ConventionDefault(Convention.PaddleSeg, false)]
    public bool IncludeLast { get; init; } = true;

    /// <summary>Added to what the mean divides by, the share of all pixels that is kept.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    [ConventionDefault(Convention.PaddleSeg, 1e-5)]
    public double Epsilon { get; init; }

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double threshold, double leastFraction, double leastPixels, bool includeLast,
        double epsilon, Value classWeights, bool indexTarget)
    {
        Value entropy = -SumOverClasses(y * x.LogProbability), loss = -SumOverClasses(classWeights * y * x.LogProbability);
        Value valid = HardPixels.Count(entropy, indexTarget), least = Max(leastFraction * valid, leastPixels);
        Value hardest = HardPixels.Hardest(entropy, includeLast ? least : Where(valid > least, least - 1, least));
        Value taken = Detach(Where(SumOverClasses(y * x.Probability) >= threshold, hardest, 1));
        return epsilon == 0 ? HardPixels.MeanOf(taken, loss)
            : loss * taken / (TotalMean(taken) + Detach(epsilon * x.PixelCount / Max(valid, 1)));
    }
}
