namespace LossGen.Runtime.Tests;

/// <summary>
/// A number as the sum of two doubles, about 105 bits, times a power of two: what the vector functions are measured against. Slow and
/// plain.
/// </summary>
internal readonly record struct Exact(double High, double Low, int Exponent = 0)
{
    private static readonly Exact Ln2 = new(0.6931471805599453, 2.3190468138462996e-17);

    public static implicit operator Exact(double value) => new(value, 0);

    public static Exact operator -(Exact a) => new(-a.High, -a.Low, a.Exponent);

    public static Exact operator +(Exact a, Exact b)
    {
        (a, b) = (a.Plain(), b.Plain());
        (double s, double e) = Sum(a.High, b.High);
        (double t, double f) = Sum(a.Low, b.Low);
        (s, e) = QuickSum(s, e + t);
        (s, e) = QuickSum(s, e + f);
        return new Exact(s, e);
    }

    public static Exact operator -(Exact a, Exact b) => a + -b;

    public static Exact operator *(Exact a, Exact b)
    {
        (a, b) = (a.Plain(), b.Plain());
        double p = a.High * b.High;
        double e = Math.FusedMultiplyAdd(a.High, b.High, -p) + ((a.High * b.Low) + (a.Low * b.High));
        (double s, double t) = QuickSum(p, e);
        return new Exact(s, t);
    }

    public static Exact operator /(Exact a, Exact b)
    {
        (a, b) = (a.Plain(), b.Plain());
        double q = a.High / b.High;
        Exact r = a - (b * q);
        double q2 = r.High / b.High;
        r -= b * q2;
        return new Exact(q, 0) + q2 + (r.High / b.High);
    }

    public Exact Scaled(int power) => this with { Exponent = Exponent + power };

    /// <summary>exp(x), whose size is in the exponent.</summary>
    public static Exact Exp(Exact x)
    {
        int k = (int)Math.Round(x.High / Ln2.High);
        return (SmallExpm1(x - (Ln2 * k)) + 1).Scaled(k);
    }

    /// <summary>exp(x) - 1.</summary>
    public static Exact Expm1(double x) => x switch
    {
        > 80 => Exp(x),
        < -80 => -1,
        > -0.3 and < 0.3 => SmallExpm1(x),
        _ => Exp(x).Plain() - 1,
    };

    /// <summary>log(x) for x in plain numbers.</summary>
    public static Exact Log(Exact x)
    {
        if (x.High is > 0.9 and < 1.1)
        {
            // 2 atanh(f / (2 + f)): exact where the result is small.
            Exact f = x - 1, s = f / (f + 2), z = s * s, sum = 0;
            for (int n = 25; n >= 1; n -= 2)
                sum = (sum * z) + (new Exact(1, 0) / n);
            return sum * s * 2;
        }

        // One step of Halley's method from a result right to 53 bits.
        int k = Math.ILogB(x.High);
        Exact m = new(Math.ScaleB(x.High, -k), Math.ScaleB(x.Low, -k));
        double guess = Math.Log(m.High);
        Exact e = Exp(guess).Plain();
        return guess + ((m - e) * 2 / (m + e)) + (Ln2 * k);
    }

    /// <summary>atan(x): by pi / 2 - atan(1 / x) above 1 and atan(1 / 2) + atan((2 x - 1) / (2 + x)) above 1/4, then the series.</summary>
    public static Exact Atan(double x)
    {
        if (x < 0)
            return -Atan(-x);
        if (x < 1e-20)
            return x;
        return x > 1 ? new Exact(1.5707963267948966, 6.123233995736766e-17) - Below(1 / (Exact)x) : Below(x);

        static Exact Below(Exact a) => a.High > 0.25 ? new Exact(0.4636476090008061, 2.2698777452961687e-17)
            + Series(((a * 2) - 1) / (a + 2)) : Series(a);

        static Exact Series(Exact a)
        {
            Exact z = a * a, sum = 0;
            for (int n = 79; n >= 1; n -= 2)
                sum = (new Exact(1, 0) / n) - (sum * z);
            return sum * a;
        }
    }

    /// <summary>How many units in the last place of the result in a format a number is away.</summary>
    public double Distance(double found, int fractionBits, int leastExponent)
    {
        if (High == 0)
            return found == 0 ? 0 : double.PositiveInfinity;
        int unit = Math.Max(Math.ILogB(High) + Exponent - fractionBits, leastExponent);
        double whole = ScaleDown(found, Exponent) - High - Low;
        return Math.ScaleB(Math.Abs(whole), Exponent - unit);
    }

    /// <summary>Without the power of two.</summary>
    public Exact Plain() => Exponent == 0 ? this : new Exact(Math.ScaleB(High, Exponent), Math.ScaleB(Low, Exponent));

    // Subnormal numbers keep their bits when they are scaled up.
    private static double ScaleDown(double x, int power) => Math.ScaleB(Math.ScaleB(x, -(power / 2)), -(power - (power / 2)));

    private static Exact SmallExpm1(Exact x)
    {
        // Of x / 64 by the series, then (1 + e)^2 - 1 = 2 e + e^2 six times.
        Exact r = new(x.High / 64, x.Low / 64), sum = 0;
        for (int n = 14; n >= 1; n--)
            sum = ((sum + 1) * r) / n;
        for (int k = 0; k < 6; k++)
            sum = (sum * 2) + (sum * sum);
        return sum;
    }

    private static (double Sum, double Lost) Sum(double a, double b)
    {
        double s = a + b, bb = s - a;
        return (s, (a - (s - bb)) + (b - bb));
    }

    private static (double Sum, double Lost) QuickSum(double a, double b)
    {
        double s = a + b;
        return (s, b - (s - a));
    }
}
