using static LossGen.Functions;

namespace LossGen.Runtime.Tests.Losses;

[Loss(Activation.Sigmoid)]
[LovaszHinge]
public sealed partial class Hinge;

[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
[LovaszSoftmax]
[CrossEntropy]
public sealed partial class LovaszIgnoring;

[Loss(Activation.Softmax)]
[TopKCrossEntropy(Fraction = 0.3)]
[Dice]
public sealed partial class Hardest;

[Loss(Activation.Softmax, Reduction = Reduction.None, PerImage = true)]
[TopKCrossEntropy(Fraction = 0.5)]
public sealed partial class HardestElements;

/// <summary>Running sums of inputs, by keys with and without classes, one of them by another.</summary>
[Loss(Activation.Softmax)]
public sealed partial class Ranks
{
    private static Value Formula(Prediction x, Target y, PixelMap costs)
    {
        Value rank = RunningSum(costs, MaxOverClasses(x.Logit));
        Value second = RunningSum(y, x.Probability + 0.001 * rank);
        return Mean(x.Probability * second) + Mean(Square(rank * Channel(x.Probability, 1)));
    }
}
