namespace LossGen;

/// <summary>
/// Soft Jaccard (intersection over union): <c>1 - (sum(p * y) + smooth) / (sum(p) + sum(y) - sum(p * y) + smooth)</c> for each class, or
/// for each image and class. This is SMP's JaccardLoss with <c>Epsilon = 1e-7, EmptyClasses = EmptyClasses.Zero</c>; MONAI's
/// DiceLoss(jaccard=True) counts smoothing half.
/// </summary>
/// <remarks>M. Rahman, Y. Wang, "Optimizing Intersection-over-Union in Deep Neural Networks for Image Segmentation", ISVC 2016.</remarks>
[ConventionDefault(Convention.Monai, nameof(Smooth), 0.5e-5)]
public sealed partial class JaccardAttribute : RegionTermAttribute
{
    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, double smooth, double smoothNumerator, double smoothDenominator, double epsilon,
        bool log, EmptyClasses emptyClasses, Value classWeights, bool normalizeClassWeights, bool squared, bool softLabel,
        bool poolClasses, bool negative, Reduction reduction)
    {
        Value overlap = RegionFormulas.Overlap(x, y, squared, softLabel);
        Value predicted = RegionFormulas.Predicted(x, squared), labelled = RegionFormulas.Labelled(y, squared);
        Value score = RegionFormulas.Score(overlap, predicted + labelled - overlap, smooth, smoothNumerator, smoothDenominator, epsilon,
            classWeights, poolClasses);
        return RegionFormulas.Loss(score, y, epsilon, log, emptyClasses, classWeights, normalizeClassWeights, poolClasses, negative,
            reduction);
    }
}
