using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Wing: <c>width * log(1 + |d| / curvature)</c> below |d| = width, and the line that continues it beyond. It pulls on small errors more
/// than L1 does.
/// </summary>
/// <remarks>Z.-H. Feng et al., "Wing Loss for Robust Facial Landmark Localisation with Convolutional Neural Networks", CVPR 2018.</remarks>
public sealed partial class WingAttribute : RegressionTermAttribute
{
    /// <summary>Where the logarithm becomes a line.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Width { get; init; } = 5;

    /// <summary>How strongly the logarithm bends; smaller is more.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Curvature { get; init; } = 0.5;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double width, double curvature, Value classWeights)
    {
        Value size = Abs(x.Probability - y);
        Value gap = width - width * Log1p(width / curvature);
        return classWeights * Where(size < width, width * Log1p(size / curvature), size - gap);
    }
}
