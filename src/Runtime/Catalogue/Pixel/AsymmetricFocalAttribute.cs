using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Asymmetric focal: cross-entropy whose background (class 0) counts <c>(1 - delta) * (1 - p) ^ gamma</c> and whose foreground classes
/// count delta, so that only the background is made less of where it is right already. One number a pixel.
/// <see cref="UnifiedFocalAttribute"/> is its mean beside that of <see cref="AsymmetricFocalTverskyAttribute"/>.
/// </summary>
/// <remarks>M. Yeung et al., "Unified Focal loss", Computerized Medical Imaging and Graphics, 2022.</remarks>
[TakesUnitTarget]
public sealed partial class AsymmetricFocalAttribute : LossTermAttribute
{
    /// <summary>What the foreground counts, the background having 1 - delta.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double Delta { get; init; } = 0.7;

    /// <summary>How much less the background counts where it is right already.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Gamma { get; init; } = 0.5;

    /// <summary>The foreground is made less of where it is right already as well.</summary>
    public bool Symmetric { get; init; }

    /// <summary>Keeps probabilities this far from 0 and 1, without gradient beyond; 0 means no bounds.</summary>
    /// <value>From 0, below 1/2.</value>
    [OptionRange(From = 0, Below = 0.5)]
    public double Epsilon { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double delta, double gamma, bool symmetric, double epsilon, Activation activation)
    {
        Value bounded = Clamp(x.Probability, epsilon, 1 - epsilon);
        Value given = activation == Activation.None ? Max(x.LogProbability, -100) : x.LogProbability;
        Value logProbability = epsilon == 0 ? given : Log(bounded);
        Value miss = epsilon == 0 ? x.Complement : 1 - bounded;
        Value modulation = RegionFormulas.Power(miss, gamma);
        Value factor = Where(EqualTo(x.ClassIndex, 0), (1 - delta) * modulation, symmetric ? delta * modulation : delta);
        return -SumOverClasses(factor * y * logProbability);
    }
}
