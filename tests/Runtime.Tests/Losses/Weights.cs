using static LossGen.Functions;

namespace LossGen.Runtime.Tests.Losses;

/// <summary>The weight of the first term is a property, that of the second a constant.</summary>
[Loss(Activation.Softmax, IgnoreIndex = 255)]
[Dice(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class Scheduled
{
    public double DiceWeight { get; set; } = 1;
}

[Loss(Activation.Softmax, IgnoreIndex = 255)]
[Dice(Smooth = 1e-5)]
public sealed partial class DiceOnly;

[Loss(Activation.Softmax, IgnoreIndex = 255)]
[CrossEntropy]
public sealed partial class EntropyOnly;

/// <summary>A term and a formula in place, whose weights are numbers of other types.</summary>
[Loss(Activation.Sigmoid, PerImage = true)]
[BinaryCrossEntropy]
public sealed partial class ScheduledFormula
{
    public float BinaryCrossEntropyWeight { get; set; } = 1;

    public int FormulaWeight { get; set; } = 1;

    private static Value Formula(Prediction x, Target y) => 1 - (1 + 2 * Sum(x.Probability * y)) / (1 + Sum(x.Probability + y));
}

[Loss(Activation.Sigmoid, PerImage = true)]
[BinaryCrossEntropy]
public sealed partial class UnscheduledEntropy;

[Loss(Activation.Sigmoid, PerImage = true)]
public sealed partial class UnscheduledFormula
{
    private static Value Formula(Prediction x, Target y) => 1 - (1 + 2 * Sum(x.Probability * y)) / (1 + Sum(x.Probability + y));
}

/// <summary>A single term: its weight is called Weight.</summary>
[Loss(Activation.Softmax, Reduction = Reduction.None)]
[CrossEntropy]
public sealed partial class ScheduledPixels
{
    public double Weight { get; set; } = 1;
}

/// <summary>At a probability of 0 the formula is infinite, at a score of 0 its slope.</summary>
[Loss(Activation.None, Target = TargetKind.Dense)]
[MeanSquaredError]
public sealed partial class ScheduledInfinite
{
    public double FormulaWeight { get; set; }

    private static Value Formula(Prediction x, Target y) => Log(Sum(x.Probability * y)) + Sqrt(Sum(x.Probability * y));
}
