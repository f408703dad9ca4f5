using static LossGen.Functions;

namespace LossGen.Runtime.Tests.Losses;

/// <summary>Statistics over the batch, two passes.</summary>
[Loss(Activation.Softmax)]
[Dice(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class DiceCrossEntropy;

[Loss(Activation.Softmax, IgnoreIndex = 255)]
[Dice(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class Ignoring;

[Loss(Activation.Softmax, IgnoreIndex = 255, IgnoreIndices = [-1, 254, 2])]
[Dice(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class IgnoringSeveral;

[Loss(Activation.Softmax, IgnoreIndices = [255, 100])]
[Dice(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class IgnoringNoClass;

[Loss(Activation.Softmax, IgnoreIndex = -1, PerImage = true)]
[Dice(Smooth = 1e-5)]
[Focal(Weight = 0.5)]
public sealed partial class PerImage;

[Loss(Activation.Sigmoid)]
[Dice(Smooth = 1)]
[BinaryCrossEntropy]
public sealed partial class Sigmoid;

[Loss(Activation.Sigmoid, IgnoreIndex = 255)]
[Dice(Smooth = 1)]
[BinaryCrossEntropy]
public sealed partial class SigmoidIgnoring;

/// <summary>Takes its statistics' sums into a pixel expression: the value needs two passes.</summary>
[Loss(Activation.Sigmoid)]
public sealed partial class Balanced
{
    private static Value Formula(Prediction x, Target y)
    {
        Value positive = Mean(y);
        return Mean(-((1 - positive) * y * x.LogProbability) - (positive * (1 - y) * Log(x.Complement)));
    }
}

/// <summary>Its second pass asks for no label, but has to know which pixels count.</summary>
[Loss(Activation.Softmax, IgnoreIndex = 255)]
public sealed partial class SharedOut
{
    private static Value Formula(Prediction x, Target y) => Divide(x.Probability, 1 + Sum(y), 1);
}

/// <summary>A run-time parameter.</summary>
[Loss(Activation.Softmax)]
[FBeta(Smooth = 1e-5)]
public sealed partial class Adjustable
{
    public double Beta { get; set; } = 2;
}

[Loss(Activation.Softmax, TargetClassAxis = ClassAxis.Last, DropLastTargetChannel = true, Resize = Resize.Bilinear)]
[FBeta(Beta = 2, Smooth = 1e-5)]
public sealed partial class Resized;

[Loss(Activation.Softmax, Resize = Resize.Bilinear)]
[Dice]
[CrossEntropy]
public sealed partial class ResizedIndex;

[Loss(Activation.Softmax, Classes = 3, Target = TargetKind.Index)]
[CrossEntropy]
public sealed partial class IndexOnly;

[Loss(Activation.Softmax, Target = TargetKind.Dense, DropLastTargetChannel = true)]
[CrossEntropy]
public sealed partial class DenseOnly;

/// <summary>A pixel's gradient knows nothing of the other pixels.</summary>
[Loss(Activation.Softmax)]
[CrossEntropy]
public sealed partial class CrossEntropyAlone;

[Loss(Activation.Sigmoid)]
[BinaryCrossEntropy]
public sealed partial class BinaryAlone;

/// <summary>A term has a softmax where the loss has none.</summary>
[Loss(Activation.Sigmoid)]
[BinaryCrossEntropy]
[CrossEntropy(Activation = Activation.Softmax)]
public sealed partial class SoftmaxTerm;

[Loss(Activation.Softmax, IgnoreIndex = int.MaxValue)]
[Dice(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class IgnoringTheLargest;

[Loss(Activation.Softmax, IgnoreIndex = int.MaxValue, IgnoreIndices = [int.MinValue + 1])]
[Dice(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class IgnoringBothEnds;
