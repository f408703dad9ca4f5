namespace LossGen.Torch.Tests.Losses;

[Loss(Activation.Softmax, IgnoreIndex = 255)]
[Dice]
[CrossEntropy(Weight = 0.5)]
public sealed partial class Scheduled
{
    public double DiceWeight { get; set; } = 1;
}

[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
[Dice(PixelWeights = "weights")]
[CrossEntropy(PixelWeights = "weights", NormalizeWeightMaps = true)]
public sealed partial class WeighedPixels;

[Loss(Activation.Sigmoid, IgnoreIndex = 255)]
[Tversky(ElementWeights = "elements", Smooth = 1)]
[MeanSquaredError(ElementWeights = "elements", PixelWeights = "pixels")]
public sealed partial class WeighedElements;
