namespace LossGen;

/// <summary>
/// Soft F-beta: <c>1 - ((1 + b) * tp + smooth) / ((1 + b) * tp + b * fn + fp + smooth)</c> with <c>b = beta * beta</c>, for each class, or
/// for each image and class. A beta above 1 favours recall, below 1 precision; 1 is Dice.
/// </summary>
/// <remarks>
/// C. van Rijsbergen, "Information Retrieval", 1979. Beta is often made a property of the loss, so that it can change while training.
/// </remarks>
public sealed partial class FBetaAttribute : RegionTermAttribute
{
    /// <summary>How much more recall counts than precision.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Beta { get; init; } = 1;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, double beta, double smooth, double smoothNumerator, double smoothDenominator, double epsilon,
        bool log, EmptyClasses emptyClasses, Value classWeights, bool normalizeClassWeights, bool squared, bool softLabel,
        bool poolClasses, bool negative, Reduction reduction)
    {
        Value overlap = RegionFormulas.Overlap(x, y, squared, softLabel);
        Value predicted = RegionFormulas.Predicted(x, squared), labelled = RegionFormulas.Labelled(y, squared);
        double b = beta * beta;
        Value score = RegionFormulas.Score((1 + b) * overlap, predicted + b * labelled, smooth, smoothNumerator, smoothDenominator, epsilon,
            classWeights, poolClasses);
        return RegionFormulas.Loss(score, y, epsilon, log, emptyClasses, classWeights, normalizeClassWeights, poolClasses, negative,
            reduction);
    }
}
