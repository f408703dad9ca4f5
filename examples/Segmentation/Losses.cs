using LossGen;
using static LossGen.Functions;

namespace Segmentation;

/// <summary>Cross-entropy alone: each pixel counts the same, so the many pixels of the background come first.</summary>
[Loss(Activation.Softmax)]
[CrossEntropy]
public sealed partial class PlainCrossEntropy;

/// <summary>
/// Dice: each structure counts the same, however small it is, and so does the background, or nothing would speak against structures all
/// over it.
/// </summary>
[Loss(Activation.Softmax)]
[Dice(Smooth = 1)]
public sealed partial class SoftDice;

/// <summary>Both: the overlap of Dice, the steady gradient of cross-entropy.</summary>
[Loss(Activation.Softmax)]
[Dice(Smooth = 1)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class DiceCrossEntropy;

/// <summary>F2: a missed pixel costs four times what a false one costs.</summary>
[Loss(Activation.Softmax)]
[FBeta(Beta = 2, Smooth = 1)]
public sealed partial class RecallFirst;

/// <summary>A term of this project's own, usable like those of the catalogue: the attribute carries its formula.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed partial class FocalTverskyAttribute : LossTermAttribute
{
    /// <summary>What a false pixel costs.</summary>
    public double Alpha { get; init; } = 0.3;

    /// <summary>What a missed pixel costs.</summary>
    public double Beta { get; init; } = 0.7;

    /// <summary>Below 1, the loss stays steep where the overlap is already good.</summary>
    public double Gamma { get; init; } = 0.75;

    public static Value Formula(Prediction x, Target y, double alpha, double beta, double gamma)
    {
        Value p = x.Probability;
        Value tp = Sum(p * y), fp = Sum(p * (1 - y)), fn = Sum((1 - p) * y);
        return Pow(MeanOverClasses(1 - ((tp + 1) / (tp + (alpha * fp) + (beta * fn) + 1))), gamma);
    }
}

/// <summary>Tversky's index to a power, by the attribute above.</summary>
[Loss(Activation.Softmax)]
[FocalTversky]
public sealed partial class FocalTverskyLoss;

/// <summary>A formula in place: the logarithm of the hyperbolic cosine of Dice, smooth where the overlap is perfect.</summary>
[Loss(Activation.Softmax)]
public sealed partial class LogCoshDice
{
    private static Value Formula(Prediction x, Target y, double smooth = 1)
    {
        Value tp = Sum(x.Probability * y), p = Sum(x.Probability), t = Sum(y);
        return MeanOverClasses(Log(Cosh(1 - (((2 * tp) + smooth) / (p + t + smooth)))));
    }
}
