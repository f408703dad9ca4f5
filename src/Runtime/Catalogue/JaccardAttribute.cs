namespace LossGen;

/// <summary>
/// Soft Jaccard (intersection over union): <c>1 - (sum(p * y) + smooth) / (sum(p) + sum(y) - sum(p * y) + smooth)</c> for each class, or for each image
/// and class. This is SMP's JaccardLoss with <c>Epsilon = 1e-7, EmptyClasses = EmptyClasses.Zero</c>; MONAI's DiceLoss(jaccard=True) counts smoothing half.
/// </summary>
/// <remarks>M. Rahman, Y. Wang, "Optimizing Intersection-over-Union in Deep Neural Networks for Image Segmentation", ISVC 2016.</remarks>
public sealed partial class JaccardAttribute : LossTermAttribute
{
    /// <summary>Added to numerator and denominator of the score, unless they have one of their own.</summary>
    public double Smooth { get; init; } = 1e-5;

    /// <summary>Added to the numerator; NaN takes <see cref="Smooth"/>.</summary>
    public double SmoothNumerator { get; init; } = double.NaN;

    /// <summary>Added to the denominator; NaN takes <see cref="Smooth"/>.</summary>
    public double SmoothDenominator { get; init; } = double.NaN;

    /// <summary>A lower bound of the denominator, and with <see cref="Log"/> of the score: below it there is no gradient. 0 means none.</summary>
    public double Epsilon { get; init; }

    /// <summary>The loss is -log(score) instead of 1 - score.</summary>
    public bool Log { get; init; }

    /// <summary>What becomes of a class without target pixels.</summary>
    public EmptyClasses EmptyClasses { get; init; } = EmptyClasses.Keep;

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>Divides the class weights by their mean over the classes that are counted, so that the loss is their weighted mean.</summary>
    public bool NormalizeClassWeights { get; init; }

    /// <summary>Squares prediction and target in the denominator (V-Net).</summary>
    public bool Squared { get; init; }

    /// <summary>The overlap as <c>(sum(p) + sum(y) - sum(|p - y|)) / 2</c>, which suits targets between 0 and 1; without effect if <see cref="Squared"/>.</summary>
    public bool SoftLabel { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, double smooth, double smoothNumerator, double smoothDenominator, double epsilon,
        bool log, EmptyClasses emptyClasses, Value classWeights, bool normalizeClassWeights, bool squared, bool softLabel,
        Reduction reduction)
    {
        Value overlap = RegionFormulas.Overlap(x, y, squared, softLabel);
        Value predicted = RegionFormulas.Predicted(x, squared), labelled = RegionFormulas.Labelled(y, squared);
        Value score = RegionFormulas.Score(overlap, predicted + labelled - overlap, smooth, smoothNumerator, smoothDenominator, epsilon);
        return RegionFormulas.Loss(score, y, epsilon, log, emptyClasses, classWeights, normalizeClassWeights, reduction);
    }
}
