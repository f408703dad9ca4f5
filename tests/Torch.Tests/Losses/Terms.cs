namespace LossGen.Torch.Tests.Losses.Terms;

// One loss for each term that is not in Catalogue.cs, with options that take another road than the defaults.

[Loss(Activation.Softmax)]
[L1(ClassWeights = [1, 2, 3])]
public sealed partial class AbsoluteError;

[Loss(Activation.Softmax, IgnoreIndex = 255)]
[MeanSquaredError]
public sealed partial class Brier;

[Loss]
[Huber(Delta = 0.5)]
[SmoothL1(Beta = 2)]
public sealed partial class Hubers;

[Loss]
[LogCosh]
[Charbonnier(Scale = 0.5)]
public sealed partial class NearlyAbsolute;

[Loss(Reduction = Reduction.Sum)]
[Cauchy(Scale = 2)]
[GemanMcClure]
[Welsch(Scale = 3)]
public sealed partial class Robust;

[Loss]
[Wing(Width = 1, Curvature = 0.25)]
[Pinball(Quantile = 0.9)]
public sealed partial class WingPinball;

[Loss(Activation.Exp)]
[Poisson(Full = true)]
public sealed partial class PoissonLog;

[Loss(Activation.Softmax)]
[Poisson(Epsilon = 0.01, Activation = Activation.Sigmoid)]
public sealed partial class PoissonCount;

[Loss]
[Gaussian(Full = true)]
public sealed partial class GaussianLikelihood;

[Loss(Activation.Softmax)]
[KullbackLeibler]
public sealed partial class Divergence;

[Loss(Activation.Exp)]
[KullbackLeibler(LogTarget = true, Per = Per.Image)]
public sealed partial class DivergenceOfLogarithms;

[Loss(Activation.Softmax, PerImage = true)]
[JensenShannon(Per = Per.Class)]
public sealed partial class HeatMaps;

[Loss(Activation.Sigmoid, Reduction = Reduction.None)]
[JensenShannon(Per = Per.Element)]
public sealed partial class JensenShannonElements;

[Loss]
[HingeEmbedding(Margin = 2)]
[SoftMargin(ClassWeights = [0.5, 1, 2])]
public sealed partial class Margins;

[Loss(IgnoreIndex = 255, CountIgnored = true)]
[MultiMargin(Exponent = 2, ClassWeights = [0.5, 1, 2])]
[MultiLabelSoftMargin]
public sealed partial class ClassMargins;

[Loss(Activation.Softmax, PerImage = true)]
[GeneralizedDice]
public sealed partial class GeneralizedDiceOfImages;

[Loss(Activation.Softmax, IgnoreIndex = 255)]
#pragma warning disable LG0063 // smoothed below only, as a peer has it
[GeneralizedDice(VolumeWeights = VolumeWeights.Inverse, SmoothNumerator = 0, SmoothDenominator = 0.1, IncludeBackground = false, SoftLabel = true)]
#pragma warning restore LG0063
public sealed partial class GeneralizedDiceOfBatch;

[Loss(Activation.Sigmoid)]
[MatthewsCorrelation]
public sealed partial class Matthews;

[Loss(Activation.Sigmoid)]
[QualityFocal(Beta = 1.5)]
public sealed partial class Quality;

[Loss(Activation.Softmax, PerImage = true)]
[AsymmetricFocal]
[AsymmetricFocalTversky(Weight = 0.5)]
public sealed partial class AsymmetricUnified;

[Loss(Activation.Softmax)]
#pragma warning disable LG0062 // bounded, as a peer has it
[AsymmetricFocal(Gamma = 2, Epsilon = 1e-3)]
#pragma warning restore LG0062
public sealed partial class AsymmetricBounded;

[Loss(Activation.Sigmoid, Reduction = Reduction.Sum)]
[Focal(Threshold = 0.3, Gamma = 1.5, Normalized = true)]
public sealed partial class ReducedFocal;

[Loss(Activation.Softmax)]
[Focal(Normalized = true, ClassWeights = [1, 2, 3], NormalizeClassWeights = true)]
public sealed partial class NormalizedFocal;

[Loss(Activation.Sigmoid, IgnoreIndex = 255, CountIgnored = true)]
[Focal(Gamma = 0.5, PositiveWeights = [0.5, 1, 2])]
public sealed partial class CountedFocal;

[Loss(Activation.Softmax, PerImage = true, IgnoreIndex = 255)]
[Tversky(PoolClasses = true, Alpha = 0.3, Beta = 0.6, ClassWeights = [1, 2, 3])]
[Dice(Negative = true, Weight = 0.5)]
public sealed partial class PooledRegion;

[Loss(Target = TargetKind.Dense)]
[Cosine(Margin = 0.2)]
public sealed partial class Embedding;

[Loss(Target = TargetKind.Dense)]
[Ranking(Margin = 0.5)]
public sealed partial class Order;

[Loss(Target = TargetKind.Dense, Reduction = Reduction.None)]
[Triplet(Power = 3, Swap = true)]
public sealed partial class Triplets;

[Loss(Target = TargetKind.Dense)]
[GeneralizedIou]
[DistanceIou(Weight = 2)]
[CompleteIou]
public sealed partial class Boxes;

[Loss(Activation.Softmax, IgnoreIndex = 255, CountIgnored = true)]
[BiTempered(LabelSmoothing = 0.1)]
public sealed partial class Tempered;

[Loss(Activation.Softmax)]
[BiTempered(Temperature1 = 0.2, Temperature2 = 0.8)]
public sealed partial class LightTailed;

[Loss(Activation.Sigmoid)]
[BinaryBiTempered(Temperature1 = 0.5, Temperature2 = 1.5)]
[BinaryBiTempered(Temperature1 = 0.2, Temperature2 = 1, LabelSmoothing = 0.1)]
public sealed partial class BinaryTempered;

[Loss(Activation.Softmax)]
[Tversky(Alpha = 0.3, Beta = 0.7, ClassGamma = 0.75)]
[LogCoshDice(Weight = 2)]
public sealed partial class RegionPowers;

[Loss(Activation.Softmax, PerImage = true, IgnoreIndex = 255)]
[Tversky(ClassGamma = 2, ClassWeights = [1, 2, 3], NormalizeClassWeights = true, IncludeBackground = false)]
public sealed partial class WeighedRegionPowers;

[Loss(Activation.Softmax)]
[ExpLogDice(Weight = 0.8)]
[ExpLogCrossEntropy(Weight = 0.2, ClassWeights = [1, 2, 3])]
public sealed partial class ExponentialLogarithmic;

[Loss(Activation.Sigmoid, PerImage = true)]
[SensitivitySpecificity(Sensitivity = 0.3)]
[SoftF1]
public sealed partial class SensitivitySoftF1;

[Loss(Activation.Softmax, PerImage = true)]
[UnifiedFocal]
[UnifiedFocal(Symmetric = true, Share = 0.3)]
public sealed partial class Unified;

[Loss(Activation.Sigmoid, IgnoreIndex = 255)]
[BalancedBinaryCrossEntropy]
[Hinge(Exponent = 2, ClassWeights = [1, 2, 3])]
public sealed partial class BalancedHinge;

[Loss(Activation.Sigmoid)]
[QualityFocal(Normalized = true)]
[WeightedBinaryCrossEntropy(LabelSmoothing = 0.1)]
public sealed partial class NormalizedQuality;

[Loss(Activation.Softmax, IgnoreIndex = 255)]
[OhemCrossEntropy(Threshold = 0.4, LeastFraction = 0.3)]
public sealed partial class HardExamples;
