namespace LossGen.Benchmarks.Losses;

[Loss(Pairs = Pairs.Cosine)]
[SupervisedContrastive(Temperature = 0.1)]
public sealed partial class SupervisedContrast;

[Loss(Pairs = Pairs.Cosine)]
[NtXent(Temperature = 0.1)]
public sealed partial class PositivePairs;

[Loss(Pairs = Pairs.Cosine)]
[Circle(Scale = 32)]
public sealed partial class CirclePairs;

[Loss(Pairs = Pairs.Correlation)]
[BarlowTwins]
public sealed partial class TwinColumns;

[Loss(Pairs = Pairs.Covariance)]
[VarianceCovariance]
public sealed partial class SpreadColumns;
