using LossGen.Kernels;
using LossGen.Simd;

namespace LossGen.Runtime.Tests;

/// <summary>
/// The logarithm of the gamma function, its derivatives and the error function to about 100 bits: what the runtime's are measured against.
/// </summary>
internal static class ExactGamma
{
    private static readonly Exact Pi = new(3.141592653589793, 1.2246467991473532e-16);

    private static readonly Exact LogPi = new(1.1447298858494002, 1.0265951162707826e-17), HalfLogTwoPi = new(0.9189385332046728,
        -3.8782941580672414e-17);

    // Of log gamma(1 + u), whose factors are these with changing sign, from -u on.
    private static readonly Exact[] Zetas =
    [
        new(0.5772156649015329, -4.942915152430645e-18),
        new(0.8224670334241132, 1.520336175199238e-17), new(0.40068563438653143, -2.250747042487504e-18),
            new(0.27058080842778454, 1.1871280107138412e-17),
        new(0.20738555102867398, 4.099767328621813e-18), new(0.1695571769974082, 2.2393851330167238e-18),
            new(0.1440498967688461, 9.623140085232555e-18),
        new(0.12550966952474304, -2.5214685384672305e-18),
    ];

    private static readonly (double Above, double Below)[] Bernoulli =
        [(1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6), (-3617, 510), (43867, 798), (-174611, 330), (854513, 138)];

    /// <summary>log gamma(x) for x above 0.</summary>
    public static Exact Lgamma(double x)
    {
        if (Math.Abs(x - 1) < 1e-4)
            return NearOne(x - 1);
        if (Math.Abs(x - 2) < 1e-4)
            return NearOne(x - 2) + Exact.Log((Exact)1 + (x - 2));
        (Exact large, Exact product) = (x, 1);
        for (; large.High < 40; large += 1)
            product *= large;
        Exact r = 1 / large, z = r * r, sum = 0;
        for (int k = Bernoulli.Length; k >= 1; k--)
            sum = (sum * z) + (new Exact(Bernoulli[k - 1].Above, 0) / Bernoulli[k - 1].Below / (2 * k * ((2 * k) - 1)));
        return ((large - 0.5) * Exact.Log(large)) - large + HalfLogTwoPi + (sum * r) - Exact.Log(product);
    }

    /// <summary>The derivative of log gamma for x above 0.</summary>
    public static Exact Digamma(double x)
    {
        (Exact large, Exact below) = (x, 0);
        for (; large.High < 40; large += 1)
            below += 1 / large;
        Exact r = 1 / large, z = r * r, sum = 0;
        for (int k = Bernoulli.Length; k >= 1; k--)
            sum = (sum * z) + (new Exact(Bernoulli[k - 1].Above, 0) / Bernoulli[k - 1].Below / (2 * k));
        return Exact.Log(large) - (r * 0.5) - (sum * z) - below;
    }

    /// <summary>The derivative of digamma for x above 0.</summary>
    public static Exact Trigamma(double x)
    {
        (Exact large, Exact below) = (x, 0);
        for (; large.High < 40; large += 1)
            below += 1 / large / large;
        Exact r = 1 / large, z = r * r, sum = 0;
        for (int k = Bernoulli.Length; k >= 1; k--)
            sum = (sum * z) + (new Exact(Bernoulli[k - 1].Above, 0) / Bernoulli[k - 1].Below);
        return r + (z * 0.5) + (sum * z * r) + below;
    }

    /// <summary>log |gamma(-a)| as the two logarithms whose difference it is.</summary>
    public static (Exact Reflected, Exact Positive) LgammaBelow(double a) => (LogPi - Exact.Log(Absolute(SinPi(a)) * a), Lgamma(a));

    /// <summary>Digamma of -a as the two numbers whose sum it is.</summary>
    public static (Exact Cotangent, Exact Positive) DigammaBelow(double a) => (Pi * (1 - (SinPi(a / 2) * SinPi(a / 2) * 2)) / SinPi(a),
        Digamma(a) + (1 / (Exact)a));

    public static Exact TrigammaBelow(double a)
    {
        Exact slope = Pi / SinPi(a);
        return (slope * slope) - (Trigamma(a) - (1 / (Exact)a / a));
    }

    /// <summary>2 / sqrt(pi) exp(-x^2) (x + 2 x^3 / 3 + 4 x^5 / 15 + ...): no term cancels another.</summary>
    public static Exact Erf(double x)
    {
        if (Math.Abs(x) < 1e-20)
            return new Exact(1.1283791670955126, 1.533545961316588e-17) * x;
        if (Math.Abs(x) > 6.5)
            return Math.Sign(x);
        Exact square = (Exact)x * x, term = x, sum = x;
        for (int n = 1; Math.Abs(term.High) > 1e-34 * Math.Abs(sum.High); n++)
            sum += term = term * square * 2 / ((2 * n) + 1);
        return new Exact(1.1283791670955126, 1.533545961316588e-17) * Exact.Exp(-square).Plain() * sum;
    }

    private static Exact NearOne(double u)
    {
        Exact sum = 0;
        for (int k = Zetas.Length - 1; k >= 0; k--)
            sum = (sum * -u) + Zetas[k];
        return sum * -u;
    }

    // By the series, of pi times the distance to the nearest whole number.
    private static Exact SinPi(double a)
    {
        double whole = Math.Round(a);
        Exact y = Pi * (a - whole), z = y * y, sum = 0;
        for (int n = 39; n >= 1; n -= 2)
            sum = n == 39 ? 1 : 1 - (sum * z / ((n + 1) * (n + 2)));
        return whole % 2 == 0 ? sum * y : -(sum * y);
    }

