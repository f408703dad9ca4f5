namespace LossGen;

/// <summary>
/// Binary cross-entropy with a weight for every class and pixel: <c>-w * (v * y * log(p) + (1 - y) * log(1 - p))</c>. The weights w are an input of the
/// loss, <c>elementWeights</c>, (N, C, S). This is PyTorch's BCEWithLogitsLoss (with a sigmoid) and BCELoss with <c>weight</c> of the input's shape.
/// </summary>
public sealed partial class WeightedBinaryCrossEntropyAttribute : LossTermAttribute
{
    /// <summary>The factor of positive pixels, one a class, for all classes of the loss; null means 1.</summary>
    public double[]? PositiveWeights { get; init; }

    /// <summary>The formula; <paramref name="elementWeights"/> is an input of the loss, the other parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, ElementMap elementWeights, Value positiveWeights, Activation activation) =>
        elementWeights * BinaryFormulas.CrossEntropy(x, y, positiveWeights, activation);
}
