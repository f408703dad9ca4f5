using LossGen;
using Terms;
using static LossGen.Functions;

namespace App;

// README's declarations.
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

[Loss(Activation.Sigmoid)]
public sealed partial class LogCoshDice
{
    private static Value Formula(Prediction x, Target y, double smooth = 1)
    {
        Value tp = Sum(x.Probability * y), p = Sum(x.Probability), t = Sum(y);
        return MeanOverClasses(Log(Cosh(1 - (2 * tp + smooth) / (p + t + smooth))));
    }
}

[Loss(Activation.Softmax)]
[FocalTversky(Gamma = 0.5)]
[CrossEntropy(LabelSmoothing = 0.1)]
public sealed partial class Mine;
