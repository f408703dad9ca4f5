using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Welsch (Leclerc): <c>1 - exp(-(d / scale) ^ 2 / 2)</c>; at most 1. Kornia's welsch_loss.
/// </summary>
/// <remarks>
/// R. Dennis, R. Welsch, "Techniques for nonlinear least squares and robust regression", Communications in Statistics, 1978.
/// </remarks>
public sealed partial class WelschAttribute : RegressionTermAttribute
{
    /// <summary>The size of an ordinary error.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Scale { get; init; } = 1;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double scale, Value classWeights) =>
        classWeights * -Expm1(-Square((x.Probability - y) / scale) / 2);
}
