using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Quality focal: the binary cross-entropy of a target between 0 and 1 times <c>|p - y| ^ beta</c>, for each class and pixel. For targets
/// of 0 and 1 it is <see cref="FocalAttribute"/>.
/// </summary>
/// <remarks>X. Li et al., "Generalized Focal Loss", NeurIPS 2020.</remarks>
[TakesUnitTarget]
public sealed partial class QualityFocalAttribute : LossTermAttribute
{
    /// <summary>How much less a pixel counts that is nearly right; 0 is binary cross-entropy.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Beta { get; init; } = 2;

    /// <summary>
    /// Divides by the mean of <c>|p - y| ^ beta</c> over the elements of the batch, so that the loss is the mean that these factors weigh.
    /// pytorch-toolbelt's reduction "normalized".
    /// </summary>
    public bool Normalized { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double beta, bool normalized, Activation activation)
    {
        Value factor = RegionFormulas.Power(Abs(x.Probability - y), beta);
        Value loss = factor * BinaryFormulas.CrossEntropy(x, y, 1, activation);
        return normalized ? Divide(loss, MeanOverClasses(TotalMean(factor)), 0) : loss;
    }
}
