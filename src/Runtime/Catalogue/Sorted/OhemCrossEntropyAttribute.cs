using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Online hard example mining: the mean cross-entropy of the pixels whose label has a probability below a threshold, and in any case of so many of the hardest. Pixels of the batch are
/// sorted by the cross-entropy without weights; where two are equal, the one that comes first is taken.
/// </summary>
/// <remarks>A. Shrivastava, A. Gupta, R. Girshick, "Training Region-based Object Detectors with Online Hard Example Mining", CVPR 2016; the threshold as in OCNet and HRNet.</remarks>
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
    public double LeastFraction { get; init; } = 0.0625;

    /// <summary>The number of pixels of the batch that is kept at least, if there are as many valid ones; the larger of both counts.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double LeastPixels { get; init; }

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double threshold, double leastFraction, double leastPixels, Value classWeights, bool indexTarget)
    {
        Value entropy = -SumOverClasses(y * x.LogProbability), loss = -SumOverClasses(classWeights * y * x.LogProbability);
        Value hardest = HardPixels.Hardest(entropy, Max(leastFraction * HardPixels.Count(entropy, indexTarget), leastPixels));
        return HardPixels.MeanOf(Detach(Where(SumOverClasses(y * x.Probability) >= threshold, hardest, 1)), loss);
    }
}
