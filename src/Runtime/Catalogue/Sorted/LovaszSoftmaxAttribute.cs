using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Lovász-Softmax: the Lovász extension of the Jaccard loss on errors <c>|y - p|</c>, the mean over the classes that the target has, of the
/// batch or of each image. Pixels are sorted by their errors; where two are equal, the one that comes first counts as the larger. This is
/// SMP's LovaszLoss in multiclass mode.
/// </summary>
/// <remarks>M. Berman, A. Rannen Triki, M. Blaschko, "The Lovász-Softmax loss", CVPR 2018.</remarks>
[TakesProbability]
[TakesUnitTarget]
public sealed partial class LovaszSoftmaxAttribute : LossTermAttribute
{
    /// <summary>Takes the mean over all classes, also those that the target does not have.</summary>
    public bool AllClasses { get; init; }

    /// <summary>
    /// One factor a class, for all classes of the loss; null means 1. The mean divides by the number of classes as ever, not by the sum of
    /// their weights: MMSegmentation's class_weight.
    /// </summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, bool allClasses, Value classWeights)
    {
        Value errors = Abs(y - x.Probability), loss = Sum(errors * LovaszFormulas.Weight(y, errors));
        Value counted = allClasses ? 1 : Where(Sum(y) > 0, 1, 0);
        return Divide(SumOverClasses(counted * classWeights * loss), SumOverClasses(counted), 0);
    }
}
