using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Soft margin: <c>log(1 + exp(-y * x))</c> for targets of 1 and -1, without overflow. PyTorch's SoftMarginLoss.
/// </summary>
public sealed partial class SoftMarginAttribute : LossTermAttribute
{
    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, Value classWeights) =>
        classWeights * Softplus(-y * x.Logit);
}
