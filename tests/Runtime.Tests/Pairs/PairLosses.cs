using static LossGen.Functions;

namespace LossGen.Runtime.Tests.PairLosses;

[Loss(Pairs = Pairs.Cosine)]
[NtXent(Temperature = 0.5)]
public sealed partial class Views;

[Loss(Pairs = Pairs.Cosine)]
[SupervisedContrastive(Temperature = 0.5)]
public sealed partial class Supervised;

[Loss(Pairs = Pairs.Dot, IgnoreIndex = 3)]
[SupervisedContrastive(Temperature = 2)]
public sealed partial class DotIgnoring;

[Loss(Pairs = Pairs.Cosine)]
[Circle(Scale = 8)]
public sealed partial class Circles;

[Loss(Pairs = Pairs.Correlation)]
[BarlowTwins]
public sealed partial class Twins;

[Loss(Pairs = Pairs.Covariance)]
[VarianceCovariance]
public sealed partial class Spread;

[Loss(Pairs = Pairs.Cosine)]
[NtXent(Weight = 0.25)]
[SupervisedContrastive]
public sealed partial class Both
{
    public double NtXentTemperature { get; set; } = 0.5;
}

/// <summary>
/// X. Wang et al., "Multi-Similarity Loss with General Pair Weighting for Deep Metric Learning", CVPR 2019, equation 15, over all pairs.
/// </summary>
[Loss(Pairs = Pairs.Cosine)]
public sealed partial class MultiSimilarity
{
    private static Value Formula(Prediction x, Target y, double alpha = 2, double beta = 50, double threshold = 0.5)
    {
        Value s = x.Logit - threshold;
        Condition isPositive = y > 0.5;
        Value positive = Softplus(LogSumExpOverClasses(Where(isPositive, -alpha * s, double.NegativeInfinity)));
        Value negative = Softplus(LogSumExpOverClasses(Where(isPositive, double.NegativeInfinity, beta * s)));
        return positive / alpha + negative / beta;
    }
}

/// <summary>Leaves a number for each pair: the mean over all pairs, of which a row with itself is none.</summary>
[Loss(Pairs = Pairs.Dot)]
public sealed partial class EachPair
{
    private static Value Formula(Prediction x, Target y) => Square(x.Logit - y);
}