    private static Exact Absolute(Exact a) => a.High < 0 ? -a : a;
}

/// <summary>The gamma function's logarithm and its derivatives below 0, and at the ends; the error function's ends.</summary>
public class VectorMathGammaTests
{
    private static double[] Negative =>
        [.. Enumerable.Range(1, 16 * 400).Select(i => -i * 0.01237).Concat(Enumerable.Range(0, 16 * 20).Select(i => -Math.Pow(2, -i))
        .Where(x => x is not -1))
        .Concat([-1e3 - 0.3, -123456.789])];

    [Fact]
    public void Below_0_errors_are_few_units_of_the_larger_part()
    {
        Assert.All(Negative, x =>
        {
            (Exact reflected, Exact positive) = ExactGamma.LgammaBelow(-x);
            AssertNear(reflected - positive, ScalarMath.Lgamma(x), Math.Max(Math.Abs(reflected.High), Math.Abs(positive.High)), x);
            (Exact cotangent, Exact digamma) = ExactGamma.DigammaBelow(-x);
            AssertNear(cotangent + digamma, ScalarMath.Digamma(x), Math.Max(Math.Abs(cotangent.High), Math.Abs(digamma.High)), x);
            Exact trigamma = ExactGamma.TrigammaBelow(-x);
            AssertNear(trigamma, ScalarMath.Trigamma(x), trigamma.High, x);
        });

        static void AssertNear(Exact exact, double found, double scale, double x) =>
            Assert.True(double.IsInfinity(found) || Math.Abs((exact - found).High) <= 6 * (Math.BitIncrement(scale) - scale),
                $"{found:R} at {x:R}, exactly {exact.High:R}");
    }

    /// <summary>Values of mpmath 1.3 with 40 digits.</summary>
    [Theory]
    [InlineData(1e-320, 736.827240890973906, double.NegativeInfinity, double.PositiveInfinity, 1.128366605056381e-320)]
    [InlineData(0.25, 1.28802252469807746, -4.22745353337626541, 17.1973291545071107, 0.276326390168236933)]
    [InlineData(1, 0, -0.577215664901532861, 1.64493406684822644, 0.842700792949714869)]
    [InlineData(1.4616321449683622, -0.121486290535849608, -9.24126552172942752e-17, 0.967672245447621255, 0.961271499629856622)]
    [InlineData(2, 0, 0.422784335098467139, 0.644934066848226436, 0.995322265018952734)]
    [InlineData(5.5, 3.95781396761871629, 1.61109314858175112, 0.199342386989627659, 0.999999999999992642)]
    [InlineData(100.25, 360.284559637764235, 4.60267124327471256, 0.0100249786981233662, 1)]
    [InlineData(1e10, 220258509288.810581, 23.0258509298904568, 1.00000000005e-10, 1)]
    [InlineData(-0.5, 1.2655121234846454, 0.0364899739785765206, 8.93480220054467931, -0.520499877813046538)]
    [InlineData(-2.5, -0.0562437164976740507, 1.10315664064524319, 9.53924664498912375, -0.999593047982555041)]
    [InlineData(-10.25, -14.2039979009310907, 5.51685841988627331, 19.6462524246226528, -1)]
    [InlineData(-100.75, -365.708485017931287, 1.4760041167485509, 19.7293323392509606, -1)]
    [InlineData(0.0, double.PositiveInfinity, double.NegativeInfinity, double.PositiveInfinity, 0)]
    [InlineData(-0.0, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, 0)]
    [InlineData(-3.0, double.PositiveInfinity, double.NaN, double.PositiveInfinity, -0.999977909503001415)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, 0, 1)]
    [InlineData(double.NegativeInfinity, double.PositiveInfinity, double.NaN, double.NaN, -1)]
    [InlineData(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN)]
    public void Values_of_another_library(double x, double lgamma, double digamma, double trigamma, double erf)
    {
        (double Wanted, double Found, IUnary Function)[] all =
        [
            (lgamma, ScalarMath.Lgamma(x), default(Unary.Lgamma)), (digamma, ScalarMath.Digamma(x), default(Unary.Digamma)),
            (trigamma, ScalarMath.Trigamma(x), default(Unary.Trigamma)), (erf, ScalarMath.Erf(x), default(Unary.Erf)),
        ];
        foreach ((double wanted, double found, IUnary function) in all)
        {
            AssertClose(wanted, found, 1e-15);
            double[] lanes = [.. Enumerable.Repeat(x, 16)];
            Assert.All(Widths.Apply<V256<double>, double>(function, lanes), lane => AssertClose(wanted, lane, 1e-15));
            if ((float)x == x)
                Assert.All(Widths.Apply<V256<float>, float>(function, lanes), lane => AssertClose((float)wanted, lane, 2e-7));
        }

        void AssertClose(double wanted, double found, double tolerance) =>
            Assert.True(wanted.Equals(found) || Math.Abs(wanted - found) <= tolerance * Math.Max(Math.Abs(wanted), x < 0 ? 1 : 1e-300),
                $"{found:R}, {wanted:R} is right");
    }

    [Fact]
    public void The_error_function_keeps_the_sign_of_0() =>
        Assert.All(Widths.Apply<V256<double>, double>(default(Unary.Erf), [.. Enumerable.Repeat(-0.0, 16)]),
            y => Assert.True(double.IsNegative(y)));
}
