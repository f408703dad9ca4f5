using System.Runtime.CompilerServices;

namespace LossGen.Simd;

/// <content>Logarithms: x = 2^k (1 + f) with 1 + f from sqrt(1/2) to sqrt(2), then log(x) = k ln 2 + f + (log(1 + f) - f).</content>
internal static partial class VectorMath<V, T>
{
    /// <summary>log(x). At most 1 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log(V x)
    {
        // Subnormal numbers are scaled into the normal range.
        V small = V.Less(x, V.Create(SmallestNormal));
        V m = Split(x * V.Select(small, V.Create(SubnormalScale), V.One), out V k);
        k -= small & V.Create(Fraction);
        return LogEnds(LogOf(k, m - V.One), x);
    }

    /// <summary>log(x) for finite x from 1: no ends to mend. x - x hands on NaN, whose bits Split would take for a number's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LogAtLeastOne(V x)
    {
        V m = Split(x, out V k);
        return LogOf(k, m - V.One) + (x - x);
    }

    /// <summary>log(1 + x). At most 1.3 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log1p(V x)
    {
        V u = V.One + x;
        V m = Split(u, out V k);

        // What the sum lost, scaled as the number is; where k = 0, x itself is the argument.
        V back = u - V.One, least = V.Create(-60);
        V scale = PowerOfTwo(V.Select(V.Greater(k, -least), least, -k));
        V lost = (V.One - (u - back)) + (x - back);
        V f = m - V.One + (lost * scale);
        f = V.Select(V.Equal(k, V.Zero), x, f);
        V y = LogEnds(LogOf(k, f), u);
        return V.Select(V.Less(V.Abs(x), V.Create(1e-17)), x, y);
    }

    /// <summary>
    /// log(1 + exp(x)), without overflow. At most 5.3 ulp in float, 3.1 from -8 on, and 2 in double; exp(x) counts as 0 where <see
    /// cref="ExpNonPositive"/> does.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Softplus(V x) => (x & V.Greater(x, V.Zero)) + Log1pOfUnit(ExpNonPositive(-V.Abs(x)));

    /// <summary>log(1 + x) for x from 0 to 1: no exponent to take apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log1pOfUnit(V x)
    {
        V upper = V.Greater(x, V.Create(0.41421356237309505));
        V f = V.Select(upper, V.MultiplyAdd(x, V.Create(0.5), V.Create(-0.5)), x);
        V tail = LogTail(f) + (upper & V.Create(Ln2Low));
        return f + tail + (upper & V.Create(Ln2High));
    }

    private static double SmallestNormal
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsFloat ? 1.1754943508222875e-38 : 2.2250738585072014e-308;
    }

    /// <summary>2^Fraction.</summary>
    private static double SubnormalScale
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsFloat ? 8388608.0 : 4503599627370496.0;
    }

    /// <summary>x = 2^k m with m from sqrt(1/2) to sqrt(2), for normal positive x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Split(V x, out V k)
    {
        V root = V.Bits(IsFloat ? 0x3F3504F3L : 0x3FE6A09E667F3BCDL);
        V bits = V.AddBits(x, V.Bits(IsFloat ? 0x3F800000L - 0x3F3504F3L : 0x3FF0000000000000L - 0x3FE6A09E667F3BCDL));

        // The biased exponent in the low bits of 2^Fraction is that number itself plus 2^Fraction.
        V scale = V.Create(SubnormalScale);
        k = (V.FromExponent(bits) | scale) - V.Create(SubnormalScale + Bias);
        return V.AddBits(bits & V.Bits((1L << Fraction) - 1), root);
    }

    /// <summary>k ln 2 + log(1 + f).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOf(V k, V f)
    {
        V tail = V.MultiplyAdd(k, V.Create(Ln2Low), LogTail(f));
        return V.MultiplyAdd(k, V.Create(Ln2High), f + tail);
    }

    /// <summary>log(1 + f) - f. In float a polynomial (2^-27); in double by s = f / (2 + f), which takes fewer terms (2^-59).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogTail(V f)
    {
        if (IsFloat)
        {
            V q = V.Create(-0.076344565292992836142);
            q = V.MultiplyAdd(q, f, V.Create(0.1276154469097818407));
            q = V.MultiplyAdd(q, f, V.Create(-0.13160184022960417861));
            q = V.MultiplyAdd(q, f, V.Create(0.14201763482584762803));
            q = V.MultiplyAdd(q, f, V.Create(-0.1662335765525154566));
            q = V.MultiplyAdd(q, f, V.Create(0.20001226593457047901));
            q = V.MultiplyAdd(q, f, V.Create(-0.25000821023285708222));
            q = V.MultiplyAdd(q, f, V.Create(0.33333331712259677096));
            return V.MultiplyAdd(q, f, V.Create(-0.5)) * (f * f);
        }

        V s = f / (V.Create(2) + f);
        V z = s * s;
        V half = V.Create(0.5) * f * f;
        return V.MultiplyAdd(s, V.MultiplyAdd(AtanhPolynomial(z), z, half), -half);
    }

    /// <summary>(2 atanh(s) / s - 2) / z with z = s^2, minimax for log: 2^-37 in float, 2^-59 in double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V AtanhPolynomial(V z)
    {
        V q;
        if (IsFloat)
        {
            q = V.Create(0.23583561678459598981);
            q = V.MultiplyAdd(q, z, V.Create(0.28537238797867343325));
            q = V.MultiplyAdd(q, z, V.Create(0.40000336210216920514));
            return V.MultiplyAdd(q, z, V.Create(0.66666665641327799671));
        }

        q = V.Create(0.14797507013243760119);
        q = V.MultiplyAdd(q, z, V.Create(0.15313903325141735984));
        q = V.MultiplyAdd(q, z, V.Create(0.18183569736446727109));
        q = V.MultiplyAdd(q, z, V.Create(0.22222198476058086093));
        q = V.MultiplyAdd(q, z, V.Create(0.28571428743261800338));
        q = V.MultiplyAdd(q, z, V.Create(0.39999999999411099081));
        return V.MultiplyAdd(q, z, V.Create(0.66666666666667348929));
    }

    /// <summary>Mends a logarithm of x at 0, infinity, below 0 and NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogEnds(V y, V x)
    {
        y = V.Select(V.Less(x, Infinity), y, x);
        V outside = V.Select(V.Equal(x, V.Zero), V.Create(double.NegativeInfinity), V.Create(double.NaN));
        return V.Select(V.Greater(x, V.Zero), y, outside);
    }
}
