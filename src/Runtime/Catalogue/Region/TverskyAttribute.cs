using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Tversky: <c>1 - (tp + smooth) / (tp + alpha * fp + beta * fn + smooth)</c> for each class, or for each image and class. Halves for both
/// are Dice, ones Jaccard. This is MONAI's TverskyLoss; SMP's has <c>Smooth = 0, Epsilon = 1e-7, EmptyClasses = EmptyClasses.Zero</c>.
/// </summary>
/// <remarks>
/// S. Salehi, D. Erdogmus, A. Gholipour, "Tversky loss function for image segmentation using 3D fully convolutional deep networks", MLMI
/// 2017.
/// </remarks>
public sealed partial class TverskyAttribute : RegionTermAttribute
{
    /// <summary>The weight of false positives.</summary>
    /// <value>From 0.</value>
    [ConventionDefault(Convention.Mmseg, 0.3)]
    [OptionRange(From = 0)]
    public double Alpha { get; init; } = 0.5;

    /// <summary>The weight of false negatives.</summary>
    /// <value>From 0.</value>
    [ConventionDefault(Convention.Mmseg, 0.7)]
    [OptionRange(From = 0)]
    public double Beta { get; init; } = 0.5;

    /// <summary>
    /// An exponent of the mean over classes, as in SMP. Other than 1 it takes that mean first; a mean of 0 or less gives 0 without
    /// gradient.
    /// </summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Gamma { get; init; } = 1;

    /// <summary>
    /// An exponent of what each class costs. The focal Tversky loss is <c>[Tversky(Alpha = 0.3, Beta = 0.7, ClassGamma = 0.75)]</c>. Other
    /// than 1, what costs 0 or less costs 0 without gradient.
    /// </summary>
    /// <value>Above 0.</value>
    /// <remarks>
    /// N. Abraham, N. Khan, "A Novel Focal Tversky Loss Function with Improved Attention U-Net for Lesion Segmentation", ISBI 2019, whose
    /// exponent 1 / gamma with gamma = 4/3 is 0.75 here, and whose alpha and beta have changed places.
    /// </remarks>
    [OptionRange(Above = 0)]
    public double ClassGamma { get; init; } = 1;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, double alpha, double beta, double gamma, double classGamma, double smooth, double smoothNumerator,
            double smoothDenominator, double epsilon,
        bool log, EmptyClasses emptyClasses, Value classWeights, bool normalizeClassWeights, bool squared, bool softLabel,
        bool poolClasses, bool negative, Reduction reduction)
    {
        Value overlap = RegionFormulas.Overlap(x, y, squared, softLabel);
        Value predicted = RegionFormulas.Predicted(x, squared), labelled = RegionFormulas.Labelled(y, squared);
        Value mixed = (1 - alpha - beta) * overlap + alpha * predicted + beta * labelled;
        Value score = RegionFormulas.Score(overlap, mixed, smooth, smoothNumerator, smoothDenominator, epsilon, classWeights, poolClasses);
        Value penalty = RegionFormulas.Penalty(score, epsilon, log, negative);
        Value focused = classGamma == 1 ? penalty : RegionFormulas.Power(penalty, classGamma);
        Value loss = RegionFormulas.Share(focused, y, emptyClasses, classWeights, normalizeClassWeights, poolClasses, reduction);
        return gamma == 1 ? loss : RegionFormulas.Power(MeanOverClasses(loss), gamma);
    }
}
