using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Huber: <c>d ^ 2 / 2</c> up to |d| = delta and linear beyond, <c>delta * (|d| - delta / 2)</c>. PyTorch's HuberLoss.
/// </summary>
/// <remarks>P. Huber, "Robust Estimation of a Location Parameter", Annals of Mathematical Statistics, 1964.</remarks>
public sealed partial class HuberAttribute : RegressionTermAttribute
{
    /// <summary>Where the parabola becomes a line.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Delta { get; init; } = 1;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double delta, Value classWeights)
    {
        Value size = Abs(x.Probability - y);
        return classWeights * Where(size <= delta, Square(size) / 2, delta * (size - delta / 2));
    }
}
