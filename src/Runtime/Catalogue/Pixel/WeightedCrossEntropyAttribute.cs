using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Cross-entropy with a weight for every pixel: <c>-m * sum(y * log(p))</c> over the classes. The weights are an input of the loss,
/// <c>weightMap</c>, (N, S), such as U-Net's weights of the borders between cells.
/// </summary>
/// <remarks>O. Ronneberger, P. Fischer, T. Brox, "U-Net", MICCAI 2015.</remarks>
[TakesUnitTarget]
public sealed partial class WeightedCrossEntropyAttribute : LossTermAttribute
{
    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>
    /// Divides by the mean weight of the valid pixels, so that the loss is their weighted mean; 0 where all weights are 0.
    /// </summary>
    public bool NormalizeWeights { get; init; }

    /// <summary>
    /// The formula; <paramref name="weightMap"/> is an input of the loss, the other parameters are the options of this attribute and of the
    /// loss.
    /// </summary>
    public static Value Formula(Prediction x, Target y, PixelMap weightMap, Value classWeights, bool normalizeWeights,
        Activation activation)
    {
        Value logProbability = activation == Activation.None ? Max(x.LogProbability, -100) : x.LogProbability;
        Value loss = -weightMap * SumOverClasses(classWeights * y * logProbability);
        return normalizeWeights ? Divide(loss, TotalMean(weightMap), 0) : loss;
    }
}
