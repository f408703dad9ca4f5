using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Bi-tempered logistic loss: a softmax with heavy tails (temperature 2 above 1), which bears wrong labels near the boundary, and a
/// logarithm that is bounded (temperature 1 below 1), which bears outliers. One number a pixel; both temperatures 1 are cross-entropy. It
/// takes logits: <see cref="Activation.Softmax"/>.
/// </summary>
/// <remarks>
/// E. Amid et al., "Robust Bi-Tempered Logistic Loss Based on Bregman Divergences", NeurIPS 2019. The gradient is that of the exact
/// partition function.
/// </remarks>
[TakesUnitTarget]
public sealed partial class BiTemperedAttribute : LossTermAttribute
{
    /// <summary>The temperature of the logarithm, at most 1.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double Temperature1 { get; init; } = 0.8;

    /// <summary>The temperature of the softmax.</summary>
    /// <value>Above 0; heavy tails above 1.</value>
    [OptionRange(Above = 0)]
    public double Temperature2 { get; init; } = 1.2;

    /// <summary>The share of the target that each of the other classes gets.</summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double LabelSmoothing { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double temperature1, double temperature2, double labelSmoothing)
    {
        Value p = temperature2 == 1 ? x.Probability : Probability(x.Logit, temperature2);
        Value smoothed = TemperedFormulas.Smooth(y, labelSmoothing, x.ClassCount);
        return SumOverClasses(TemperedFormulas.Divergence(p, smoothed, temperature1));
    }

    // The partition function is a constant whose derivative is stated: the logits' escort probabilities.
    private static Value Probability(Value logit, double t)
    {
        // A class that is masked by minus infinity stays where it is.
        Value shifted = Detach(logit - MaxOverClasses(logit)), move = Where(logit > double.NegativeInfinity, logit - Detach(logit), 0);
        Value own = shifted - (t > 1 ? FixedPoint(shifted, t) : Bisection(shifted, t));
        Value escort = RegionFormulas.PowerOfPositive(TemperedFormulas.Exponential(own, t), t);
        return TemperedFormulas.Exponential(own + move - SumOverClasses(escort * move) / SumOverClasses(escort), t);
    }

    private static Value FixedPoint(Value shifted, double t)
    {
        Value factor1 = TemperedFormulas.Factor(Sum(shifted, t), t), factor2 = TemperedFormulas.Factor(Sum(shifted * factor1, t), t);
        Value factor3 = TemperedFormulas.Factor(Sum(shifted * factor2, t), t), factor4 = TemperedFormulas.Factor(Sum(shifted * factor3, t),
            t);
        Value factor5 = TemperedFormulas.Factor(Sum(shifted * factor4, t), t);
        return TemperedFormulas.Normalizer(Sum(shifted * factor5, t), t);
    }

    private static Value Bisection(Value shifted, double t)
    {
        Value near = SumOverClasses(Where(shifted > -1 / (1 - t), 1, 0)), width = -TemperedFormulas.Logarithm(1 / near, t);
        Value lower1 = Raise(shifted, 0, width / 2, t), lower2 = Raise(shifted, lower1, width / 4, t);
        Value lower3 = Raise(shifted, lower2, width / 8, t), lower4 = Raise(shifted, lower3, width / 16, t);
        return Raise(shifted, lower4, width / 32, t) + width / 64;
    }

    private static Value Raise(Value shifted, Value lower, Value part, double t) =>
        TemperedFormulas.Raise(lower, part, Sum(shifted - lower - part, t));

    private static Value Sum(Value u, double t) => SumOverClasses(TemperedFormulas.Exponential(u, t));
}
