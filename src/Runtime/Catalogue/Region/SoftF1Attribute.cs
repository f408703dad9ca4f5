using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Soft F1: <c>1 - 2 * tp / (2 * tp + fn + fp + smooth)</c> of probabilities that are kept from 0 and 1, for each class, or for each image
/// and class. pytorch-toolbelt's SoftF1Loss and BinarySoftF1Loss. Without the bounds it is <see cref="FBetaAttribute"/>.
/// </summary>
[TakesUnitTarget]
public sealed partial class SoftF1Attribute : LossTermAttribute
{
    /// <summary>Keeps probabilities this far from 0 and 1, without gradient beyond; 0 means no bounds.</summary>
    /// <value>From 0, below 1/2.</value>
    [OptionRange(From = 0, Below = 0.5)]
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>Added to the denominator: a class that is rightly absent then scores 0. pytorch-toolbelt's is 1e-6.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Smooth { get; init; }

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double epsilon, double smooth, Value classWeights)
    {
        Value p = epsilon == 0 ? x.Probability : Clamp(x.Probability, epsilon, 1 - epsilon);
        return classWeights * (1 - Divide(2 * Sum(p * y), Sum(p) + Sum(y) + smooth, 1));
    }
}
