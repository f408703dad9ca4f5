using LossGen;

namespace Losses;

/// <summary>Dice and half as much cross-entropy; the share can change while a network is trained.</summary>
[Loss(Activation.Softmax)]
[Dice(Smooth = 1e-5)]
[CrossEntropy]
public sealed partial class DiceCrossEntropy
{
    /// <summary>What the cross-entropy is multiplied by.</summary>
    public double CrossEntropyWeight { get; set; } = 0.5;
}
