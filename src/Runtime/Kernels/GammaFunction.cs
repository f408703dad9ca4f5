using System;

namespace LossGen.Kernels;

/// <summary>
/// The logarithm of the gamma function and its first two derivatives, of one double. The generator computes constants with the same text,
/// so it uses nothing that is not in .NET Standard 2.0. Polynomials interpolate at Chebyshev's points, in x less the middle of their
/// interval; from 10 on Stirling's series, below 10 the recurrence (DLMF 5.5.1, 5.11.1, 5.15.8).
/// </summary>
internal static class GammaFunction
{
    private const double LogPi = 1.1447298858494002, HalfLogTwoPi = 0.9189385332046728, Euler = 0.5772156649015329;

    // The positive root of the digamma function in two parts.
    private const double Root = 1.4616321449683622, RootLow = 9.549995429965697e-17;

    /// <summary>
    /// log |gamma(x)|: infinite at 0, at the negative whole numbers and at both infinities. At most 4 ulp for x above 0. Below 0 it is a
    /// difference of two logarithms, with an error of at most 6 ulp of the larger: where it crosses 0, digits are lost.
    /// </summary>
    public static double Lgamma(double x)
    {
        if (double.IsNaN(x))
            return x;
        if (double.IsInfinity(x))
            return double.PositiveInfinity;
        if (x > 0)
            return OfPositive(x);
        double a = -x;
        if (Math.Floor(a) == a)
            return double.PositiveInfinity;
        return a < 1e-10 ? (Euler * a) - Math.Log(a) : LogPi - Math.Log(a * Math.Abs(SinPi(a))) - OfPositive(a);
    }

    /// <summary>
    /// The derivative of <see cref="Lgamma"/>: infinite at 0, with the sign of -x; NaN at the negative whole numbers, where it jumps from
    /// one infinity to the other. At most 4 ulp for x above 0; below, 6 ulp of the larger of the two numbers whose sum it is.
    /// </summary>
    public static double Digamma(double x)
    {
        if (x > 0)
            return OfPositiveDigamma(x);
        double a = -x;
        if (a == 0)
            return 1 / a;
        if (double.IsNaN(a) || Math.Floor(a) == a)
            return double.NaN;
        return (a < 1 ? OnePlusNearRoot(a) : OfPositiveDigamma(a) + (1 / a)) + (Math.PI * CotPi(a));
    }

    /// <summary>
    /// The derivative of <see cref="Digamma"/>, which is above 0: infinite at 0 and at the negative whole numbers, 0 at infinity and NaN at
    /// minus infinity. At most 4 ulp, below 0 at most 6.
    /// </summary>
    public static double Trigamma(double x)
    {
        if (x > 0)
            return OfPositiveTrigamma(x);
        if (double.IsNegativeInfinity(x))
            return double.NaN;
        double a = -x;
        if (Math.Floor(a) == a)
            return double.PositiveInfinity;
        double slope = Math.PI / SinPi(a);
        return (slope * slope) - OfPositiveTrigamma(1 + a);
    }

    private static double OfPositive(double x)
    {
        if (x < 0.5)
            return (x * Evaluate(s_onePlus, x - 0.25)) - Math.Log(x);
        if (x < 3)
            return (x - 1) * (x - 2) * (x < 1 ? Evaluate(s_half, x - 0.75) : x < 2 ? Evaluate(s_one, x - 1.5) : Evaluate(s_two, x - 2.5));
        if (x < 10)
        {
            double product = 1;
            while (x >= 3)
                product *= --x;
            return Math.Log(product) + ((x - 1) * (x - 2) * Evaluate(s_two, x - 2.5));
        }

        double log = Math.Log(x);
        if (x > 1e17)
            return x * (log - 1);
        double z = 1 / (x * x);
        double rest = 1.0 / 12 - (z * (1.0 / 360
            - (z * (1.0 / 1260 - (z * (1.0 / 1680 - (z * (1.0 / 1188 - (z * (691.0 / 360360 - (z / 156)))))))))));
        return ((x - 0.5) * (log - 1)) + (HalfLogTwoPi - 0.5) + (rest / x);
    }

    private static double OfPositiveDigamma(double x)
    {
        if (x < 1)
            return OnePlusNearRoot(x) - (1 / x);
        if (x < 10)
        {
            double sum = 0;
            while (x >= 2)
                sum += 1 / --x;
            return sum + OnePlusNearRoot(x - 1);
        }

        double z = 1 / (x * x);
        double rest = z * (1.0 / 12 - (z
            * (1.0 / 120 - (z * (1.0 / 252 - (z * (1.0 / 240 - (z * (1.0 / 132 - (z * (691.0 / 32760 - (z / 12))))))))))));
        return Math.Log(x) - (0.5 / x) - rest;
    }

