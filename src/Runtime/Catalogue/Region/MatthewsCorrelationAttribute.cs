using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// 1 minus Matthews' correlation coefficient, <c>(tp * tn - fp * fn) / sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))</c>, for each
/// class, or for each image and class. Unlike Dice it counts true negatives. SMP's MCCLoss on probabilities.
/// </summary>
/// <remarks>
/// K. Abhishek, G. Hamarneh, "Matthews Correlation Coefficient Loss for Deep Convolutional Networks: Application to Skin Lesion
/// Segmentation", ISBI 2021.
/// </remarks>
[TakesProbability]
[TakesUnitTarget]
public sealed partial class MatthewsCorrelationAttribute : LossTermAttribute
{
    /// <summary>Added to each of the four sums.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Smooth { get; init; } = 1e-5;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double smooth)
    {
        Value tp = Sum(x.Probability * y) + smooth, tn = Sum((1 - x.Probability) * (1 - y)) + smooth;
        Value fp = Sum(x.Probability * (1 - y)) + smooth, fn = Sum((1 - x.Probability) * y) + smooth;
        Value product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn);
        return 1 - Where(product <= 0, 0, (tp * tn - fp * fn) / Sqrt(product));
    }
}
