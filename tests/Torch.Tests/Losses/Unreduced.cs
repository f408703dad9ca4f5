namespace LossGen.Torch.Tests.Losses;

[Loss(Activation.Softmax, PerImage = true, Reduction = Reduction.None)]
[Dice]
public sealed partial class DicePerImageAndClass;

[Loss(Activation.Softmax, Reduction = Reduction.None)]
[Dice]
public sealed partial class DicePerClass;

[Loss(Activation.Softmax, Reduction = Reduction.None, IgnoreIndex = 255)]
[CrossEntropy]
public sealed partial class CrossEntropyPerPixel;

[Loss(Activation.Sigmoid, Reduction = Reduction.None)]
[BinaryCrossEntropy]
public sealed partial class BinaryPerElement;

[Loss(Activation.Softmax, PerImage = true, Reduction = Reduction.None)]
[Dice]
[CrossEntropy(Weight = 0.5)]
public sealed partial class DiceCrossEntropyPerElement;

[Loss(Activation.Softmax, Reduction = Reduction.None)]
[Focal(Gamma = 0, Alpha = 1)]
public sealed partial class FocalPerElement;
