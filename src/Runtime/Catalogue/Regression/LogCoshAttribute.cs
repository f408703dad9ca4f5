using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Log-cosh: <c>log(cosh(p - y))</c>, a parabola near 0 and linear far away, without overflow.
/// </summary>
public sealed partial class LogCoshAttribute : RegressionTermAttribute
{
    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, Value classWeights)
    {
        const double log2 = 0.693147180559945309;
        Value size = Abs(x.Probability - y);
        return classWeights * (size + Softplus(-2 * size) - log2);
    }
}
