namespace LossGen.Runtime.Tests.Losses;

/// <summary>One value an image and class: they come from the scalar section.</summary>
[Loss(Activation.Softmax, PerImage = true, Reduction = Reduction.None)]
[Dice]
public sealed partial class RegionElements;

/// <summary>One value an image and pixel.</summary>
[Loss(Activation.Softmax, Reduction = Reduction.None, IgnoreIndex = 255)]
[CrossEntropy]
public sealed partial class PixelElements;

/// <summary>One value an image, class and pixel.</summary>
[Loss(Activation.Sigmoid, Reduction = Reduction.None)]
[BinaryCrossEntropy]
public sealed partial class ClassPixelElements;
