using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Bending energy of a displacement field: the mean over components and pixels of the sum over pairs of axes of the squared second
/// derivative, by central differences of central differences, at pixels that have all neighbours. It is 0 for affine transforms. The
/// prediction is the field, one channel an axis, without activation; the target is not looked at. MONAI's BendingEnergyLoss.
/// </summary>
/// <remarks>
/// D. Rueckert et al., "Nonrigid registration using free-form deformations: application to breast MR images", IEEE TMI 1999.
/// </remarks>
public sealed partial class BendingEnergyAttribute : LossTermAttribute
{
    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, int dimensions)
    {
        Value u = x.Probability, sum = Square(Second(u, 0, 0))
            + (dimensions > 1 ? Square(Second(u, 1, 1)) + 2 * Square(Second(u, 0, 1)) : 0)
            + (dimensions > 2 ? Square(Second(u, 2, 2)) + 2 * (Square(Second(u, 0, 2)) + Square(Second(u, 1, 2))) : 0);
        return Sum(Where(Inside(5), sum, 0)) / Sum(Where(Inside(5), 1, 0));
    }

    private static Value Second(Value u, int first, int second) => DiffusionAttribute.Slope(DiffusionAttribute.Slope(u, first), second);
}
