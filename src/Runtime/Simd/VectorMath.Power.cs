using System.Runtime.CompilerServices;

namespace LossGen.Simd;

/// <content>
/// Powers: exp(y log |x|) with the logarithm in two parts, since the exponential turns its absolute error into a relative one.
/// </content>
internal static partial class VectorMath<V, T>
{
    /// <summary>
    /// x to the power y by the rules of IEEE 754 pow, signs and infinities included. At most 2 ulp in float, 16 in double.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Pow(V x, V y)
    {
        // The two parts rest on products without rounding error.
        if (!IsFused)
            return PowByLane(x, y);

        V a = V.Abs(x);
        V log = LogOfMagnitude(a, out V low);
        V z = y * log;
        V rest = V.MultiplyAdd(y, log, -z) + (y * low);
        V r = Reduce(z, out V n) + rest;
        V p = V.MultiplyAdd(V.MultiplyAdd(ExpPolynomial(r), r, V.One), r, V.One);
        V half = (V.Create(0.5) * n) + V.Create(Shifter) - V.Create(Shifter);
        V power = p * PowerOfTwo(half) * PowerOfTwo(n - half);
        power = V.Select(V.Greater(z, V.Create(IsFloat ? 89.0 : 710.0)), Infinity, power);
        power = V.Select(V.Less(z, V.Create(IsFloat ? -104.0 : -746.0)), V.Zero, power);
        return PowEnds(power, a, x, y);
    }

    /// <summary>Signs, and the cases that the standard singles out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V PowEnds(V power, V a, V x, V y)
    {
        V one = V.Equal(a, V.One) & V.Equal(y, y);
        power = V.Select(one, V.One, power);
        V halfY = V.Create(0.5) * y;
        V whole = V.Equal(V.Round(y), y), odd = whole & V.NotEqual(V.Round(halfY), halfY);
        power |= x & SignBit & odd;
        V undefined = V.Less(x, V.Zero) & V.Less(a, Infinity) & ~whole;
        power = V.Select(undefined, V.Create(double.NaN), power);
        return V.Select(V.Equal(x, V.One) | V.Equal(y, V.Zero), V.One, power);
    }

    /// <summary>
    /// log(a) as the sum of its nearest number and a rest, with an error of about 2^-(Fraction + 5) of itself; for a at least 0, or NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOfMagnitude(V a, out V low)
    {
        V small = V.Less(a, V.Create(SmallestNormal));
        V m = Split(a * V.Select(small, V.Create(SubnormalScale), V.One), out V k);
        k -= small & V.Create(Fraction);

        // s = f / (2 + f) in two parts, then log(1 + f) = 2 s + s^3 P(s^2), of which the second is a hundredth.
        V f = m - V.One;
        V sum = V.Create(2) + f, sumRest = f - (sum - V.Create(2));
        V s = f / sum;
        V sRest = (V.MultiplyAdd(-s, sum, f) - (s * sumRest)) / sum;
        V z = s * s;
        V tail = V.MultiplyAdd(s * z, AtanhPolynomial(z), V.MultiplyAdd(z, sRest, sRest) * V.Create(2));

        V whole = k * V.Create(Ln2High), part = s + s;
        V high = whole + part;
        tail += V.MultiplyAdd(k, V.Create(Ln2Low), part - (high - whole));
        V log = high + tail;
        low = tail - (log - high);
        log = V.Select(V.Less(a, Infinity), log, a);
        return V.Select(V.Equal(a, V.Zero), V.Create(double.NegativeInfinity), log);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe V PowByLane(V x, V y)
    {
        T* lanes = stackalloc T[2 * V.Count];
        T* powers = lanes + V.Count;
        V.Store(x, lanes);
        V.Store(y, powers);
        for (int i = 0; i < V.Count; i++)
        {
            if (IsFloat)
                ((float*)lanes)[i] = (float)Math.Pow(((float*)lanes)[i], ((float*)powers)[i]);
            else
                ((double*)lanes)[i] = Math.Pow(((double*)lanes)[i], ((double*)powers)[i]);
        }

        return V.Load(lanes);
    }
}
