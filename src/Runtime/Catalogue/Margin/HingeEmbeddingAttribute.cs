using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Hinge embedding: the input (a distance) where the target is 1, <c>max(0, margin - x)</c> where it is -1 (with class indices: not the
/// label's class). PyTorch's HingeEmbeddingLoss.
/// </summary>
public sealed partial class HingeEmbeddingAttribute : LossTermAttribute
{
    /// <summary>How large the distance of what does not belong together should be.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Margin { get; init; } = 1;

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double margin, Value classWeights) =>
        classWeights * Where(y > 0, x.Logit, Max(margin - x.Logit, 0));
}
