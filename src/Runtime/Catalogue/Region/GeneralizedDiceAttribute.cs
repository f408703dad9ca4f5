using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Generalised Dice: one score for all classes, <c>1 - (2 * sum(w * sum(p * y)) + smooth) / (sum(w * (sum(p) + sum(y))) + smooth)</c>, the
/// weight w of a class falling with its volume <c>v = sum(y)</c>. A class without volume has the weight of the smallest class that has one.
/// One number, or one an image. MONAI's GeneralizedDiceLoss, which is per image.
/// </summary>
/// <remarks>
/// C. Sudre et al., "Generalised Dice overlap as a deep learning loss function for highly unbalanced segmentations", DLMIA 2017.
/// </remarks>
[TakesProbability]
[TakesUnitTarget]
public sealed partial class GeneralizedDiceAttribute : LossTermAttribute
{
    /// <summary>How the weight of a class falls with its volume.</summary>
    public VolumeWeights VolumeWeights { get; init; } = VolumeWeights.InverseSquare;

    /// <summary>Added to numerator and denominator of the score, unless they have one of their own.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Smooth { get; init; } = 1e-5;

    /// <summary>Added to the numerator; NaN takes <see cref="Smooth"/>.</summary>
    /// <value>From 0, or NaN.</value>
    [OptionRange(From = 0, OrNaN = true)]
    public double SmoothNumerator { get; init; } = double.NaN;

    /// <summary>Added to the denominator; NaN takes <see cref="Smooth"/>.</summary>
    /// <value>From 0, or NaN.</value>
    [OptionRange(From = 0, OrNaN = true)]
    public double SmoothDenominator { get; init; } = double.NaN;

    /// <summary>The overlap as <c>sum(min(p, y)) = (sum(p) + sum(y) - sum(|p - y|)) / 2</c>, which suits targets between 0 and 1.</summary>
    public bool SoftLabel { get; init; }

    /// <summary>One factor a class, for all classes of the loss, beside the weight that its volume gives it; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The loss is -score instead of 1 - score.</summary>
    public bool Negative { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, VolumeWeights volumeWeights, double smooth, double smoothNumerator, double smoothDenominator,
            bool softLabel,
        Value classWeights, bool negative)
    {
        Value overlap = RegionFormulas.Overlap(x, y, squared: false, softLabel);
        Value predicted = Sum(x.Probability), labelled = Sum(y);
        Value weights = classWeights * RegionFormulas.VolumeWeight(labelled, volumeWeights);
        Value score = RegionFormulas.Score(
            2 * overlap, predicted + labelled, smooth, smoothNumerator, smoothDenominator, epsilon: 0, weights, poolClasses: true);
        return RegionFormulas.Penalty(score, epsilon: 0, log: false, negative);
    }
}
