using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Multi-class margin (hinge): <c>sum(w * max(0, margin - x[label] + x[c]) ^ exponent) / C</c> over the classes other than the label, w the
/// weight of the label's class. One number a pixel. PyTorch's MultiMarginLoss.
/// </summary>
/// <remarks>K. Crammer, Y. Singer, "On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines", JMLR, 2001.</remarks>
public sealed partial class MultiMarginAttribute : LossTermAttribute
{
    /// <summary>By how much the label should lead.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Margin { get; init; } = 1;

    /// <summary>1, or 2 for the squared hinge.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Exponent { get; init; } = 1;

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double margin, double exponent, Value classWeights)
    {
        Value label = SumOverClasses(y * x.Logit);
        Value lack = Max(margin - label + x.Logit, 0);
        return SumOverClasses(y * classWeights) * MeanOverClasses((1 - y) * RegionFormulas.Power(lack, exponent));
    }
}