    private static double OfPositiveTrigamma(double x)
    {
        double sum = 0;
        for (; x < 10; x++)
            sum += 1 / (x * x);
        double r = 1 / x, z = r * r;
        double rest = 1.0 / 6 - (z * (1.0 / 30
            - (z * (1.0 / 42 - (z * (1.0 / 30 - (z * (5.0 / 66 - (z * (691.0 / 2730 - (z * (7.0 / 6 - (z * 3617.0 / 510)))))))))))));
        return sum + (r + ((0.5 * z) + (rest * z * r)));
    }

    // The digamma function of 1 + x from 0 to 1, accurate also at its root.
    private static double OnePlusNearRoot(double x) => (x - (Root - 1) - RootLow) * Evaluate(s_digamma, x - 0.5);

    // sin(pi a) for a above 0.
    private static double SinPi(double a) => Math.Sin(Math.PI * Fraction(a));

    // cot(pi a) for a above 0 that is no whole number.
    private static double CotPi(double a)
    {
        double r = Fraction(a), magnitude = Math.Abs(r);
        double cotangent = magnitude > 0.25 ? Math.Tan(Math.PI * (0.5 - magnitude)) : 1 / Math.Tan(Math.PI * magnitude);
        return r < 0 ? -cotangent : cotangent;
    }

    // a less a whole number, from -1/2 to 1/2, without rounding; pi times a may be half of pi either way.
    private static double Fraction(double a)
    {
        double r = a - Math.Floor(a);
        return r > 0.5 ? r - 1 : r;
    }

    private static double Evaluate(double[] factors, double x)
    {
        double sum = factors[factors.Length - 1];
        for (int i = factors.Length - 2; i >= 0; i--)
            sum = (sum * x) + factors[i];
        return sum;
    }

    // lgamma(1 + x) / x from 0 to 1/2.
    private static readonly double[] s_onePlus =
    [
        -0.3930873456872526, 0.6625352492439489, -0.25548268796157425, 0.13677079348841728, -0.0833925057553864, 0.054390401741934206,
        -0.03692956434234753, 0.025743859158389282, -0.01828207726700018, 0.013163014280622108, -0.00957906899470719, 0.007033274832225246,
        -0.005198820590205353, 0.003823745566692152, -0.002857141869231672, 0.0025275110343535643, -0.0019063835610750456,
    ];

    // lgamma(x) / ((x - 1) (x - 2)) from 1/2 to 1.
    private static readonly double[] s_half =
    [
        0.6504990445801452, -0.3523594013320137, 0.294085367224438, -0.28891120177401247, 0.3072613943487688, -0.3419789497415718,
        0.39194610247170614, -0.4585651366248877, 0.5448302897084075, -0.6551505226436717, 0.795484531809385, -0.9737299143333874,
        1.199863417883392, -1.4841294977492927, 1.848400569616598, -2.372328801129839, 2.9801762225054422, -2.990969226448793,
        3.770490515742349, -10.209716332399672, 13.000217620568915,
    ];

    // The same from 1 to 2.
    private static readonly double[] s_one =
    [
        0.4831289505409809, -0.14595989591430608, 0.06291140107456494, -0.031308487501009494, 0.016797098631185916, -0.009425622448625905,
        0.005446457844650585, -0.003212074069736748, 0.0019229161355079497, -0.0011644146716071257, 0.0007115223848906008,
            -0.00043799193485690124,
        0.00027127505354773154, -0.00016892719402703723, 0.00010564474884131882, -6.609271409301556e-05, 4.1635136148902716e-05,
            -2.7356444761067124e-05,
        1.734263784459851e-05, -8.07952925042159e-06, 5.129828644815147e-06, -7.970873319492813e-06, 5.1046182161001864e-06,
    ];

    // The same from 2 to 3.
    private static readonly double[] s_two =
    [
        0.37957716063055885, -0.07466357415449942, 0.01990515430474318, -0.006018768527033188, 0.0019490574889487018,
            -0.0006586397067739795,
        0.00022905363739927705, -8.130228881990515e-05, 2.9299284312449592e-05, -1.0682329332621241e-05, 3.930575906345698e-06,
            -1.457022694289878e-06,
        5.436564684414454e-07, -2.0380010719173372e-07, 7.573826671079655e-08, -2.8618147642799965e-08, 1.2966891078973113e-08,
            -4.934519518036778e-09,
    ];

    // digamma(x) / (x - root) from 1 to 2.
    private static readonly double[] s_digamma =
    [
        0.9510558760318328, -0.4236274212814606, 0.24054248424078697, -0.14840492305388092, 0.09498872445289039, -0.06192213327548831,
        0.040760833940846085, -0.026975796659787055, 0.017907248317313294, -0.011908220105959716, 0.007927021796868154,
            -0.005279937255532708,
        0.003518106563802472, -0.0023454947397380833, 0.0015633696313653504, -0.0010364584817312839, 0.0006909255761282986,
            -0.00048595039220036254,
        0.00032395945401345196, -0.00014480643368061614, 9.653646261410062e-05, -0.0001782188548855923, 0.00011881232908510335,
    ];
}
