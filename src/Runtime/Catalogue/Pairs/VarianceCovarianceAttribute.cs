using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// The variance and covariance terms of VICReg, of two views: <c>mu * mean of max(gamma - sqrt(v_i + epsilon), 0)</c> over the variances of
/// the columns of both views, and <c>nu / D * sum_ij c_ij^2</c> (i other than j) over the covariances in each view. The loss states
/// <c>Pairs = Pairs.Covariance</c>. The invariance term is a mean squared error between the views, a loss of its own (docs/pairs.md).
/// </summary>
/// <remarks>
/// A. Bardes et al., "VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning", ICLR 2022, equations 1 to 4. As
/// in the authors' code the variance term is the mean of the two views, not their sum.
/// </remarks>
[TakesPairs(Pairs.Covariance)]
public sealed partial class VarianceCovarianceAttribute : LossTermAttribute
{
    /// <summary>mu, the factor of the variance term.</summary>
    /// <value>At least 0.</value>
    [OptionRange(From = 0)]
    public double Variance { get; init; } = 25;

    /// <summary>nu, the factor of the covariance term.</summary>
    /// <value>At least 0.</value>
    [OptionRange(From = 0)]
    public double Covariance { get; init; } = 1;

    /// <summary>gamma, the deviation that columns are to have at least.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Gamma { get; init; } = 1;

    /// <summary>What is added to a variance before its root is taken.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Epsilon { get; init; } = 1e-4;

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double variance, double covariance, double gamma, double epsilon)
    {
        Value deviation = Sqrt(Max(SumOverClasses(y * x.Logit), 0) + epsilon);
        return variance * Mean(Max(gamma - deviation, 0)) + covariance * Sum(SumOverClasses((1 - y) * Square(x.Logit))) / x.ClassCount;
    }
}
