using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// The Dice part of the exponential logarithmic loss: <c>(-log(score)) ^ gamma</c> of the soft Dice score <c>(2 * sum(p * y) + smooth) /
/// (sum(p) + sum(y) + smooth)</c> of each class, or of each image and class. The whole loss is <c>[ExpLogDice(Weight = 0.8)]
/// [ExpLogCrossEntropy(Weight = 0.2)]</c>.
/// </summary>
/// <remarks>K. Wong et al., "3D Segmentation with Exponential Logarithmic Loss for Highly Unbalanced Object Sizes", MICCAI 2018.</remarks>
[TakesUnitTarget]
public sealed partial class ExpLogDiceAttribute : LossTermAttribute
{
    /// <summary>The exponent: below 1 it makes more of classes that are nearly right as well as of those that are badly wrong.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Gamma { get; init; } = 0.3;

    /// <summary>Added to numerator and denominator of the score.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Smooth { get; init; } = 1;

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double gamma, double smooth, Value classWeights)
    {
        Value score = Divide(2 * Sum(x.Probability * y) + smooth, Sum(x.Probability) + Sum(y) + smooth, 1);
        return classWeights * RegionFormulas.Power(-Log(score), gamma);
    }
}
