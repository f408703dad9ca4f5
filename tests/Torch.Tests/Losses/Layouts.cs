namespace LossGen.Torch.Tests.Losses;

[Loss(Activation.Softmax, Target = TargetKind.Dense, TargetClassAxis = ClassAxis.Last, DropLastTargetChannel = true, Resize = Resize.Bilinear)]
[FBeta(Smooth = 1e-5, Beta = 2)]
public sealed partial class SeedFBeta;

[Loss(Activation.Softmax, Target = TargetKind.Index)]
[CrossEntropy]
public sealed partial class IndexOnly;

[Loss(Activation.Softmax, Target = TargetKind.Dense, TargetClassAxis = ClassAxis.Last)]
[Dice]
public sealed partial class ChannelsLastDice;

[Loss(Activation.Softmax, Resize = Resize.Bilinear)]
[Dice]
[CrossEntropy]
public sealed partial class ResizedDiceCrossEntropy;

[Loss(Activation.Softmax, IgnoreIndex = 255, Resize = Resize.LinearAligned)]
[Dice]
[CrossEntropy]
public sealed partial class AlignedDiceCrossEntropy;

[Loss(Activation.Softmax, IgnoreIndex = 255, Resize = Resize.LinearUnaligned)]
[Dice]
[CrossEntropy]
public sealed partial class UnalignedDiceCrossEntropy;

/// <summary>The same without a resize.</summary>
[Loss(Activation.Softmax, IgnoreIndex = 255)]
[Dice]
[CrossEntropy]
public sealed partial class SizedDiceCrossEntropy;
