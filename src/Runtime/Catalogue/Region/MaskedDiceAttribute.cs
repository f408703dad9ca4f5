using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Soft Dice of the pixels that a mask leaves: <c>1 - (2 * sum(m * p * y) + smooth) / (sum(m * p) + sum(m * y) + smooth)</c>. The mask is
/// an input of the loss, <c>mask</c>, (N, S), of 0 and 1 or of weights. With <c>Negative</c> this is nnU-Net's Dice with a loss mask.
/// MONAI's MaskedDiceLoss masks the logits instead, so that masked pixels still count as a probability of 1/2.
/// </summary>
[ConventionDefault(Convention.Smp, nameof(Epsilon), 2e-7)]
public sealed partial class MaskedDiceAttribute : RegionTermAttribute
{
    /// <summary>
    /// The formula; <paramref name="mask"/> is an input of the loss, the other parameters are the options of this attribute and of the
    /// loss.
    /// </summary>
    public static Value Formula(
        Prediction x, Target y, PixelMap mask, double smooth, double smoothNumerator, double smoothDenominator, double epsilon,
        bool log, EmptyClasses emptyClasses, Value classWeights, bool normalizeClassWeights, bool squared, bool softLabel,
        bool poolClasses, bool negative, Reduction reduction)
    {
        Value p = mask * x.Probability, t = mask * y;
        Value predicted = Sum(squared ? p * x.Probability : p), labelled = Sum(squared ? t * y : t);
        Value overlap = softLabel && !squared ? Sum(mask * Min(x.Probability, y)) : Sum(p * y);
        Value score = RegionFormulas.Score(2 * overlap, predicted + labelled, smooth, smoothNumerator, smoothDenominator, epsilon,
            classWeights, poolClasses);
        return RegionFormulas.Loss(score, t, epsilon, log, emptyClasses, classWeights, normalizeClassWeights, poolClasses, negative,
            reduction);
    }
}
