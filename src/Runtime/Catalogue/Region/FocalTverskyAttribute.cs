namespace LossGen;

/// <summary>
/// Focal Tversky: the mean over the classes of <c>(1 - t) ^ gamma</c>, t being the Tversky score <c>(tp + smooth) / (tp + alpha * fp + beta * fn + smooth)</c> of each class, or of each image
/// and class. A gamma below 1 makes more of classes that are nearly right, one above 1 of those that are badly wrong. SMP's TverskyLoss takes the power of the mean instead: see
/// <see cref="TverskyAttribute.Gamma"/>.
/// </summary>
/// <remarks>
/// N. Abraham, N. Khan, "A Novel Focal Tversky Loss Function with Improved Attention U-Net for Lesion Segmentation", ISBI 2019, whose exponent 1 / gamma with gamma = 4/3 is the 0.75 here, and
/// whose alpha and beta have changed places.
/// </remarks>
public sealed partial class FocalTverskyAttribute : RegionTermAttribute
{
    /// <summary>The weight of false positives.</summary>
    public double Alpha { get; init; } = 0.3;

    /// <summary>The weight of false negatives.</summary>
    public double Beta { get; init; } = 0.7;

    /// <summary>The exponent; where what a class costs is 0 or less, it costs 0 without gradient.</summary>
    public double Gamma { get; init; } = 0.75;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, double alpha, double beta, double gamma, double smooth, double smoothNumerator, double smoothDenominator, double epsilon,
        bool log, EmptyClasses emptyClasses, Value classWeights, bool normalizeClassWeights, bool squared, bool softLabel,
        bool poolClasses, bool negative, Reduction reduction)
    {
        Value overlap = RegionFormulas.Overlap(x, y, squared, softLabel);
        Value predicted = RegionFormulas.Predicted(x, squared), labelled = RegionFormulas.Labelled(y, squared);
        Value mixed = (1 - alpha - beta) * overlap + alpha * predicted + beta * labelled;
        Value score = RegionFormulas.Score(overlap, mixed, smooth, smoothNumerator, smoothDenominator, epsilon, classWeights, poolClasses);
        Value penalty = RegionFormulas.Power(RegionFormulas.Penalty(score, epsilon, log, negative), gamma);
        return RegionFormulas.Share(penalty, y, emptyClasses, classWeights, normalizeClassWeights, poolClasses, reduction);
    }
}
