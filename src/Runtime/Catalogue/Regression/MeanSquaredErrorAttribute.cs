using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Squared error: <c>(p - y) ^ 2</c>. PyTorch's MSELoss; on probabilities and class indices it is the Brier score.
/// </summary>
public sealed partial class MeanSquaredErrorAttribute : RegressionTermAttribute
{
    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, Value classWeights) =>
        classWeights * Square(x.Probability - y);
}
