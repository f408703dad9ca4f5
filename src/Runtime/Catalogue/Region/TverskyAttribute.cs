using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Tversky: <c>1 - (tp + smooth) / (tp + alpha * fp + beta * fn + smooth)</c> for each class, or for each image and class. Halves for both are
/// Dice, ones Jaccard. This is MONAI's TverskyLoss; SMP's has <c>Smooth = 0, Epsilon = 1e-7, EmptyClasses = EmptyClasses.Zero</c>.
/// </summary>
/// <remarks>S. Salehi, D. Erdogmus, A. Gholipour, "Tversky loss function for image segmentation using 3D fully convolutional deep networks", MLMI 2017.</remarks>
public sealed partial class TverskyAttribute : RegionTermAttribute
{
    /// <summary>The weight of false positives.</summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>The weight of false negatives.</summary>
    public double Beta { get; init; } = 0.5;

    /// <summary>An exponent of the mean over classes, as in SMP. Other than 1 it takes that mean first; a mean of 0 or less gives 0 without gradient.</summary>
    public double Gamma { get; init; } = 1;

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
        Value loss = RegionFormulas.Loss(score, y, epsilon, log, emptyClasses, classWeights, normalizeClassWeights, poolClasses, negative, reduction);
        return gamma == 1 ? loss : RegionFormulas.Power(MeanOverClasses(loss), gamma);
    }
}
