namespace LossGen;

/// <summary>
/// Soft F-beta: <c>1 - ((1 + b) * tp + smooth) / ((1 + b) * tp + b * fn + fp + smooth)</c> with <c>b = beta * beta</c>, for each class, or for each image and
/// class. A beta above 1 favours recall, below 1 precision; 1 is Dice.
/// </summary>
/// <remarks>C. van Rijsbergen, "Information Retrieval", 1979. Beta is often made a property of the loss, so that it can change while training.</remarks>
public sealed partial class FBetaAttribute : LossTermAttribute
{
    /// <summary>How much more recall counts than precision.</summary>
    public double Beta { get; init; } = 1;

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
        Prediction x, Target y, double beta, double smooth, double smoothNumerator, double smoothDenominator, double epsilon,
        bool log, EmptyClasses emptyClasses, Value classWeights, bool normalizeClassWeights, bool squared, bool softLabel,
        Reduction reduction)
    {
        Value overlap = RegionFormulas.Overlap(x, y, squared, softLabel);
        Value predicted = RegionFormulas.Predicted(x, squared), labelled = RegionFormulas.Labelled(y, squared);
        double b = beta * beta;
        Value score = RegionFormulas.Score((1 + b) * overlap, predicted + b * labelled, smooth, smoothNumerator, smoothDenominator, epsilon);
        return RegionFormulas.Loss(score, y, epsilon, log, emptyClasses, classWeights, normalizeClassWeights, reduction);
    }
}
