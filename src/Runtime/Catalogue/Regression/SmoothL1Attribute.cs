using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Smooth L1: <c>d ^ 2 / (2 * beta)</c> below |d| = beta and <c>|d| - beta / 2</c> beyond: Huber divided by its delta. PyTorch's
/// SmoothL1Loss; with beta 0 it is the absolute error.
/// </summary>
/// <remarks>R. Girshick, "Fast R-CNN", ICCV 2015.</remarks>
public sealed partial class SmoothL1Attribute : RegressionTermAttribute
{
    /// <summary>Where the parabola becomes a line.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Beta { get; init; } = 1;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double beta, Value classWeights)
    {
        Value size = Abs(x.Probability - y);
        return classWeights * (beta == 0 ? size : Where(size < beta, Square(size) / (2 * beta), size - beta / 2));
    }
}
