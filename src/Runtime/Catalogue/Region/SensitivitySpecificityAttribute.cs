using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Sensitivity and specificity: <c>r * sum(d * y) / (sum(y) + smooth) + (1 - r) * sum(d * (1 - y)) / (sum(1 - y) + smooth)</c> with <c>d =
/// (y - p) ^ 2</c>, for each class, or for each image and class: the mean squared error of what is labelled, and that of what is not.
/// </summary>
/// <remarks>T. Brosch et al., "Deep Convolutional Encoder Networks for Multiple Sclerosis Lesion Segmentation", MICCAI 2015.</remarks>
[TakesUnitTarget]
public sealed partial class SensitivitySpecificityAttribute : LossTermAttribute
{
    /// <summary>r: what sensitivity counts, from 0 to 1, specificity having 1 - r.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double Sensitivity { get; init; } = 0.05;

    /// <summary>Added to both denominators.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Smooth { get; init; } = 1e-5;

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double sensitivity, double smooth, Value classWeights)
    {
        Value error = Square(y - x.Probability);
        Value missed = Divide(Sum(error * y), Sum(y) + smooth, 0), wrong = Divide(Sum(error * (1 - y)), Sum(1 - y) + smooth, 0);
        return classWeights * (sensitivity * missed + (1 - sensitivity) * wrong);
    }
}
