using System;

namespace LossGen.Kernels;

/// <summary>
/// The error function: up to 1 a polynomial in the square, above 1 - exp(-a^2) q with q by a polynomial in (a - 2) / (a + 2). The generator
/// computes constants with the same text.
/// </summary>
internal static class ErrorFunction
{
    // From here on the result is 1.
    private const double End = 6;

    /// <summary>erf(x). At most 2 ulp.</summary>
    public static double Of(double x)
    {
        double a = Math.Abs(x);
        if (a <= 1)
            return x + (x * Evaluate(s_square, x * x));
        if (a > End)
            return Math.Sign(x);
        double y = 1 - (Math.Exp(-(a * a)) * Evaluate(s_rest, (a - 2) / (a + 2)));
        return x < 0 ? -y : y;
    }

    private static double Evaluate(double[] factors, double x)
    {
        double sum = factors[factors.Length - 1];
        for (int i = factors.Length - 2; i >= 0; i--)
            sum = (sum * x) + factors[i];
        return sum;
    }

    // erf(x) / x - 1 in the square of x, from 0 to 1: 2^-54.
    private static readonly double[] s_square =
    [
        0.1283791670955126, -0.37612638903183543, 0.11283791670945006, -0.02686617064323777, 0.0052239776071164225, -0.0008548325975389692,
            0.00012055294904839707,
        -1.492473690741966e-05, 1.6447424703317362e-06, -1.6208483801871705e-07, 1.3720064546777686e-08, -7.795898827002142e-10,
    ];

    // exp(x^2) (1 - erf(x)) in (x - 2) / (x + 2), from 1 to the end: 2^-56 behind exp(-x^2).
    private static readonly double[] s_rest =
    [
        0.25539567631050575, -0.4271858474139579, 0.24165819424246987, -0.07897858101585253, 0.00373289240349224, 0.006997461747753573,
            -0.0008471431980760424,
        -0.0009819773208131022, 4.3554202452705896e-05, 0.00017436697232946864, 2.754312818566672e-05, -2.7647305443610053e-05,
            -1.4067532694582058e-05,
        1.820143195975009e-06, 3.917059299925389e-06,
    ];
}
