using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Circle loss: for each row <c>log(1 + sum_n exp(g a_n (s_n - m)) sum_p exp(-g a_p (s_p - 1 + m)))</c> over its negatives n and positives
/// p, with the weights <c>a_n = max(s_n + m, 0)</c> and <c>a_p = max(1 + m - s_p, 0)</c>, which are constants for the derivative; then the
/// mean over the rows that have both. The loss states <c>Pairs = Pairs.Cosine</c>.
/// </summary>
/// <remarks>Y. Sun et al., "Circle Loss: A Unified Perspective of Pair Similarity Optimization", CVPR 2020, equations 5, 6 and 8.</remarks>
[TakesPairs(Pairs.Cosine)]
public sealed partial class CircleAttribute : LossTermAttribute
{
    /// <summary>m: similarities of positives are to be above 1 - m, those of negatives below m.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double Margin { get; init; } = 0.25;

    /// <summary>g, the scale of similarities: the larger, the more the hardest pairs count.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Scale { get; init; } = 256;

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double margin, double scale)
    {
        Value s = x.Logit;
        Value positive = -scale * Detach(Max(1 + margin - s, 0)) * (s - 1 + margin), negative = scale * Detach(Max(s + margin, 0))
            * (s - margin);
        Condition isPositive = y > 0.5;
        Value row = LogSumExpOverClasses(Where(isPositive, positive, double.NegativeInfinity)) + LogSumExpOverClasses(Where(isPositive,
            double.NegativeInfinity, negative));
        Condition hasBoth = (SumOverClasses(y) > 0) & (SumOverClasses(1 - y) > 0);
        return Divide(Sum(Where(hasBoth, Softplus(row), 0)), Sum(Where(hasBoth, 1, 0)), 0);
    }
}
