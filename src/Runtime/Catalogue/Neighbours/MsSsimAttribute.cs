using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Structural similarity at several scales, mixed with the absolute difference: <c>Compensation * (Alpha * (1 - M) + (1 - Alpha) * G(|p -
/// y|) / Range)</c>, one number a pixel and channel. M is the product of the contrasts <c>(2 vxy + c2) / (vx + vy + c2)</c> at every scale
/// and of the luminance <c>(2 mx my + c1) / (mx^2 + my^2 + c1)</c> at the largest; m, v are mean, variance and covariance in Gaussian
/// windows, each channel by itself, <c>c1 = (K1 * Range)^2</c> and <c>c2 = (K2 * Range)^2</c>, and G is the window of the largest scale.
/// The scales are windows that double, not images that halve, so the loss has the image's own resolution. The target is an image, so dense.
/// kornia's MS_SSIMLoss has the same scales, but gives each channel others of them.
/// </summary>
/// <remarks>H. Zhao, O. Gallo, I. Frosio, J. Kautz, "Loss Functions for Image Restoration With Neural Networks", IEEE TCI 2017.</remarks>
public sealed partial class MsSsimAttribute : LossTermAttribute
{
    /// <summary>How many scales.</summary>
    /// <value>From 1 to 5.</value>
    [OptionRange(From = 1, To = 5)]
    public int Scales { get; init; } = 5;

    /// <summary>The standard deviation of the smallest window, in pixels; it doubles from scale to scale.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Sigma { get; init; } = 0.5;

    /// <summary>
    /// The side of the smallest window, in pixels; what it reaches beyond the pixel doubles from scale to scale, so that 3 becomes 5, 9, 17
    /// and 33.
    /// </summary>
    /// <value>Odd.</value>
    [OptionRange(From = 1)]
    public int Size { get; init; } = 3;

    /// <summary>Which windows count.</summary>
    public ImageBorder Border { get; init; } = ImageBorder.Reflect;

    /// <summary>
    /// The share of the similarity; the rest is the absolute difference's. The default is the paper's, kornia's is 0.025.
    /// </summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double Alpha { get; init; } = 0.84;

    /// <summary>A factor of the whole; kornia's is 200.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Compensation { get; init; } = 1;

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

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, int scales, double sigma, int size, ImageBorder border, double alpha, double compensation, double range,
            double k1, double k2)
    {
        Value p = x.Probability, c1 = Square(k1 * range), c2 = Square(k2 * range);
        int last = scales == 1 ? 1 : scales == 2 ? 2 : scales == 3 ? 4 : scales == 4 ? 8 : 16, largest = last * (size - 1) + 1;
        Value mx = Mean(p, largest, last * sigma, border), my = Mean(y, largest, last * sigma, border);
        Value luminance = (2 * mx * my + c1) / (Square(mx) + Square(my) + c1);
        Value contrast1 = Contrast(p, y, size, sigma, border, c2);
        Value contrast2 = scales > 1 ? Contrast(p, y, 2 * (size - 1) + 1, 2 * sigma, border, c2) : 1;
        Value contrast3 = scales > 2 ? Contrast(p, y, 4 * (size - 1) + 1, 4 * sigma, border, c2) : 1;
        Value contrast4 = scales > 3 ? Contrast(p, y, 8 * (size - 1) + 1, 8 * sigma, border, c2) : 1;
        Value contrast5 = scales > 4 ? Contrast(p, y, 16 * (size - 1) + 1, 16 * sigma, border, c2) : 1;
        Value similarity = luminance * contrast1 * contrast2 * contrast3 * contrast4 * contrast5;
        Value difference = Mean(Abs(p - y), largest, last * sigma, border) / range;
        Value loss = compensation * (alpha * (1 - similarity) + (1 - alpha) * difference);
        return border == ImageBorder.Valid ? Sum(Where(Inside(largest), loss, 0)) / Sum(Where(Inside(largest), 1, 0)) : loss;
    }

    private static Value Contrast(Value p, Value y, int size, double sigma, ImageBorder border, Value c2)
    {
        Value mx = Mean(p, size, sigma, border), my = Mean(y, size, sigma, border);
        Value vx = Mean(Square(p), size, sigma, border) - Square(mx), vy = Mean(Square(y), size, sigma, border) - Square(my);
        return (2 * (Mean(p * y, size, sigma, border) - mx * my) + c2) / (vx + vy + c2);
    }

    private static Value Mean(Value v, int size, double sigma, ImageBorder border) =>
        border == ImageBorder.Replicate ? GaussianBlur(v, size, sigma, LossGen.Border.Replicate)
        : border == ImageBorder.Reflect ? GaussianBlur(v, size, sigma, LossGen.Border.Reflect)
        : GaussianBlur(v, size, sigma, LossGen.Border.Zero);
}
