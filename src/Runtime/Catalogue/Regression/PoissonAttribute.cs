using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// The negative log-likelihood of counts: <c>p - y * log(p)</c>, p being the expected count. With <see cref="Activation.Exp"/> the input is
/// its logarithm: PyTorch's PoissonNLLLoss. With <see cref="Activation.None"/> it is the expected count itself.
/// </summary>
public sealed partial class PoissonAttribute : RegressionTermAttribute
{
    /// <summary>Added to the expected count inside the logarithm, where the activation does not give the logarithm itself.</summary>
    /// <value>From 0.</value>
    [ConventionDefault(Convention.Keras, 1e-7)]
    [OptionRange(From = 0)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Adds Stirling's approximation of log(y!) for counts above 1; it has no gradient.</summary>
    public bool Full { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double epsilon, bool full, Activation activation, Value classWeights)
    {
        const double pi = 3.14159265358979324;
        Value log = activation == Activation.None ? Log(x.Probability + epsilon) : x.LogProbability;
        Value loss = x.Probability - y * log;
        return classWeights * (full ? loss + Where(y > 1, y * Log(y) - y + Log(2 * pi * y) / 2, 0) : loss);
    }
}
