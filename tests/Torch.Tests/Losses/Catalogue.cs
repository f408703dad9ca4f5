using static LossGen.Functions;

namespace LossGen.Torch.Tests.Losses;

[Loss(Activation.Softmax)]
[Dice(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class DiceCrossEntropy;

[Loss(Activation.Softmax, Classes = 4, IgnoreIndex = 255)]
[FBeta(Smooth = 1e-5)]
[Focal(Gamma = 2, Weight = 0.3)]
public sealed partial class FBetaFocal
{
    public double Beta { get; set; } = 2;
}

[Loss(Activation.Softmax, Classes = 4, IgnoreIndices = [255, -1, 254])]
[FBeta(Smooth = 1e-5, Beta = 2)]
[Focal(Gamma = 2, Weight = 0.3)]
public sealed partial class IgnoringSeveral;

[Loss(Activation.Sigmoid)]
public sealed partial class LogCoshDice
{
    private static Value Formula(Prediction x, Target y, double smooth = 1)
    {
        Value tp = Sum(x.Probability * y), p = Sum(x.Probability), t = Sum(y);
        return MeanOverClasses(Log(Cosh(1 - (2 * tp + smooth) / (p + t + smooth))));
    }
}

public sealed partial class FocalTverskyAttribute : LossTermAttribute
{
    public double Alpha { get; init; } = 0.3;

    public double Beta { get; init; } = 0.7;

    public double Gamma { get; init; } = 0.75;

    public static Value Formula(Prediction x, Target y, double alpha, double beta, double gamma)
    {
        Value p = x.Probability;
        Value tp = Sum(p * y), fp = Sum(p * (1 - y)), fn = Sum((1 - p) * y);
        return Pow(MeanOverClasses(1 - tp / (tp + alpha * fp + beta * fn)), gamma);
    }
}

[Loss(Activation.Softmax)]
[FocalTversky(Gamma = 0.5)]
[CrossEntropy(LabelSmoothing = 0.1)]
public sealed partial class FocalTverskySmoothed;

[Loss(Activation.Softmax, PerImage = true)]
[Dice]
public sealed partial class SoftmaxDice;

[Loss(Activation.Softmax, IgnoreIndex = -100)]
[CrossEntropy]
public sealed partial class CrossEntropyLoss;

[Loss(Activation.Sigmoid)]
#pragma warning disable LG0062 // the bound has a dead zone, which is what is tested
[Jaccard(Smooth = 1, Log = true, Epsilon = 1e-7)]
#pragma warning restore LG0062
[BinaryCrossEntropy(Weight = 2)]
public sealed partial class JaccardBinary;

[Loss(Activation.Sigmoid, PerImage = true, Reduction = Reduction.Sum)]
[Tversky(Alpha = 0.3, Beta = 0.7, IncludeBackground = false)]
public sealed partial class TverskyForeground;

[Loss(Activation.Softmax)]
[Tversky(Alpha = 0.3, Beta = 0.7, Gamma = 1.5, OnlyClasses = [1, 2])]
public sealed partial class TverskySelected;

[Loss(Activation.Softmax, Classes = 3)]
[CrossEntropy(ClassWeights = [0.2, 1, 3], LabelSmoothing = 0.05)]
[Dice(ClassWeights = [1, 2, 3], NormalizeClassWeights = true, EmptyClasses = EmptyClasses.Skip)]
public sealed partial class Weighted;

[Loss(Activation.Sigmoid, IgnoreIndex = 7)]
[Focal(Gamma = 0.5, Alpha = 0.25)]
[Dice(Squared = true)]
public sealed partial class SigmoidFocal;

[Loss(Activation.Softmax)]
[Focal(Gamma = 0.5)]
public sealed partial class RootFocal;

// Value and gradient of the probabilities of the classes that are not the label's, and of its own.
[Loss(Activation.Softmax)]
[Dice(Smooth = 1e-5)]
[Focal(Gamma = 2)]
public sealed partial class DiceFocalBrier
{
    private static Value Formula(Prediction x, Target y, double brier = 0.2) =>
        brier * Mean(SumOverClasses(Square(x.Probability - y)));
}

[Loss(Activation.None)]
[Dice(SoftLabel = true)]
public sealed partial class ProbabilityDice;

[Loss(Activation.Softmax, PerImage = true)]
[Tversky(Alpha = 0, Beta = 1)]
public sealed partial class TverskyMissed;

[Loss(Activation.Softmax, PerImage = true)]
[Tversky(Alpha = 0.3, Beta = 0.7, ClassGamma = 0.75)]
[LogCoshDice(Weight = 2)]
public sealed partial class RegionPowers;

[Loss(Activation.Softmax)]
[ExpLogDice(Weight = 0.8)]
[ExpLogCrossEntropy(Weight = 0.2)]
public sealed partial class ExponentialLogarithmic;

// Bounds and smoothing as the peers have them.
#pragma warning disable LG0062, LG0063
[Loss(Activation.Sigmoid)]
[SensitivitySpecificity(Sensitivity = 0.3)]
[SoftF1(Epsilon = 0.1, Smooth = 0.5)]
public sealed partial class SensitivitySoftF1;

[Loss(Activation.Softmax, PerImage = true)]
[UnifiedFocal(Share = 0.3, Epsilon = 0.01, Bounded = true)]
public sealed partial class Unified;

[Loss(Activation.Softmax)]
[UnifiedFocal(Symmetric = true, Epsilon = 0.01, Bounded = true)]
public sealed partial class SymmetricUnified;
#pragma warning restore LG0062, LG0063

[Loss(Activation.Sigmoid)]
[BalancedBinaryCrossEntropy(Gamma = 0.5)]
[Hinge(Exponent = 2)]
public sealed partial class BalancedHinge;

[Loss(Activation.Sigmoid)]
[QualityFocal(Normalized = true)]
public sealed partial class NormalizedQuality;

[Loss(Activation.Softmax, IgnoreIndex = 255)]
[OhemCrossEntropy(Threshold = 0.3, LeastFraction = 0.5)]
public sealed partial class HardExamples;
