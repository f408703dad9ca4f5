using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Absolute error: <c>|p - y|</c>. PyTorch's L1Loss; the derivative at p = y is 0.
/// </summary>
public sealed partial class L1Attribute : RegressionTermAttribute
{
    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, Value classWeights) =>
        classWeights * Abs(x.Probability - y);
}
