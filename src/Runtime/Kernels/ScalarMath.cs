namespace LossGen.Kernels;

/// <summary>Functions of one double that <see cref="Math"/> lacks, accurate where the plain formula is not.</summary>
public static class ScalarMath
{
    /// <summary>log(1 + x), accurate near 0.</summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        if (double.IsInfinity(u) || u <= 0)
            return Math.Log(u);

        // The rounding error of u is known exactly, so that it can be divided out (Kahan).
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>exp(x) - 1, accurate near 0.</summary>
    public static double Expm1(double x)
    {
        if (Math.Abs(x) < 1e-5)
            return x + (x * x / 2) + (x * x * x / 6);
        double u = Math.Exp(x);
        if (u == 1)
            return x;
        double v = u - 1;
        return v == -1 || double.IsInfinity(u) ? v : v * (x / Math.Log(u));
    }

    /// <summary>1 / (1 + exp(-x)).</summary>
    public static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /// <summary>log(1 + exp(x)), without overflow.</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)));

    /// <summary>log(cosh(x)), without overflow and accurate near 0.</summary>
    public static double LogCosh(double x)
    {
        double magnitude = Math.Abs(x), sinh = Math.Sinh(magnitude / 2);
        return magnitude < 40 ? Log1p(2 * sinh * sinh) : magnitude - 0.69314718055994530942;
    }

    /// <summary>1 / x.</summary>
    public static double Reciprocal(double x) => 1 / x;

    /// <summary>-1, 0 or 1; NaN for NaN.</summary>
    public static double Sign(double x) => double.IsNaN(x) ? double.NaN : Math.Sign(x);

    /// <summary>
    /// log |gamma(x)|. At most 4 ulp for x above 0; below, 6 ulp of the larger of the two logarithms whose difference it is.
    /// </summary>
    public static double Lgamma(double x) => GammaFunction.Lgamma(x);

    /// <summary>
    /// The derivative of <see cref="Lgamma"/>. At most 4 ulp for x above 0; below, 6 ulp of the larger of the two numbers whose sum it is.
    /// </summary>
    public static double Digamma(double x) => GammaFunction.Digamma(x);

    /// <summary>The derivative of <see cref="Digamma"/>. At most 4 ulp, below 0 at most 6.</summary>
    public static double Trigamma(double x) => GammaFunction.Trigamma(x);

    /// <summary>The error function. At most 2 ulp.</summary>
    public static double Erf(double x) => ErrorFunction.Of(x);
}
