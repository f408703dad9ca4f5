using static LossGen.Functions;

namespace LossGen.Torch.Tests.Losses;

[Loss(Activation.Softmax)]
[MaskedDice]
[WeightedCrossEntropy(Weight = 0.5, NormalizeWeights = true)]
public sealed partial class Mapped;

[Loss(Activation.Sigmoid, IgnoreIndex = 255)]
[WeightedBinaryCrossEntropy]
public sealed partial class MappedElements;

/// <summary>
/// More inputs than TorchSharp's losses have tensors, one of them with the name of a keyword and one with that of a parameter of the
/// module.
/// </summary>
[Loss(Activation.Softmax)]
public sealed partial class ManyMaps
{
    private static Value Formula(Prediction x, Target y, PixelMap @class, ElementMap input, PixelMap mask, ElementMap costs) =>
        Mean(@class * SumOverClasses(input * y) * MaxOverClasses(x.Probability)) + TotalMean(mask * Square(costs - x.Probability));
}

[Loss(Activation.Softmax, Reduction = Reduction.None)]
[WeightedCrossEntropy]
public sealed partial class MappedUnreduced;
