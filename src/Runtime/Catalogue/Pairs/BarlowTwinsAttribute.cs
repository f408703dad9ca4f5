using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Barlow twins: <c>sum_i (1 - c_ii)^2 + lambda sum_ij c_ij^2</c> (i other than j) of the correlations c of the columns of two views. The
/// loss states <c>Pairs = Pairs.Correlation</c>.
/// </summary>
/// <remarks>
/// J. Zbontar et al., "Barlow Twins: Self-Supervised Learning via Redundancy Reduction", ICML 2021, equations 1 and 2; columns are
/// standardised as the authors' batch normalisation does.
/// </remarks>
[TakesPairs(Pairs.Correlation)]
public sealed partial class BarlowTwinsAttribute : LossTermAttribute
{
    /// <summary>The factor of what is off the diagonal.</summary>
    /// <value>At least 0. 0.0051 in the authors' code.</value>
    [OptionRange(From = 0)]
    public double Lambda { get; init; } = 0.0051;

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double lambda) =>
        Sum(SumOverClasses(Where(y > 0.5, Square(1 - x.Logit), lambda * Square(x.Logit))));
}
