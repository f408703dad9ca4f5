namespace LossGen.Torch.Tests.Losses.Presets;

#pragma warning disable LG0063 // smoothed below only, as keras and MMSegmentation have it

[Loss(Activation.Sigmoid, Convention = Convention.Keras)]
[Dice]
public sealed partial class KerasDice;

[Loss(Activation.Sigmoid, Convention = Convention.Keras)]
[Tversky(Alpha = 0.3, Beta = 0.8)]
public sealed partial class KerasTversky;

[Loss(Activation.Sigmoid, Convention = Convention.Keras)]
[Focal]
public sealed partial class KerasBinaryFocal;

[Loss(Activation.Softmax, Convention = Convention.Keras)]
[Focal(Weight = 0.25, SumClasses = true)]
public sealed partial class KerasCategoricalFocal;

[Loss(Activation.Softmax, Convention = Convention.Keras, IgnoreIndex = 255)]
[CrossEntropy]
public sealed partial class KerasCrossEntropy;

/// <summary>Takes what is expected, not its logarithm.</summary>
[Loss(Activation.None, Convention = Convention.Keras)]
[Poisson]
public sealed partial class KerasPoisson;

/// <summary>Takes probabilities.</summary>
[Loss(Activation.None, Convention = Convention.Keras)]
[Dice]
public sealed partial class KerasDiceOfProbabilities;

/// <summary>Takes probabilities.</summary>
[Loss(Activation.None, Convention = Convention.Keras)]
[Focal]
public sealed partial class KerasFocalOfProbabilities;

[Loss(Activation.Sigmoid, Convention = Convention.Mmseg)]
[Dice]
public sealed partial class MmsegDice;

[Loss(Activation.Softmax, Convention = Convention.Mmseg)]
[Dice]
public sealed partial class MmsegSoftmaxDice;

[Loss(Activation.Softmax, Convention = Convention.Mmseg, IgnoreIndex = 255)]
[Tversky]
public sealed partial class MmsegTversky;

[Loss(Activation.Sigmoid, Convention = Convention.Mmseg, IgnoreIndex = 255)]
[Focal]
public sealed partial class MmsegFocal;

[Loss(Activation.Softmax, Convention = Convention.Mmseg, IgnoreIndex = 255)]
[CrossEntropy]
public sealed partial class MmsegCrossEntropy;

[Loss(Activation.Softmax, Convention = Convention.PaddleSeg, IgnoreIndex = 255)]
[Dice(ClassWeights = [0.5, 2, 3])]
public sealed partial class PaddleDice;

[Loss(Activation.Softmax, Convention = Convention.PaddleSeg, IgnoreIndex = 255)]
[CrossEntropy(ClassWeights = [0.5, 2, 3])]
public sealed partial class PaddleCrossEntropy;

[Loss(Activation.Sigmoid, Convention = Convention.PaddleSeg, IgnoreIndex = 255)]
[Focal]
public sealed partial class PaddleFocal;

[Loss(Activation.Softmax, Convention = Convention.PaddleSeg, IgnoreIndex = 255)]
[Focal(Alpha = double.NaN, SumClasses = true)]
public sealed partial class PaddleMultiClassFocal;

[Loss(Activation.Softmax, Convention = Convention.PaddleSeg, IgnoreIndex = 255)]
[TopKCrossEntropy(Fraction = 0.3)]
public sealed partial class PaddleTopK;

[Loss(Activation.Softmax, Convention = Convention.PaddleSeg, IgnoreIndex = 255)]
[OhemCrossEntropy(Threshold = 0.2, LeastPixels = 13)]
public sealed partial class PaddleOhem;

[Loss(Activation.Softmax, Convention = Convention.PaddleSeg, IgnoreIndex = 255)]
[OhemCrossEntropy(Threshold = 0.6, LeastPixels = 2)]
public sealed partial class PaddleOhemByThreshold;

[Loss(Activation.Softmax, Convention = Convention.PaddleSeg, IgnoreIndex = 255)]
[OhemCrossEntropy]
public sealed partial class PaddleOhemOfFew;

[Loss(Activation.Softmax, Convention = Convention.PaddleSeg, IgnoreIndex = 255)]
[OhemCrossEntropy]
public sealed partial class PaddleOhemFigures
{
    public double Threshold { get; set; } = 0.7;

    public double LeastPixels { get; set; } = 10000;
}

[Loss(Activation.Softmax, Convention = Convention.PaddleSeg)]
[KullbackLeibler]
public sealed partial class PaddleDivergence;

[Loss(Activation.Softmax, Convention = Convention.Optax)]
[Dice(ClassWeights = [0.5, 2, 3], IncludeBackground = false)]
public sealed partial class OptaxDice;

[Loss(Activation.Sigmoid, Convention = Convention.Optax)]
[Focal(Alpha = 0.3)]
public sealed partial class OptaxFocal;

[Loss(Convention = Convention.Optax)]
[Huber]
public sealed partial class OptaxHuber;

[Loss(Activation.Softmax, Convention = Convention.Optax)]
[CrossEntropy]
public sealed partial class OptaxCrossEntropy;
