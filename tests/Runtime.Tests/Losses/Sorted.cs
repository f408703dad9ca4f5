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

/// <summary>A top-k formula of one's own: docs/sorting.md.</summary>
[Loss(Activation.Softmax)]
public sealed partial class HardestTenth
{
    private static Value Formula(Prediction x, Target y, double fraction = 0.1)
    {
        Value loss = -SumOverClasses(y * x.LogProbability);
        Value taken = Where(RunningTotal(1, loss) <= fraction * Total(1), 1, 0);
        return Divide(loss * taken, TotalMean(taken), 0);
    }
}

/// <summary>The same of the catalogue.</summary>
[Loss(Activation.Softmax)]
[TopKCrossEntropy(Fraction = 0.1)]
public sealed partial class HardestTenthOfCatalogue;

/// <summary>Hard example mining of one's own: docs/sorting.md.</summary>
[Loss(Activation.Sigmoid)]
public sealed partial class HardNegatives
{
    private static Value Formula(Prediction x, Target y, double ratio = 3)
    {
        Value loss = y * Softplus(-x.Logit) + (1 - y) * Softplus(x.Logit);
        Value negative = Where(y > 0.5, 0, 1);
        Value rank = RunningSum(negative, loss);
        Value taken = Where((y > 0.5) | (rank <= ratio * Sum(1 - negative)), 1, 0);
        return Divide(Sum(loss * taken), Sum(taken), 0);
    }
}
