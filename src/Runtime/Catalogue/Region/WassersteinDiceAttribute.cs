using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Generalised Wasserstein Dice: mistakes cost what the distance of the two classes says. For each image, or over the batch,
/// <c>1 - (2 * t + smooth) / (d + smooth)</c> with <c>e = sum(m[label, c] * p[c])</c> at each pixel, <c>t = sum(a[label] * (1 - e))</c> and
/// <c>d = 2 * t + sum(e)</c>, a being 1 and 0 for class 0. This is MONAI's GeneralizedWassersteinDiceLoss of a batch of one image; of more
/// MONAI mixes the images.
/// </summary>
/// <remarks>L. Fidon et al., "Generalised Wasserstein Dice Score for Imbalanced Multi-class Segmentation", BrainLes 2017.</remarks>
[TakesProbability]
[TakesUnitTarget]
public sealed partial class WassersteinDiceAttribute : LossTermAttribute
{
    /// <summary>
    /// The distances of the classes, from 0 to 1, C * C numbers row by row; null means 1 for every two classes that differ. Larger ones
    /// need <see cref="NormalizeDistances"/>: an error that costs more than 1 makes hits negative (LG0059).
    /// </summary>
    public double[]? Distances { get; init; }

    /// <summary>Divides the distances by the largest of them.</summary>
    [ConventionDefault(Convention.Monai, true)]
    public bool NormalizeDistances { get; init; }

    /// <summary>
    /// Weighs each class by <c>a = 1 / (1 + its labelled pixels)</c>, class 0 too, and takes <c>d = sum(a[label] * (2 - e))</c>.
    /// </summary>
    public bool VolumeWeights { get; init; }

    /// <summary>
    /// How much a pixel counts, by the class of its label: one factor a class, for all classes of the loss; null means 1. Hits and errors
    /// have it alike: a class of 2 counts as if each of its pixels were there twice (<see cref="VolumeWeights"/> counts pixels without it).
    /// </summary>
    public double[]? ClassWeights { get; init; }

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

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(
        Prediction x, Target y, ClassMatrix distances, bool normalizeDistances, bool volumeWeights, Value classWeights, double smooth,
            double smoothNumerator, double smoothDenominator)
    {
        Value costs = y * Transform(distances, x.Probability), cost = SumOverClasses(costs), weighed = SumOverClasses(classWeights * costs);
        Value error = normalizeDistances ? cost / Largest(distances) : cost, errors = normalizeDistances ? weighed / Largest(distances)
            : weighed;
        Value weight = SumOverClasses(classWeights * y * (volumeWeights ? 1 / (1 + Sum(y)) : Where(EqualTo(x.ClassIndex, 0), 0, 1)));
        Value hits = Sum(weight * (1 - error)), all = volumeWeights ? Sum(weight * (2 - error)) : 2 * hits + Sum(errors);
        Value above = 2 * hits + (double.IsNaN(smoothNumerator) ? smooth : smoothNumerator);
        Value below = all + (double.IsNaN(smoothDenominator) ? smooth : smoothDenominator);
        return 1 - Divide(above, below, 1);
    }
}
