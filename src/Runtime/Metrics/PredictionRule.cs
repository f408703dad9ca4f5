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

        UsesLargest = definition.Activation == Activation.Softmax || (definition.Activation == Activation.Exp && definition.Classes > 1);
        Bound = definition.Activation switch
        {
            Activation.Sigmoid => Math.Log(threshold / (1 - threshold)),
            Activation.Exp => Math.Log(threshold),
            _ => threshold,
        };
    }

    /// <summary>The class of the largest logit is predicted: the first of equal ones, and class 0 where its logit is NaN.</summary>
    public bool UsesLargest { get; }

    /// <summary>Otherwise, the logit above which a class is.</summary>
    public double Bound { get; }
}
