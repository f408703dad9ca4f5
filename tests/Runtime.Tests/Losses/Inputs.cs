using static LossGen.Functions;

namespace LossGen.Runtime.Tests.Losses;

[Loss(Activation.Softmax)]
[MaskedDice]
[WeightedCrossEntropy(Weight = 0.5, NormalizeWeights = true)]
public sealed partial class Mapped;

[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
[MaskedDice(Squared = true)]
[Boundary(Weight = 0.1, IncludeBackground = false)]
public sealed partial class MappedIgnoring;

[Loss(Activation.Sigmoid)]
[WeightedBinaryCrossEntropy]
public sealed partial class MappedElements;

/// <summary>
/// Two terms share an input by its name, and a third has one of its own. A map is itself summed, compared and taken at the label.
/// </summary>
[Loss(Activation.Softmax)]
[MaskedDice]
[Boundary(Weight = 0.2)]
public sealed partial class Shared
{
    private static Value Formula(Prediction x, Target y, PixelMap mask, ElementMap costs)
    {
        Value inside = Where(mask > 0.5, 1, 0);
        return Sum(inside * SumOverClasses(costs * y) * MaxOverClasses(x.Probability)) / (1 + Sum(mask)) + TotalMean(costs * x.Probability);
    }
}

[Loss(Activation.Softmax, Reduction = Reduction.None)]
[WeightedCrossEntropy]
public sealed partial class MappedUnreduced;

[Loss(Activation.Sigmoid, Resize = Resize.Bilinear)]
[MaskedDice]
public sealed partial class MappedResized;

[Loss(Activation.Softmax)]
[MaskedDice]
public sealed partial class Pieced;

[Loss(Activation.Softmax, PerImage = true)]
[WassersteinDice(Distances = new[] { 0, 1, 0.5, 0.2, 0, 0.7, 1, 0.3, 0 })]
[WassersteinDice(VolumeWeights = true, Weight = 0.5)]
public sealed partial class Distant;

/// <summary>Channels of logits, probabilities, target and statistics, and a transformed target.</summary>
[Loss(Activation.Softmax)]
[Metric(Costs = new[] { 1, 2, 0, 0, 0.5, 0, 3, 0, 1.0 })]
public sealed partial class Channels;

public sealed partial class MetricAttribute : LossTermAttribute
{
    public double[]? Costs { get; init; }

    public static Value Formula(Prediction x, Target y, ClassMatrix costs)
    {
        ClassMatrix same = costs;
        Value angle = Atan(Channel(x.Logit, 2) - Channel(x.Probability, 0));
        return Mean(angle * Channel(y, 1)) + Channel(Sum(x.Probability * y), 2) / 10
            + Mean(MeanOverClasses(Square(Transform(same, y) - x.Probability)));
    }
}
