using static LossGen.Functions;

namespace LossGen.Benchmarks.Losses;

[Loss(Activation.Softmax)]
[Dice]
[CrossEntropy]
public sealed partial class DiceCrossEntropy;

[Loss(Activation.Softmax)]
[Dice]
[Focal(Gamma = 2, SumClasses = true)]
public sealed partial class DiceFocal;

[Loss(Activation.Softmax)]
[CrossEntropy]
public sealed partial class PlainCrossEntropy;

[Loss(Activation.Softmax)]
[FBeta(Beta = 2)]
public sealed partial class FBetaLoss;

[Loss(Activation.Softmax)]
[Tversky(Alpha = 0.3, Beta = 0.7)]
public sealed partial class TverskyLoss;

[Loss(Activation.Sigmoid)]
[BinaryCrossEntropy]
[Dice]
public sealed partial class BinaryDice;

[Loss(Activation.Sigmoid)]
[BinaryCrossEntropy]
public sealed partial class PlainBinary;

[Loss(Activation.Softmax)]
[LovaszSoftmax]
public sealed partial class LovaszLoss;

[Loss(Activation.None)]
[LovaszHinge]
public sealed partial class LovaszHingeLoss;

[Loss(Activation.Softmax)]
[TopKCrossEntropy(Fraction = 0.1)]
public sealed partial class TopKLoss;

[Loss(Activation.Softmax)]
[OhemCrossEntropy(Threshold = 0.7, LeastFraction = 0.0625)]
public sealed partial class OhemLoss;

[Loss(Activation.Softmax, Resize = Resize.LinearAligned)]
[Dice]
public sealed partial class ResizedDice;

[Loss(Activation.None)]
[Ssim]
public sealed partial class SsimLoss;

[Loss(Activation.Sigmoid)]
[SoftClDice(Iterations = 10)]
public sealed partial class CentreLineLoss;

[Loss(Activation.Sigmoid, Dimensions = 3)]
[SoftClDice(Iterations = 10)]
public sealed partial class CentreLineVolumeLoss;

[Loss(Activation.None, Dimensions = 3)]
[LocalNormalizedCrossCorrelation(Size = 9)]
public sealed partial class CorrelationLoss;

[Loss(Activation.None)]
[TotalVariation]
public sealed partial class VariationLoss;

/// <summary>
/// A composite that no kernel was tuned for: two terms of the catalogue, and a formula that mixes a pixel term with a function of sums.
/// </summary>
[Loss(Activation.Softmax)]
[Tversky(Alpha = 0.3, Beta = 0.7)]
[Focal(Gamma = 2, SumClasses = true, Weight = 0.5)]
public sealed partial class Composite
{
    private static Value Formula(Prediction x, Target y, double brier = 0.1, double volume = 0.5)
    {
        Value p = x.Probability;
        Value excess = (Sum(p) - Sum(y)) / (Sum(p) + Sum(y) + 1);
        return brier * Mean(SumOverClasses(Square(p - y))) + volume * MeanOverClasses(Log(Cosh(excess)));
    }
}
