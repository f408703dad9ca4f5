using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Total variation, anisotropic: along each axis of the image the mean of |p[next] - p|, added over the axes. It does not look at the
/// target, and makes what is predicted smooth but for few edges. With <c>Total = true</c> it is the sum of the differences, kornia's and
/// skimage's default.
/// </summary>
/// <remarks>L. I. Rudin, S. Osher, E. Fatemi, "Nonlinear total variation based noise removal algorithms", Physica D, 1992.</remarks>
public sealed partial class TotalVariationAttribute : LossTermAttribute
{
    /// <summary>The sum of the differences of an image, not the mean along each axis.</summary>
    public bool Total { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, bool total, int dimensions) => Along(x.Probability, 0, total)
        + (dimensions > 1 ? Along(x.Probability, 1, total) : 0)
        + (dimensions > 2 ? Along(x.Probability, 2, total) : 0);

    private static Value Along(Value p, int axis, bool total)
    {
        Value pairs = Shift(1, axis, 1), sum = Sum(pairs * Abs(Shift(p, axis, 1) - p));
        return total ? sum : Divide(sum, Sum(pairs), 0);
    }
}
