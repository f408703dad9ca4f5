using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Asymmetric focal Tversky: with <c>t = 1 - (tp + epsilon) / (tp + delta * fn + (1 - delta) * fp + epsilon)</c>, t for the background
/// (class 0) and <c>t ^ (1 - gamma)</c> for the foreground classes, so that only these gain where they are nearly right. One number a
/// class, or one an image and class.
/// </summary>
/// <remarks>M. Yeung et al., "Unified Focal loss", Computerized Medical Imaging and Graphics, 2022.</remarks>
[TakesProbability]
[TakesUnitTarget]
public sealed partial class AsymmetricFocalTverskyAttribute : LossTermAttribute
{
    /// <summary>The weight of misses, false positives having 1 - delta.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double Delta { get; init; } = 0.7;

    /// <summary>How much the foreground is enhanced.</summary>
    /// <value>From 0, below 1.</value>
    [OptionRange(From = 0, Below = 1)]
    public double Gamma { get; init; } = 0.75;

    /// <summary>Smooths the score, and keeps probabilities this far from 0 and 1, without gradient beyond.</summary>
    /// <value>From 0, below 1/2.</value>
    [OptionRange(From = 0, Below = 0.5)]
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>The background is enhanced as well.</summary>
    public bool Symmetric { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double delta, double gamma, bool symmetric, double epsilon)
    {
        Value p = epsilon == 0 ? x.Probability : Clamp(x.Probability, epsilon, 1 - epsilon);
        Value tp = Sum(p * y), fn = Sum((1 - p) * y), fp = Sum(p * (1 - y));
        Value loss = 1 - Divide(tp + epsilon, tp + delta * fn + (1 - delta) * fp + epsilon, 1);
        Value enhanced = RegionFormulas.Power(loss, 1 - gamma);
        return symmetric ? enhanced : Where(EqualTo(x.ClassIndex, 0), loss, enhanced);
    }
}
