using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Cross-entropy: <c>-sum(w * y * log(p))</c> over the classes, for each pixel, computed from the logits. This is PyTorch's
/// CrossEntropyLoss: with class indices the mean divides by the sum of the weights of the labels met (and is 0 where PyTorch has 0/0), with
/// dense targets by the number of pixels. A label whose class the term leaves out counts 1 there, so that without weights the mean goes
/// over all valid pixels whatever the classes and the kind of target are. Probabilities given as such (<see cref="Activation.None"/>) have
/// logarithms of at least -100.
/// </summary>
[TakesUnitTarget]
public sealed partial class CrossEntropyAttribute : LossTermAttribute
{
    /// <summary>The share of the target that is spread evenly over the classes.</summary>
    /// <value>From 0 to 1.</value>
    /// <remarks>C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016.</remarks>
    [OptionRange(From = 0, To = 1)]
    public double LabelSmoothing { get; init; }

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, double labelSmoothing, Value classWeights, Activation activation, Reduction reduction, bool indexTarget)
    {
        Value smoothed = labelSmoothing == 0 ? y : (1 - labelSmoothing) * y + labelSmoothing / x.ClassCount;
        Value logProbability = activation == Activation.None ? Max(x.LogProbability, -100) : x.LogProbability;
        Value loss = -SumOverClasses(classWeights * smoothed * logProbability);
        return reduction == Reduction.Mean && indexTarget
            ? Divide(loss, TotalMean(1 + SumOverClasses((classWeights - 1) * y)), 0)
            : loss;
    }
}
