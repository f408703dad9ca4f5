using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Negative log likelihood of a normal distribution: <c>(log(v) + (x - y)^2 / v) / 2</c> for each class and pixel. The variances v are an
/// input of the loss, <c>variance</c>, (N, C, S); there is no gradient at them. This is PyTorch's GaussianNLLLoss, with a dense target and
/// <see cref="Activation.None"/>.
/// </summary>
public sealed partial class GaussianAttribute : LossTermAttribute
{
    /// <summary>The smallest variance.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>Adds <c>log(2 pi) / 2</c>.</summary>
    public bool Full { get; init; }

    /// <summary>
    /// The formula; <paramref name="variance"/> is an input of the loss, the other parameters are the options of this attribute.
    /// </summary>
    public static Value Formula(Prediction x, Target y, ElementMap variance, double epsilon, bool full)
    {
        Value v = Max(variance, epsilon), loss = (Log(v) + Square(x.Probability - y) / v) / 2;
        return full ? loss + 0.5 * Log(2 * Math.PI) : loss;
    }
}
