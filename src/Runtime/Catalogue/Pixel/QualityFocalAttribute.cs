using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Quality focal: the binary cross-entropy of a target between 0 and 1 times <c>|p - y| ^ beta</c>, for each class and pixel. For targets of 0 and 1 it is
/// <see cref="FocalAttribute"/>.
/// </summary>
/// <remarks>X. Li et al., "Generalized Focal Loss", NeurIPS 2020.</remarks>
public sealed partial class QualityFocalAttribute : LossTermAttribute
{
    /// <summary>How much less a pixel counts that is nearly right; 0 is binary cross-entropy.</summary>
    public double Beta { get; init; } = 2;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double beta, Activation activation) =>
        RegionFormulas.Power(Abs(x.Probability - y), beta) * BinaryFormulas.CrossEntropy(x, y, 1, activation);
}
