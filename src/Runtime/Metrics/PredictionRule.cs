using LossGen.Kernels;

namespace LossGen.Metrics;

/// <summary>When a class is predicted: where its logit is the largest, or where it is above a bound.</summary>
internal readonly struct PredictionRule
{
    /// <summary>The rule of a metric.</summary>
    /// <param name="definition">The activation and the number of classes.</param>
    /// <param name="threshold">The probability above which a class is predicted, where the largest logit does not decide.</param>
    public PredictionRule(LossDefinition definition, double threshold)
    {
        if (!(threshold > 0 && threshold < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(threshold), threshold, $"The threshold is {threshold}; it must be between 0 and 1.");
        }

        UsesLargest = definition.Activation.Excludes(definition.Classes);
        Bound = definition.Activation.LogitOf(threshold);
    }

    /// <summary>The class of the largest logit is predicted: the first of equal ones, and class 0 where its logit is NaN.</summary>
    public bool UsesLargest { get; }

    /// <summary>Otherwise, the logit above which a class is.</summary>
    public double Bound { get; }
}
