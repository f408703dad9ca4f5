using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Cauchy (Lorentzian): <c>log((d / scale) ^ 2 / 2 + 1)</c>. Kornia's cauchy_loss.
/// </summary>
/// <remarks>M. Black, P. Anandan, "The robust estimation of multiple motions", Computer Vision and Image Understanding, 1996.</remarks>
public sealed partial class CauchyAttribute : RegressionTermAttribute
{
    /// <summary>The size of an ordinary error.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Scale { get; init; } = 1;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double scale, Value classWeights) =>
        classWeights * Log1p(Square((x.Probability - y) / scale) / 2);
}
