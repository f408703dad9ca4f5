using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using LossGen.Kernels;

namespace LossGen.Simd;

/// <content>Exponentials: x = n ln 2 + r with |r| at most ln 2 / 2, then exp(r) = 1 + r + r^2 q(r), then 2^n by exponent bits.</content>
internal static partial class VectorMath<V, T>
{
    // Factors of the short polynomial.
    internal const double Short2 = 0.49998994480378418972, Short3 = 0.16666523123659109229;
    internal const double Short4 = 0.041917579988665199623, Short5 = 0.0083691581603299374782;

    /// <summary>exp(x). At most 1.1 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x)
    {
        V r = Reduce(x, out V n);
        V p = V.MultiplyAdd(V.MultiplyAdd(ExpPolynomial(r), r, V.One), r, V.One);

        // Two factors, for results at the ends of the range.
        V half = V.Create(0.5) * n + V.Create(Shifter) - V.Create(Shifter);
        V y = p * PowerOfTwo(half) * PowerOfTwo(n - half);
        y = V.Select(V.Greater(x, V.Create(IsFloat ? 89.0 : 710.0)), Infinity, y);
        return V.Select(V.Less(x, V.Create(IsFloat ? -104.0 : -746.0)), V.Zero, y);
    }

    /// <summary>
    /// exp(x) for x at most 0, or NaN. At most 5.3 ulp in float, 3 from -8 on, and 1 in double; 0 for x below -87.68 in float and -708.74
    /// in double, where results are subnormal. Larger x has no meaning here.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpNonPositive(V x)
    {
        // From this bound on the exponent's bits are 0, and so is the product. The bound first: x is handed on if it is NaN.
        x = V.MaxNative(V.Create(IsFloat ? -88.0 : -708.9), x);
        V shifted = V.MultiplyAdd(x, V.Create(1 / Ln2), V.Create(Shifter + Bias));
        V n = shifted - V.Create(Shifter + Bias);

        // One step for both parts of ln 2: off by 2.7e-9 of x, which is a unit in the last place at -20, where a softmax rounds it away.
        V r = IsFloat && IsFused ? V.MultiplyAdd(n, V.Create(-Ln2), x) : Remainder(x, n);
        V p = IsFloat
            ? V.MultiplyAdd(V.MultiplyAdd(ShortExpPolynomial(r), r, V.One), r, V.One)
            : V.MultiplyAdd(V.MultiplyAdd(ExpPolynomial(r), r, V.One), r, V.One);

        // A product, not a sum of exponent bits: NaN stays NaN.
        return p * V.ToExponent(shifted);
    }

    /// <summary>
    /// <see cref="ExpNonPositive"/> of four numbers, step by step side by side. One after the other, steps that wait for each other fill
    /// the window in which the processor looks for work. For floats whose products and sums are fused; others one after the other.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FourExpNonPositive(ref V x0, ref V x1, ref V x2, ref V x3)
    {
        // Asked here and not behind a property: a branch that the compiler leaves out at once costs nothing of what it may inline.
        if (typeof(T) != typeof(float) || !(Fma.IsSupported || AdvSimd.IsSupported))
        {
            x0 = ExpNonPositive(x0);
            x1 = ExpNonPositive(x1);
            x2 = ExpNonPositive(x2);
            x3 = ExpNonPositive(x3);
            return;
        }

        V bound = V.Create(-88.0), scale = V.Create(1 / Ln2), shifter = V.Create(Shifter + Bias), factor = V.Create(-Ln2);
        V a0 = V.MaxNative(bound, x0), a1 = V.MaxNative(bound, x1), a2 = V.MaxNative(bound, x2), a3 = V.MaxNative(bound, x3);
        V s0 = V.MultiplyAdd(a0, scale, shifter), s1 = V.MultiplyAdd(a1, scale, shifter);
        V s2 = V.MultiplyAdd(a2, scale, shifter), s3 = V.MultiplyAdd(a3, scale, shifter);
        V n0 = s0 - shifter, n1 = s1 - shifter, n2 = s2 - shifter, n3 = s3 - shifter;
        V r0 = V.MultiplyAdd(n0, factor, a0), r1 = V.MultiplyAdd(n1, factor, a1);
        V r2 = V.MultiplyAdd(n2, factor, a2), r3 = V.MultiplyAdd(n3, factor, a3);
        V first = V.Create(Short5), term = V.Create(Short4);
        V p0 = V.MultiplyAdd(first, r0, term), p1 = V.MultiplyAdd(first, r1, term);
        V p2 = V.MultiplyAdd(first, r2, term), p3 = V.MultiplyAdd(first, r3, term);
        term = V.Create(Short3);
        p0 = V.MultiplyAdd(p0, r0, term);
        p1 = V.MultiplyAdd(p1, r1, term);
        p2 = V.MultiplyAdd(p2, r2, term);
        p3 = V.MultiplyAdd(p3, r3, term);
        term = V.Create(Short2);
        p0 = V.MultiplyAdd(p0, r0, term);
        p1 = V.MultiplyAdd(p1, r1, term);
        p2 = V.MultiplyAdd(p2, r2, term);
        p3 = V.MultiplyAdd(p3, r3, term);
        p0 = V.MultiplyAdd(p0, r0, V.One);
        p1 = V.MultiplyAdd(p1, r1, V.One);
        p2 = V.MultiplyAdd(p2, r2, V.One);
        p3 = V.MultiplyAdd(p3, r3, V.One);
        p0 = V.MultiplyAdd(p0, r0, V.One);
        p1 = V.MultiplyAdd(p1, r1, V.One);
        p2 = V.MultiplyAdd(p2, r2, V.One);
        p3 = V.MultiplyAdd(p3, r3, V.One);
        V e0 = V.ToExponent(s0), e1 = V.ToExponent(s1), e2 = V.ToExponent(s2), e3 = V.ToExponent(s3);
        x0 = p0 * e0;
        x1 = p1 * e1;
        x2 = p2 * e2;
        x3 = p3 * e3;
    }

