using static LossGen.Functions;

namespace LossGen.Torch.Tests.Losses;

[Loss(Pairs = Pairs.Cosine)]
[NtXent(Temperature = 0.5)]
public sealed partial class TwoViews;

[Loss(Pairs = Pairs.Cosine, IgnoreIndex = -5)]
[SupervisedContrastive]
public sealed partial class SameLabels
{
    public double Temperature { get; set; } = 0.3;
}

[Loss(Pairs = Pairs.Dot)]
[SupervisedContrastive(Temperature = 2)]
[NtXent(Weight = 0.5, Temperature = 3)]
public sealed partial class DotPairs;

[Loss(Pairs = Pairs.Cosine)]
[Circle(Scale = 8)]
public sealed partial class CirclePairs;

[Loss(Pairs = Pairs.Correlation)]
[BarlowTwins]
public sealed partial class TwinColumns;

[Loss(Pairs = Pairs.Covariance)]
[VarianceCovariance]
public sealed partial class SpreadColumns;

[Loss(Pairs = Pairs.Cosine)]
public sealed partial class OwnPairs
{
    // The triplet loss of all triplets with that margin, smooth at its kink: of each anchor the mean positive against each negative.
    private static Value Formula(Prediction x, Target y, double margin = 0.2)
    {
        Value positive = Divide(SumOverClasses(y * x.Logit), SumOverClasses(y), 0);
        return Divide(SumOverClasses((1 - y) * Softplus(10 * (x.Logit - positive + margin))), SumOverClasses(1 - y), 0);
    }
}
