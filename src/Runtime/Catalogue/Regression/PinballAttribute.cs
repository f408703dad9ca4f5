using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Pinball (quantile loss): <c>q * (y - p)</c> where the prediction is too small, else <c>(1 - q) * (p - y)</c>. It is least at the
/// q-quantile of the target.
/// </summary>
/// <remarks>R. Koenker, G. Bassett, "Regression Quantiles", Econometrica, 1978.</remarks>
public sealed partial class PinballAttribute : RegressionTermAttribute
{
    /// <summary>Which quantile: between 0 and 1, 1/2 being the median.</summary>
    /// <value>Between 0 and 1.</value>
    [OptionRange(Above = 0, Below = 1)]
    public double Quantile { get; init; } = 0.5;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double quantile, Value classWeights)
    {
        Value gap = y - x.Probability;
        return classWeights * Max(quantile * gap, (quantile - 1) * gap);
    }
}
