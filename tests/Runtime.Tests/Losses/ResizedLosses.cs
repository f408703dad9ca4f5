namespace LossGen.Runtime.Tests.Losses;

[Loss(Activation.Softmax, IgnoreIndex = 255, Resize = Resize.LinearAligned)]
[Dice(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class ResizedAligned;

[Loss(Activation.Softmax, IgnoreIndex = 255, Resize = Resize.LinearUnaligned)]
[Dice(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class ResizedUnaligned;

[Loss(Activation.Sigmoid, Reduction = Reduction.None, Resize = Resize.LinearUnaligned)]
[BinaryCrossEntropy]
public sealed partial class ResizedElements;

/// <summary>Looks at the neighbours of resized logits.</summary>
[Loss(Activation.Sigmoid, Dimensions = 3, Target = TargetKind.Dense, Resize = Resize.LinearUnaligned)]
[ImageGradient(Exponent = 2)]
public sealed partial class ResizedSlopes;
