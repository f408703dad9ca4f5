using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Charbonnier (pseudo-Huber, L1-L2): <c>sqrt((d / scale) ^ 2 + 1) - 1</c>. Kornia's charbonnier_loss.
/// </summary>
/// <remarks>P. Charbonnier et al., "Two deterministic half-quadratic regularization algorithms for computed imaging", ICIP 1994.</remarks>
public sealed partial class CharbonnierAttribute : RegressionTermAttribute
{
    /// <summary>The error at which the parabola bends into a line.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Scale { get; init; } = 1;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double scale, Value classWeights)
    {
        Value squared = Square((x.Probability - y) / scale); // the quotient does not cancel near 0
        return classWeights * squared / (Sqrt(squared + 1) + 1);
    }
}
