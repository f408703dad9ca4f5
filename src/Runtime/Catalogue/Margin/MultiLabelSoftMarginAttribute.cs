using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Multi-label soft margin: the mean over the classes of the binary cross-entropy of each, so that one number a pixel (a sample) is left.
/// Targets are 0 and 1. PyTorch's MultiLabelSoftMarginLoss.
/// </summary>
[TakesUnitTarget]
public sealed partial class MultiLabelSoftMarginAttribute : LossTermAttribute
{
    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, Value classWeights) =>
        MeanOverClasses(classWeights * BinaryFormulas.CrossEntropy(x, y, 1, Activation.Sigmoid));
}
