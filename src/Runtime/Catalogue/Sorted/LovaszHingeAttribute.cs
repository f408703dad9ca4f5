using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Lovász hinge: the Lovász extension of the Jaccard loss on hinge errors <c>max(0, 1 - (2 * y - 1) * logit)</c>, for each class, or for
/// each image and class. Targets are 0 and
/// 1. Pixels are sorted by their errors; where two are equal, the one that comes first counts as the larger. This is SMP's LovaszLoss in
///    binary mode and kornia's lovasz_hinge_loss.
/// </summary>
/// <remarks>M. Berman, A. Rannen Triki, M. Blaschko, "The Lovász-Softmax loss", CVPR 2018.</remarks>
[TakesUnitTarget]
public sealed partial class LovaszHingeAttribute : LossTermAttribute
{
    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, Value classWeights)
    {
        Value errors = 1 - (2 * y - 1) * x.Logit;
        return classWeights * Sum(Max(errors, 0) * LovaszFormulas.Weight(y, errors));
    }
}
