namespace LossGen.Torch.Tests.Losses;

[Loss(Activation.Sigmoid)]
[LovaszHinge]
public sealed partial class Hinge;

[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
[LovaszSoftmax]
[TopKCrossEntropy(Fraction = 0.4)]
public sealed partial class LovaszTopK;

[Loss(Activation.Softmax)]
[TopKCrossEntropy(Fraction = 1)]
public sealed partial class TopKOfAll;

[Loss(Activation.Softmax, PerImage = true)]
[TopKCrossEntropy(Fraction = 0.05)]
public sealed partial class TopKOfFew;

[Loss(Activation.Softmax, Reduction = Reduction.None)]
[TopKCrossEntropy(Fraction = 0.4, LabelSmoothing = 0.1)]
public sealed partial class TopKElements;

[Loss(Activation.Sigmoid, Dimensions = 2)]
[LovaszHinge]
[SoftClDice(Iterations = 1)]
public sealed partial class HingeBesideNeighbours;
