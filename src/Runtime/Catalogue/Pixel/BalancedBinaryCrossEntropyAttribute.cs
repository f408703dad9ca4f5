using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Binary cross-entropy that gives the rarer answer as much to say as the other: <c>-w ^ gamma * y * log(p) - (1 - w) ^ gamma * (1 - y) *
/// log(1 - p)</c> for each class and pixel, with <c>w = (n0 / (n0 + n1)) ^ gamma</c>, n1 the positive elements of the batch and n0 the
/// others, all classes together. pytorch-toolbelt's BalancedBCEWithLogitsLoss.
/// </summary>
/// <remarks>S. Xie, Z. Tu, "Holistically-Nested Edge Detection", ICCV 2015 (gamma = 1).</remarks>
[TakesUnitTarget]
public sealed partial class BalancedBinaryCrossEntropyAttribute : LossTermAttribute
{
    /// <summary>How strong the balance is; 0 is plain binary cross-entropy.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Gamma { get; init; } = 1;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double gamma, Activation activation)
    {
        Value positive = SumOverClasses(Total(y)), negative = SumOverClasses(Total(1 - y));
        Value weight = Pow(negative / (positive + negative + 1e-7), gamma);
        return Pow(weight, gamma) * y * BinaryFormulas.Positive(x, activation) + Pow(1 - weight, gamma) * (1 - y)
            * BinaryFormulas.Negative(x, activation);
    }
}