    /// <summary>exp(x) - 1. At most 2 ulp in float, 2.5 in double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Expm1(V x)
    {
        V quarter = QuarterExpm1(x);
        return Expm1Ends(quarter * V.Create(4), x);
    }

    /// <summary>
    /// 1 / (1 + exp(-x)). At most 5.3 ulp in float, 3.5 from -8 on, and 2.5 in double; 0 where <see cref="ExpNonPositive"/> is.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid(V x)
    {
        V e = ExpNonPositive(-V.Abs(x));
        return V.Select(V.Less(x, V.Zero), e, V.One) / (V.One + e);
    }

    /// <summary>The nearest n to x / ln 2, and x - n ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Reduce(V x, out V n)
    {
        n = V.MultiplyAdd(x, V.Create(1 / Ln2), V.Create(Shifter)) - V.Create(Shifter);
        return Remainder(x, n);
    }

    // The high part of ln 2 ends in zeros, so that its product with n is exact even where the machine does not fuse.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Remainder(V x, V n)
    {
        V r = V.MultiplyAdd(n, V.Create(-Ln2High), x);
        return V.MultiplyAdd(n, V.Create(-Ln2Low), r);
    }

    private static double Ln2High
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsFloat ? 0.693359375 : 0.6931471803691238;
    }

    private static double Ln2Low
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsFloat ? -2.12194440054690583e-4 : 1.9082149292705877e-10;
    }

    /// <summary>(exp(r) - 1 - r) / r^2, minimax for exp(r) - 1: 2^-26 in float, 2^-55 in double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpPolynomial(V r)
    {
        V q;
        if (IsFloat)
        {
            q = V.Create(0.0013882493108206090559);
            q = V.MultiplyAdd(q, r, V.Create(0.0083665804990736730362));
            q = V.MultiplyAdd(q, r, V.Create(0.041667202067351506546));
            q = V.MultiplyAdd(q, r, V.Create(0.16666543176800233687));
            return V.MultiplyAdd(q, r, V.Create(0.49999998143112380325));
        }

        q = V.Create(2.5053793697026545643e-8);
        q = V.MultiplyAdd(q, r, V.Create(2.7626161871666044234e-7));
        q = V.MultiplyAdd(q, r, V.Create(2.7557407815401539959e-6));
        q = V.MultiplyAdd(q, r, V.Create(0.000024801504977606781021));
        q = V.MultiplyAdd(q, r, V.Create(0.00019841269718390714172));
        q = V.MultiplyAdd(q, r, V.Create(0.0013888888931796252386));
        q = V.MultiplyAdd(q, r, V.Create(0.0083333333333899402109));
        q = V.MultiplyAdd(q, r, V.Create(0.041666666666576103666));
        q = V.MultiplyAdd(q, r, V.Create(0.16666666666666588602));
        return V.MultiplyAdd(q, r, V.Create(0.50000000000000052264));
    }

    /// <summary>The same in float with one term less: 2^-22.6. For what is most of a softmax's work.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ShortExpPolynomial(V r)
    {
        V q = V.Create(Short5);
        q = V.MultiplyAdd(q, r, V.Create(Short4));
        q = V.MultiplyAdd(q, r, V.Create(Short3));
        return V.MultiplyAdd(q, r, V.Create(Short2));
    }

    /// <summary>(exp(x) - 1) / 4, so that no step overflows before four times the result does; NaN at infinities.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V QuarterExpm1(V x)
    {
        V r = Reduce(x, out V n);
        V p = V.MultiplyAdd(ExpPolynomial(r) * r, r, r);

        // Below this, only the -1 is left, and the power of two would leave the exponents.
        V floor = V.Create(IsFloat ? -100 : -1000);
        V scale = PowerOfTwo(V.Select(V.Less(n, floor), floor, n) - V.Create(2));
        return V.MultiplyAdd(scale, p, scale - V.Create(0.25));
    }

    /// <summary>Mends an exp(x) - 1 where the way there loses infinities, tiny numbers and the sign of 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Expm1Ends(V y, V x)
    {
        y = V.Select(V.Greater(x, V.Create(IsFloat ? 89.0 : 710.0)), Infinity, y);
        y = V.Select(V.Less(x, V.Create(-50)), V.Create(-1), y);
        return V.Select(V.Less(V.Abs(x), V.Create(1e-17)), x, y);
    }
}
