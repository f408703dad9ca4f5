using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Hinge: <c>w * max(0, margin - (2 * y - 1) * x) ^ exponent</c> for each class and pixel, x the logit and y 0 or 1: with class indices
/// each class against the others.
/// </summary>
/// <remarks>C. Cortes, V. Vapnik, "Support-Vector Networks", Machine Learning, 1995.</remarks>
public sealed partial class HingeAttribute : LossTermAttribute
{
    /// <summary>By how much a logit should be on its side of 0.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Margin { get; init; } = 1;

    /// <summary>1, or 2 for the squared hinge.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Exponent { get; init; } = 1;

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double margin, double exponent, Value classWeights) =>
        classWeights * RegionFormulas.Power(Max(margin - (2 * y - 1) * x.Logit, 0), exponent);
}
