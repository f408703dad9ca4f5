using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// An estimate of the Hausdorff distance by erosions, for segmentation whose worst error counts: <c>sum over k of k ^ alpha * e[k]</c>, one
/// number a pixel and class, where <c>e[0] = (p - y)^2</c> and e[k] is the mean of e[k-1] over a cross of the pixel and its next neighbours
/// along each axis, less a half, at least 0, and scaled to be from 0 to 1 in each image. What is wrong over a thick region survives more
/// erosions, and counts more. With <c>PerImage = true</c> it is kornia's HausdorffERLoss and HausdorffERLoss3D; without it the images are
/// scaled together.
/// </summary>
/// <remarks>
/// D. Karimi, S. E. Salcudean, "Reducing the Hausdorff Distance in Medical Image Segmentation with Convolutional Neural Networks", IEEE TMI
/// 2019. Beyond the edge and at ignored pixels there is no error. An erosion whose numbers differ by less than 1e-6 is not scaled: that
///       would be the rounding.
/// </remarks>
public sealed partial class HausdorffErosionAttribute : LossTermAttribute
{
    /// <summary>How fast the weight of an erosion grows with its number.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Alpha { get; init; } = 2;

    /// <summary>Erosions: half the width of the widest region that may be wrong, in pixels.</summary>
    /// <value>From 1 to 10.</value>
    [OptionRange(From = 1, To = 10)]
    public int Iterations { get; init; } = 10;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double alpha, int iterations, int dimensions)
    {
        Value e1 = Eroded(Square(x.Probability - y), dimensions);
        Value e2 = iterations > 1 ? Eroded(e1, dimensions) : 0;
        Value e3 = iterations > 2 ? Eroded(e2, dimensions) : 0;
        Value e4 = iterations > 3 ? Eroded(e3, dimensions) : 0;
        Value e5 = iterations > 4 ? Eroded(e4, dimensions) : 0;
        Value e6 = iterations > 5 ? Eroded(e5, dimensions) : 0;
        Value e7 = iterations > 6 ? Eroded(e6, dimensions) : 0;
        Value e8 = iterations > 7 ? Eroded(e7, dimensions) : 0;
        Value e9 = iterations > 8 ? Eroded(e8, dimensions) : 0;
        Value e10 = iterations > 9 ? Eroded(e9, dimensions) : 0;
        return e1 + Pow(2, alpha) * e2 + Pow(3, alpha) * e3 + Pow(4, alpha) * e4 + Pow(5, alpha) * e5
            + Pow(6, alpha) * e6 + Pow(7, alpha) * e7 + Pow(8, alpha) * e8 + Pow(9, alpha) * e9 + Pow(10, alpha) * e10;
    }

    private static Value Eroded(Value e, int dimensions)
    {
        Value cross = Window(e, 0, [1, 1, 1])
            + (dimensions > 1 ? Window(e, 1, [1, 0, 1]) : 0)
            + (dimensions > 2 ? Window(e, 2, [1, 0, 1]) : 0);
        Value less = cross / (2 * dimensions + 1) - 0.5, left = Where(less < 0, 0, less);
        Value low = -MaxOverPixels(-left), span = MaxOverPixels(left) - low;
        return Where(span > 1e-6, (left - low) / span, left);
    }
}
