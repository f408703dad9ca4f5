using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Structural similarity: 1 less the mean over the windows of
/// <c>(2 mx my + c1) (2 vxy + c2) / ((mx^2 + my^2 + c1) (vx + vy + c2))</c>, where m, v are mean, variance and covariance of prediction and
/// target in the window around a pixel, each channel by itself, <c>c1 = (K1 * Range)^2</c> and <c>c2 = (K2 * Range)^2</c>. The target is an
/// image, so dense. With <c>Border = ImageBorder.Valid</c> it is MONAI's SSIMLoss and scikit-image's with Gaussian weights; with <c>Border
/// = ImageBorder.Reflect, Halve = true</c> kornia's <c>ssim_loss</c> but for its epsilon, with <c>Border = ImageBorder.Replicate</c> its
/// <c>ssim3d_loss</c>.
/// </summary>
/// <remarks>
/// Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image Quality Assessment: From Error Visibility to Structural Similarity", IEEE
/// TIP 2004.
/// </remarks>
public sealed partial class SsimAttribute : LossTermAttribute
{
    /// <summary>The side of the window, in pixels.</summary>
    /// <value>Odd.</value>
    [OptionRange(From = 1)]
    public int Size { get; init; } = 11;

    /// <summary>The standard deviation of a Gaussian window, in pixels.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Sigma { get; init; } = 1.5;

    /// <summary>The weights of the window.</summary>
    public ImageWindow Window { get; init; }

    /// <summary>Which windows count.</summary>
    public ImageBorder Border { get; init; }

    /// <summary>The largest less the smallest number that the images can have.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Range { get; init; } = 1;

    /// <summary>Keeps the quotient of dark windows stable.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double K1 { get; init; } = 0.01;

    /// <summary>Keeps the quotient of flat windows stable.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double K2 { get; init; } = 0.03;

    /// <summary>One number a pixel, which the loss's reduction deals with, in place of the mean over the pixels.</summary>
    public bool Map { get; init; }

    /// <summary>Half of it, between 0 and 1: kornia's convention.</summary>
    public bool Halve { get; init; }

    /// <summary>Added to the denominator; kornia's 2-D loss has 1e-12.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Epsilon { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, int size, double sigma, ImageWindow window, ImageBorder border, double range, double k1, double k2,
            bool map, bool halve, double epsilon)
    {
        Value p = x.Probability, c1 = Square(k1 * range), c2 = Square(k2 * range);
        Value mx = Mean(p, size, sigma, window, border), my = Mean(y, size, sigma, window, border);
        Value vx = Mean(Square(p), size, sigma, window, border) - Square(mx), vy = Mean(Square(y), size, sigma, window, border)
            - Square(my);
        Value vxy = Mean(p * y, size, sigma, window, border) - mx * my;
        Value similarity = (2 * mx * my + c1) * (2 * vxy + c2) / ((Square(mx) + Square(my) + c1) * (vx + vy + c2) + epsilon);
        Value loss = halve ? Clamp((1 - similarity) / 2, 0, 1) : 1 - similarity;
        return border == ImageBorder.Valid
            ? map ? Where(Inside(size), loss, 0) : Sum(Where(Inside(size), loss, 0)) / Sum(Where(Inside(size), 1, 0))
            : map ? loss : Functions.Mean(loss);
    }

    private static Value Mean(Value v, int size, double sigma, ImageWindow window, ImageBorder border) =>
        border == ImageBorder.Replicate ? Blur(v, size, sigma, window, LossGen.Border.Replicate)
        : border == ImageBorder.Reflect ? Blur(v, size, sigma, window, LossGen.Border.Reflect)
        : Blur(v, size, sigma, window, LossGen.Border.Zero);

    private static Value Blur(Value v, int size, double sigma, ImageWindow window, Border border) =>
        window == ImageWindow.Gaussian ? GaussianBlur(v, size, sigma, border) : BoxBlur(v, size, border);
}
