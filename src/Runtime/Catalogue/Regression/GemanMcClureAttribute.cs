using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Geman-McClure: <c>2 * q / (q + 4)</c> with <c>q = (d / scale) ^ 2</c>; at most 2. Kornia's geman_mcclure_loss.
/// </summary>
/// <remarks>S. Geman, D. McClure, "Bayesian image analysis: An application to single photon emission tomography", 1985.</remarks>
public sealed partial class GemanMcClureAttribute : RegressionTermAttribute
{
    /// <summary>The size of an ordinary error.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Scale { get; init; } = 1;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double scale, Value classWeights)
    {
        Value squared = Square((x.Probability - y) / scale);
        return classWeights * (2 * squared / (squared + 4));
    }
}
