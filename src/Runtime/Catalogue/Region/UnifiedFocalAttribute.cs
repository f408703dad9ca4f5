using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Unified focal: <c>share * focal + (1 - share) * tversky</c>, the mean of <see cref="AsymmetricFocalAttribute"/> over the pixels and the
/// mean of <see cref="AsymmetricFocalTverskyAttribute"/> over the classes. One number, whatever the reduction. MONAI's
/// AsymmetricUnifiedFocalLoss (on probabilities, per image, with <c>Bounded = true</c>). To reduce or log the two parts apart, state them
/// as two terms.
/// </summary>
/// <remarks>M. Yeung et al., "Unified Focal loss", Computerized Medical Imaging and Graphics, 2022.</remarks>
[TakesUnitTarget]
public sealed partial class UnifiedFocalAttribute : LossTermAttribute
{
    /// <summary>What the focal part counts, the Tversky part having 1 - share.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double Share { get; init; } = 0.5;

    /// <summary>What the foreground counts against the background, and a miss against a false positive.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double Delta { get; init; } = 0.6;

    /// <summary>How much the background is made less of, and the foreground enhanced.</summary>
    /// <value>From 0, below 1.</value>
    [OptionRange(From = 0, Below = 1)]
    public double Gamma { get; init; } = 0.5;

    /// <summary>Background and foreground classes have both exponents.</summary>
    public bool Symmetric { get; init; }

    /// <summary>Smooths the score, and keeps its probabilities this far from 0 and 1, without gradient beyond.</summary>
    /// <value>From 0, below 1/2.</value>
    [OptionRange(From = 0, Below = 0.5)]
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>
    /// Keeps the probabilities of the focal part as far from 0 and 1, so that it has no gradient where it is most wrong. As MONAI does.
    /// </summary>
    [ConventionDefault(Convention.Monai, true)]
    public bool Bounded { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, double share, double delta, double gamma, bool symmetric, double epsilon, bool bounded,
        Activation activation)
    {
        Value focal = AsymmetricFocalAttribute.Formula(x, y, delta, gamma, symmetric, bounded ? epsilon : 0, activation);
        Value tversky = AsymmetricFocalTverskyAttribute.Formula(x, y, delta, gamma, symmetric, epsilon);
        return share * TotalMean(focal) + (1 - share) * MeanOverBatch(MeanOverClasses(tversky));
    }
}
