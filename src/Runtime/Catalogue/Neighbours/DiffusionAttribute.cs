using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Diffusion of a displacement field: the mean over components and pixels of the sum over the axes of <c>((u[next] - u[previous]) /
/// 2)^2</c>, at pixels that have all neighbours. The prediction is the field, one channel an axis, without activation; the target is not
/// looked at. MONAI's DiffusionLoss.
/// </summary>
/// <remarks>G. Balakrishnan et al., "VoxelMorph: A Learning Framework for Deformable Medical Image Registration", IEEE TMI 2019.</remarks>
public sealed partial class DiffusionAttribute : LossTermAttribute
{
    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, int dimensions)
    {
        Value sum = Square(Slope(x.Probability, 0))
            + (dimensions > 1 ? Square(Slope(x.Probability, 1)) : 0)
            + (dimensions > 2 ? Square(Slope(x.Probability, 2)) : 0);
        return Sum(Where(Inside(3), sum, 0)) / Sum(Where(Inside(3), 1, 0));
    }

    /// <summary>The central difference along an axis.</summary>
    internal static Value Slope(Value v, int axis) => Window(v, axis, [-0.5, 0, 0.5]);
}
