using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Local normalised cross-correlation of two images, negated: <c>-cov(p, y)^2 / (var(p) var(y))</c> over a box around each pixel, one
/// number a pixel and channel, -1 where the images agree but for brightness and contrast. Variances and covariance are sums over the box,
/// at least <c>SmoothDenominator</c>; boxes at the edge read 0 and still divide by all their pixels. For registration; the target is an
/// image, so dense. MONAI's LocalNormalizedCrossCorrelationLoss with a rectangular kernel, VoxelMorph's NCC.
/// </summary>
/// <remarks>G. Balakrishnan et al., "VoxelMorph: A Learning Framework for Deformable Medical Image Registration", IEEE TMI 2019.</remarks>
public sealed partial class LocalNormalizedCrossCorrelationAttribute : LossTermAttribute
{
    /// <summary>The side of the box, in pixels.</summary>
    /// <value>Odd.</value>
    [OptionRange(From = 1)]
    public int Size { get; init; } = 3;

    /// <summary>Added to the squared covariance.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double SmoothNumerator { get; init; }

    /// <summary>The least that a variance counts as.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double SmoothDenominator { get; init; } = 1e-5;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, int size, double smoothNumerator, double smoothDenominator, int dimensions)
    {
        Value p = x.Probability, mx = BoxBlur(p, size), my = BoxBlur(y, size);
        double count = dimensions > 2 ? size * 1.0 * size * size : dimensions > 1 ? size * 1.0 * size : size;
        Value covariance = count * (BoxBlur(p * y, size) - mx * my);
        Value vx = Max(count * (BoxBlur(Square(p), size) - Square(mx)), smoothDenominator);
        Value vy = Max(count * (BoxBlur(Square(y), size) - Square(my)), smoothDenominator);
        return -(Square(covariance) + smoothNumerator) / (vx * vy);
    }
}
