using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// The difference of the image gradients of prediction and target, <c>mean over the axes of |G(p - y)| ^ exponent</c>, one number a pixel
/// and class: what keeps edges sharp beside a pixel loss. G is Sobel's derivative divided by the sum of its weights' sizes, <c>[-1, 0, 1] /
/// 2</c> along the axis and <c>[1, 2, 1] / 4</c> across, or with <c>Plain = true</c> the central difference alone; beyond the edge the
/// nearest pixel is read. kornia's <c>spatial_gradient</c>, normalised.
/// </summary>
/// <remarks>
/// M. Mathieu, C. Couprie, Y. LeCun, "Deep multi-scale video prediction beyond mean square error", ICLR 2016 (gradient difference loss).
/// </remarks>
public sealed partial class ImageGradientAttribute : LossTermAttribute
{
    /// <summary>1 for the absolute difference, 2 for its square.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Exponent { get; init; } = 1;

    /// <summary>The central difference, without smoothing across.</summary>
    public bool Plain { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double exponent, bool plain, int dimensions)
    {
        Value d = x.Probability - y;
        return (Size(d, 0, exponent, plain, dimensions)
            + (dimensions > 1 ? Size(d, 1, exponent, plain, dimensions) : 0)
            + (dimensions > 2 ? Size(d, 2, exponent, plain, dimensions) : 0)) / dimensions;
    }

    private static Value Size(Value d, int axis, double exponent, bool plain, int dimensions)
    {
        Value derivative = Window(d, axis, [-0.5, 0, 0.5], Border.Replicate);
        Value first = plain || axis == 0 ? derivative : Window(derivative, 0, [0.25, 0.5, 0.25], Border.Replicate);
        Value second = plain || axis == 1 || dimensions < 2 ? first : Window(first, 1, [0.25, 0.5, 0.25], Border.Replicate);
        Value third = plain || axis == 2 || dimensions < 3 ? second : Window(second, 2, [0.25, 0.5, 0.25], Border.Replicate);
        return exponent == 1 ? Abs(third) : exponent == 2 ? Square(third) : Pow(Abs(third), exponent);
    }
}
