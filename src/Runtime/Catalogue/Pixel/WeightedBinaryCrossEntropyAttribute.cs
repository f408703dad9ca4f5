namespace LossGen;

/// <summary>
/// Binary cross-entropy with a weight for every class and pixel: <c>-w * (v * y * log(p) + (1 - y) * log(1 - p))</c>. The weights w are an
/// input of the loss, <c>elementWeights</c>, (N, C, S). This is PyTorch's BCEWithLogitsLoss (with a sigmoid) and BCELoss with <c>weight</c>
/// of the input's shape.
/// </summary>
[TakesUnitTarget]
public sealed partial class WeightedBinaryCrossEntropyAttribute : LossTermAttribute
{
    /// <summary>The factor of positive pixels, one a class, for all classes of the loss; null means 1.</summary>
    public double[]? PositiveWeights { get; init; }

    /// <summary>Moves the target towards 1/2: <c>(1 - s) * y + s / 2</c>.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// The formula; <paramref name="elementWeights"/> is an input of the loss, the other parameters are the options of this attribute and
    /// of the loss.
    /// </summary>
    public static Value Formula(Prediction x, Target y, ElementMap elementWeights, Value positiveWeights, double labelSmoothing,
        Activation activation)
    {
        Value smoothed = labelSmoothing == 0 ? y : (1 - labelSmoothing) * y + labelSmoothing / 2;
        return elementWeights * BinaryFormulas.CrossEntropy(x, smoothed, positiveWeights, activation);
    }
}
