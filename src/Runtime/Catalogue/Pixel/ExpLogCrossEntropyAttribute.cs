using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// The cross-entropy part of the exponential logarithmic loss: <c>sum(w * y * (-log(p)) ^ gamma)</c> over the classes, for each pixel,
/// computed from the logits. Probabilities given as such (<see cref="Activation.None"/>) have logarithms of at least -100.
/// </summary>
/// <remarks>
/// K. Wong et al., "3D Segmentation with Exponential Logarithmic Loss for Highly Unbalanced Object Sizes", MICCAI 2018, whose weight of a
/// class is the root of all labelled pixels by its own.
/// </remarks>
[TakesUnitTarget]
public sealed partial class ExpLogCrossEntropyAttribute : LossTermAttribute
{
    /// <summary>The exponent; 1 is cross-entropy.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Gamma { get; init; } = 0.3;

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double gamma, Value classWeights, Activation activation)
    {
        Value logProbability = activation == Activation.None ? Max(x.LogProbability, -100) : x.LogProbability;
        return SumOverClasses(classWeights * y * RegionFormulas.Power(-logProbability, gamma));
    }
}
