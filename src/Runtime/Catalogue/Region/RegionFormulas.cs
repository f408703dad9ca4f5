using static LossGen.Functions;

namespace LossGen;

/// <summary>What the formulas of region terms share.</summary>
internal static class RegionFormulas
{
    /// <summary>
    /// The overlap of prediction and target: <c>sum(p * y)</c>, or with soft labels <c>sum(min(p, y))</c>, which is <c>(sum(p) + sum(y) -
    /// sum(|p - y|)) / 2</c> without the digits that the differences cost. Both are the same for targets of 0 and 1; for others only the
    /// second is largest at p = y. With squares the two are the same anyway.
    /// </summary>
    internal static Value Overlap(Prediction x, Target y, bool squared, bool softLabel) =>
        softLabel && !squared
            ? Sum(Min(x.Probability, y))
            : Sum(x.Probability * y);

    /// <summary>How much is predicted.</summary>
    internal static Value Predicted(Prediction x, bool squared) => squared ? Sum(Square(x.Probability)) : Sum(x.Probability);

    /// <summary>How much is labelled.</summary>
    internal static Value Labelled(Target y, bool squared) => squared ? Sum(Square(y)) : Sum(y);

    /// <summary>What a class of a volume counts; one without any counts as much as the smallest that has one.</summary>
    internal static Value VolumeWeight(Value volume, VolumeWeights weights)
    {
        Value inverse = Divide(1, weights == VolumeWeights.InverseSquare ? Square(volume) : volume, 0);
        return weights == VolumeWeights.Uniform ? 1 : Where(EqualTo(volume, 0), MaxOverClasses(inverse), inverse);
    }

    /// <summary>
    /// The smoothed and bounded quotient of a score, of all classes together if they are pooled; 0/0 (nothing labelled, nothing predicted)
    /// is the perfect score 1.
    /// </summary>
    internal static Value Score(
        Value numerator, Value denominator, double smooth, double smoothNumerator, double smoothDenominator, double epsilon,
        Value classWeights, bool poolClasses)
    {
        Value above = (poolClasses ? SumOverClasses(classWeights * numerator) : numerator) + (double.IsNaN(smoothNumerator) ? smooth
            : smoothNumerator);
        Value below = (poolClasses ? SumOverClasses(classWeights * denominator) : denominator) + (double.IsNaN(smoothDenominator) ? smooth
            : smoothDenominator);
        return Divide(above, epsilon == 0 ? below : Max(below, epsilon), 1);
    }

    /// <summary>
    /// From the score of each class to its share of the loss: 1 - score, -score or the logarithm, the policy for empty classes, the
    /// weights.
    /// </summary>
    internal static Value Loss(
        Value score, Value y, double epsilon, bool log, EmptyClasses emptyClasses,
        Value classWeights, bool normalizeClassWeights, bool poolClasses, bool negative, Reduction reduction) =>
        Share(Penalty(score, epsilon, log, negative), y, emptyClasses, classWeights, normalizeClassWeights, poolClasses, reduction);

    /// <summary>What a score costs: 1 - score, -score or the logarithm.</summary>
    internal static Value Penalty(Value score, double epsilon, bool log, bool negative) =>
        log ? -Log(epsilon == 0 ? score : Max(score, epsilon)) : negative ? -score : 1 - score;

    /// <summary>From what a class costs to its share of the loss: the policy for empty classes, the weights.</summary>
    internal static Value Share(
        Value loss, Value y, EmptyClasses emptyClasses, Value classWeights, bool normalizeClassWeights, bool poolClasses,
            Reduction reduction)
    {
        Condition present = (poolClasses ? SumOverClasses(Sum(y)) : Sum(y)) > 0;
        Value kept = emptyClasses == EmptyClasses.Keep ? loss : Where(present, loss, 0);

        // A mean over classes divides by their number; to divide by something else, divide by its mean.
        bool skips = emptyClasses == EmptyClasses.Skip || emptyClasses == EmptyClasses.SkipPerImage;
        Value counted = skips && reduction == Reduction.Mean ? Where(present, 1, 0) : 1;
        Value weights = poolClasses ? 1 : classWeights;
        Value share = MeanOverClasses(normalizeClassWeights ? counted * weights : counted);
        return emptyClasses == EmptyClasses.SkipPerImage
            ? Divide(Divide(weights * kept, share, 0), MeanOverBatch(Where(share > 0, 1, 0)), 0)
            : Divide(weights * kept, MeanOverBatch(share), 0);
    }

    /// <summary>A power, 1 for the exponent 0; of others as <see cref="PowerOfPositive"/>.</summary>
    internal static Value Power(Value number, double exponent) => exponent == 0 ? 1 : PowerOfPositive(number, exponent);

    /// <summary>A power; 0 without gradient where float has no more positive numbers, so that roots have no infinite slope there.</summary>
    internal static Value PowerOfPositive(Value number, double exponent) => Where(number <= 1e-37, 0, Pow(number, exponent));
}
