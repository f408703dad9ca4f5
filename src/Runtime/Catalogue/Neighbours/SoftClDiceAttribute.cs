using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Centre-line Dice, for vessels, roads and membranes, where what matters is what is connected: <c>1 - 2 * precision * sensitivity /
/// (precision + sensitivity)</c>, with the share of the prediction's skeleton that is labelled, <c>(sum(skeleton(p) * y) + smooth) /
/// (sum(skeleton(p)) + smooth)</c>, and of the label's skeleton that is predicted. Sums go over the classes as well, as in MONAI's
/// SoftclDiceLoss, which leaves out the background: <c>IncludeBackground = false</c>. It is meant beside Dice: <c>[Dice] [SoftClDice(Weight
/// = 0.5)]</c>.
/// </summary>
/// <remarks>S. Shit et al., "clDice - a Novel Topology-Preserving Loss Function for Tubular Structure Segmentation", CVPR 2021.</remarks>
public sealed partial class SoftClDiceAttribute : LossTermAttribute
{
    /// <summary>Erosions of the skeleton: half the width of the widest structure, in pixels.</summary>
    /// <value>From 0 to 100.</value>
    [OptionRange(From = 0, To = 100)]
    public int Iterations { get; init; } = 3;

    /// <summary>Added to numerators and denominators.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Smooth { get; init; } = 1;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, int iterations, double smooth)
    {
        Value p = x.Probability, predicted = SoftSkeleton(p, iterations), labelled = SoftSkeleton(y, iterations);
        Value precision = (SumOverClasses(Sum(predicted * y)) + smooth) / (SumOverClasses(Sum(predicted)) + smooth);
        Value sensitivity = (SumOverClasses(Sum(labelled * p)) + smooth) / (SumOverClasses(Sum(labelled)) + smooth);
        return 1 - 2 * precision * sensitivity / (precision + sensitivity);
    }
}
