using LossGen;

namespace CpuOnly;

/// <summary>The loss: two terms, declared. The generator writes the rest of the class.</summary>
[Loss(Activation.Softmax)]
[Dice(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class DiceCrossEntropy;
