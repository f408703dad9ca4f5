namespace LossGen;

/// <summary>
/// Binary cross-entropy: <c>-w * (v * y * log(p) + (1 - y) * log(1 - p))</c> for each class and pixel, w the class weights and v the
/// positive weights. With a sigmoid it is computed from the logits, exact for every logit: PyTorch's BCEWithLogitsLoss; so it is with a
/// softmax. Otherwise it takes the probabilities, with logarithms of at least -100: PyTorch's BCELoss.
/// </summary>
[TakesUnitTarget]
public sealed partial class BinaryCrossEntropyAttribute : LossTermAttribute
{
    /// <summary>The factor of positive pixels, one a class, for all classes of the loss; null means 1.</summary>
    public double[]? PositiveWeights { get; init; }

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>Moves the target towards 1/2: <c>(1 - s) * y + s / 2</c>.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double LabelSmoothing { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, Value positiveWeights, Value classWeights, double labelSmoothing, Activation activation)
    {
        Value smoothed = labelSmoothing == 0 ? y : (1 - labelSmoothing) * y + labelSmoothing / 2;
        return classWeights * BinaryFormulas.CrossEntropy(x, smoothed, positiveWeights, activation);
    }
}
