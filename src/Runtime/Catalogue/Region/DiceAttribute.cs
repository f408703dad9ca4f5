namespace LossGen;

/// <summary>
/// Soft Dice: <c>1 - (2 * sum(p * y) + smooth) / (sum(p) + sum(y) + smooth)</c> for each class, or for each image and class. With the
/// default options this is MONAI's DiceLoss, which is per image. SMP's counts smoothing and bound twice; it is <c>[Tversky(Smooth = 0,
/// Epsilon = 1e-7, EmptyClasses = EmptyClasses.Zero)]</c>.
/// </summary>
/// <remarks>
/// F. Milletari, N. Navab, S.-A. Ahmadi, "V-Net", 3DV 2016 (with <see cref="RegionTermAttribute.Squared"/>). Soft labels: Z. Wang et al.,
/// "Dice Semimetric Losses", MICCAI 2023.
/// </remarks>
[ConventionDefault(Convention.Smp, nameof(Epsilon), 2e-7)]
[ConventionDefault(Convention.Mmseg, nameof(SmoothNumerator), 0.0)]
[ConventionDefault(Convention.Mmseg, nameof(SmoothDenominator), 2e-3)]
[ConventionDefault(Convention.Mmseg, nameof(PoolClasses), true)]
[ConventionDefault(Convention.Mmseg, nameof(Squared), true)]
public sealed partial class DiceAttribute : RegionTermAttribute
{
    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, double smooth, double smoothNumerator, double smoothDenominator, double epsilon,
        bool log, EmptyClasses emptyClasses, Value classWeights, bool normalizeClassWeights, bool squared, bool softLabel,
        bool poolClasses, bool negative, Reduction reduction)
    {
        Value overlap = RegionFormulas.Overlap(x, y, squared, softLabel);
        Value predicted = RegionFormulas.Predicted(x, squared), labelled = RegionFormulas.Labelled(y, squared);
        Value score = RegionFormulas.Score(2 * overlap, predicted + labelled, smooth, smoothNumerator, smoothDenominator, epsilon,
            classWeights, poolClasses);
        return RegionFormulas.Loss(score, y, epsilon, log, emptyClasses, classWeights, normalizeClassWeights, poolClasses, negative,
            reduction);
    }
}
