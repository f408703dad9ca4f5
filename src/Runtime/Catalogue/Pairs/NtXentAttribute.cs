using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Normalised temperature-scaled cross-entropy (NT-Xent, InfoNCE): the mean over all positive pairs of <c>-log(exp(s_ij / t) / sum_k
/// exp(s_ik / t))</c>, where k goes over all rows but i. The loss states <c>Pairs = Pairs.Cosine</c>. With two views of each sample it is
/// SimCLR's; with labels a row may have several positives, each of which counts the same. 0 where there is no positive pair.
/// </summary>
/// <remarks>
/// T. Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", ICML 2020, equation 1; A. van den Oord et al.,
/// "Representation Learning with Contrastive Predictive Coding", arXiv:1807.03748, equation 4.
/// </remarks>
[TakesPairs(Pairs.Cosine, Pairs.Dot)]
public sealed partial class NtXentAttribute : LossTermAttribute
{
    /// <summary>What similarities are divided by: the smaller, the more the hardest negatives count.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Temperature { get; init; } = 0.1;

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double temperature)
    {
        Value z = x.Logit / temperature;
        return Divide(Sum(SumOverClasses(y) * LogSumExpOverClasses(z) - SumOverClasses(y * z)), Sum(SumOverClasses(y)), 0);
    }
}
