using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Supervised contrastive loss (SupCon): for each row the mean over the rows of its label of <c>-log(exp(s_ij / t) / sum_k exp(s_ik /
/// t))</c>, where k goes over all rows but i; then the mean over the rows that have a positive. The loss states <c>Pairs =
/// Pairs.Cosine</c>. 0 where no row has one; the authors' code has NaN there.
/// </summary>
/// <remarks>
/// P. Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, equation 2 (the sum over positives outside the logarithm).
/// </remarks>
[TakesPairs(Pairs.Cosine, Pairs.Dot)]
public sealed partial class SupervisedContrastiveAttribute : LossTermAttribute
{
    /// <summary>What similarities are divided by: the smaller, the more the hardest negatives count.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Temperature { get; init; } = 0.1;

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double temperature)
    {
        Value z = x.Logit / temperature, positives = SumOverClasses(y);
        Value row = Where(positives > 0, LogSumExpOverClasses(z) - Divide(SumOverClasses(y * z), positives, 0), 0);
        return Divide(Sum(row), Sum(Where(positives > 0, 1, 0)), 0);
    }
}
