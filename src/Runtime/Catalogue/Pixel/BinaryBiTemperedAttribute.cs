using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// <see cref="BiTemperedAttribute"/> for each class as a question of yes or no, with the logits x and -x. Both temperatures 1 are the
/// binary cross-entropy of <c>2 * x</c>.
/// </summary>
/// <remarks>
/// E. Amid et al., "Robust Bi-Tempered Logistic Loss Based on Bregman Divergences", NeurIPS 2019. The gradient is that of the exact
/// partition function.
/// </remarks>
[TakesUnitTarget]
public sealed partial class BinaryBiTemperedAttribute : LossTermAttribute
{
    /// <summary>The temperature of the logarithm, at most 1.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double Temperature1 { get; init; } = 0.8;

    /// <summary>The temperature of the softmax.</summary>
    /// <value>Above 0; heavy tails above 1.</value>
    [OptionRange(Above = 0)]
    public double Temperature2 { get; init; } = 1.2;

    /// <summary>The share of the target that the other answer gets.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double LabelSmoothing { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double temperature1, double temperature2, double labelSmoothing)
    {
        Value size = Detach(Abs(x.Logit)), yes = Detach(x.Logit) - size, no = -Detach(x.Logit) - size, move = x.Logit - Detach(x.Logit);
        Value normalizer = temperature2 > 1 ? FixedPoint(yes, no, temperature2) : Bisection(yes, no, temperature2);
        Value ofYes = RegionFormulas.PowerOfPositive(TemperedFormulas.Exponential(yes - normalizer, temperature2), temperature2);
        Value ofNo = RegionFormulas.PowerOfPositive(TemperedFormulas.Exponential(no - normalizer, temperature2), temperature2);
        Value shift = normalizer + move * (ofYes - ofNo) / (ofYes + ofNo);
        Value p = temperature2 == 1 ? Sigmoid(2 * x.Logit) : TemperedFormulas.Exponential(yes + move - shift, temperature2);
        Value q = temperature2 == 1 ? Sigmoid(-2 * x.Logit) : TemperedFormulas.Exponential(no - move - shift, temperature2);
        return TemperedFormulas.Divergence(p, TemperedFormulas.Smooth(y, labelSmoothing, 2), temperature1)
            + TemperedFormulas.Divergence(q, TemperedFormulas.Smooth(1 - y, labelSmoothing, 2), temperature1);
    }

    private static Value FixedPoint(Value a, Value b, double t)
    {
        Value factor1 = TemperedFormulas.Factor(Sum(a, b, t), t), factor2 = TemperedFormulas.Factor(Sum(a * factor1, b * factor1, t), t);
        Value factor3 = TemperedFormulas.Factor(Sum(a * factor2, b * factor2, t), t),
            factor4 = TemperedFormulas.Factor(Sum(a * factor3, b * factor3, t), t);
        Value factor5 = TemperedFormulas.Factor(Sum(a * factor4, b * factor4, t), t);
        return TemperedFormulas.Normalizer(Sum(a * factor5, b * factor5, t), t);
    }

    private static Value Bisection(Value a, Value b, double t)
    {
        Value near = Where(a > -1 / (1 - t), 1, 0) + Where(b > -1 / (1 - t), 1, 0), width = -TemperedFormulas.Logarithm(1 / near, t);
        Value lower1 = Raise(a, b, 0, width / 2, t), lower2 = Raise(a, b, lower1, width / 4, t);
        Value lower3 = Raise(a, b, lower2, width / 8, t), lower4 = Raise(a, b, lower3, width / 16, t);
        return Raise(a, b, lower4, width / 32, t) + width / 64;
    }

    private static Value Raise(Value a, Value b, Value lower, Value part, double t) =>
        TemperedFormulas.Raise(lower, part, Sum(a - lower - part, b - lower - part, t));

    private static Value Sum(Value a, Value b, double t) => TemperedFormulas.Exponential(a, t) + TemperedFormulas.Exponential(b, t);
}
