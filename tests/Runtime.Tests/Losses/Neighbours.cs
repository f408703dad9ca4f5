using static LossGen.Functions;

namespace LossGen.Runtime.Tests.Losses;

[Loss(Activation.None, Target = TargetKind.Dense, PerImage = true)]
[Ssim(Size = 7)]
public sealed partial class Similarity;

[Loss(Activation.Softmax, IgnoreIndex = 255)]
[Dice]
[SoftClDice(Iterations = 4, Weight = 0.5, IncludeBackground = false)]
public sealed partial class DiceCentreLine;

[Loss(Activation.Sigmoid, Dimensions = 3)]
[SoftClDice(Iterations = 2)]
[TotalVariation(Weight = 0.1)]
public sealed partial class Vessels;

[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
[HausdorffErosion(Iterations = 3)]
public sealed partial class WorstErrors;

[Loss(Activation.None, Target = TargetKind.Dense)]
[MsSsim(Scales = 3)]
public sealed partial class SimilarityAtScales;

/// <summary>Windows with every border, along both axes.</summary>
[Loss(Activation.Sigmoid, IgnoreIndex = 255)]
public sealed partial class Borders
{
    private static Value Formula(Prediction x, Target y) =>
        Square(Window(x.Logit, 0, [1, -2, 0.5], Border.Reflect)) + Square(Window(x.Logit - y, 1, [0.25, 0.5, 0, -1, 2], Border.Replicate))
            + Abs(Shift(MaxPool(x.Probability, 5), 1, -3) - MinPool(y, 3));
}

/// <summary>Single neighbours of the logits: passes read them where they lie.</summary>
[Loss(Activation.None, Dimensions = 2)]
[TotalVariation]
public sealed partial class Differences
{
    private static Value Formula(Prediction x, Target y) =>
        Square(Shift(x.Logit, 0, -2, Border.Replicate) - Shift(x.Logit, 1, 3, Border.Reflect) + y)
        + (0.5 * Square(Shift(x.Logit, 0, 1) - x.Logit));
}

/// <summary>Single neighbours of what a pass computed.</summary>
[Loss(Activation.Softmax, Dimensions = 3)]
[Diffusion]
public sealed partial class ProbabilityDifferences
{
    private static Value Formula(Prediction x, Target y) =>
        Square(Shift(x.Probability, 0, 1, Border.Replicate) - (Shift(x.Probability, 2, -1) * y))
        + Abs(Shift(x.Probability, 1, 2, Border.Reflect) - Shift(x.Probability, 1, -1));
}
