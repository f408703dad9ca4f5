using static LossGen.Functions;

namespace LossGen.Runtime.Tests.Losses;

/// <summary>Two terms share a map: one of sums, one of pixels.</summary>
[Loss(Activation.Softmax, IgnoreIndex = 255)]
[Dice(Smooth = 1e-3, PixelWeights = "weights")]
[CrossEntropy(PixelWeights = "weights")]
public sealed partial class WeighedDiceCrossEntropy;

/// <summary>The same for each image, and the mean of the pixels by the sum of their weights.</summary>
[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
[Dice(Smooth = 1e-3, PixelWeights = "weights", IncludeBackground = false)]
[CrossEntropy(PixelWeights = "weights", NormalizeWeightMaps = true)]
public sealed partial class WeighedPerImage;

/// <summary>Weights of elements, of pixels, and of both.</summary>
[Loss(Activation.Sigmoid, IgnoreIndex = 255)]
[Dice(Smooth = 1e-3, ElementWeights = "elements")]
[BinaryCrossEntropy(ElementWeights = "elements", NormalizeWeightMaps = true, IncludeBackground = false)]
[MeanSquaredError(ElementWeights = "elements", PixelWeights = "pixels")]
public sealed partial class WeighedElements;

[Loss(Activation.Softmax, Reduction = Reduction.None)]
[CrossEntropy(PixelWeights = "weights")]
public sealed partial class WeighedUnreduced;

[Loss(Activation.Sigmoid, IgnoreIndex = 255, CountIgnored = true)]
[MeanSquaredError(PixelWeights = "weights", NormalizeWeightMaps = true)]
[L1(PixelWeights = "weights")]
public sealed partial class WeighedCountIgnored;

/// <summary>
/// A mean inside a formula, divided by the number of pixels and by the sum of the weights; and a count of pixels, which is one number a
/// class where elements are ignored.
/// </summary>
public sealed partial class MeanErrorAttribute : LossTermAttribute
{
    public static Value Formula(Prediction x, Target y) => Mean(Square(x.Probability - y)) + Sum(x.Probability) / Sum(1);
}

[Loss(Activation.Sigmoid, IgnoreIndex = 255)]
[MeanError(PixelWeights = "weights")]
public sealed partial class WeighedMean;

[Loss(Activation.Sigmoid, IgnoreIndex = 255)]
[MeanError(PixelWeights = "weights", NormalizeWeightMaps = true)]
public sealed partial class WeighedMeanNormalized;

/// <summary>A map that a formula names is that of the weights of the same name; a term's own inputs come before its weights.</summary>
[Loss(Activation.Softmax)]
[WeightedCrossEntropy(PixelWeights = "mask")]
[MaskedDice(Smooth = 1, PixelWeights = "weightMap")]
public sealed partial class WeighedTwice;

/// <summary>Sorting terms that leave pixels, the weight being a property as well.</summary>
[Loss(Activation.Softmax)]
[TopKCrossEntropy(Fraction = 0.4, PixelWeights = "weights")]
public sealed partial class WeighedTopK
{
    public double Weight { get; set; } = 1;
}

[Loss(Activation.Softmax, IgnoreIndex = 255)]
[Dice(Smooth = 1e-3)]
public sealed partial class UnweighedDice;
