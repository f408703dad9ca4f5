using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Kernels;

/// <content>
/// Exponentials with the scaling of AVX-512: it multiplies by a power of two whatever the exponent, in place of a shift and a product. So nothing has to be bounded before the first step; what is
/// too small is found beside the steps and left out at the end. Steps and bounds of the error are those of <see cref="VectorMath{V, T}.ExpNonPositive"/> otherwise.
/// </content>
public readonly unsafe partial struct F32x16
{
    // 1.5 * 2^23: a number added to it is rounded to an integer.
    private const float Shifter = 12582912;

    // The last number above -126.5 ln 2: below, the nearest power of two is subnormal, and other registers give 0.
    private const float Smallest = -87.6831131f;

    private const float PerLn2 = (float)1.4426950408889634074;

    private const float MinusLn2 = (float)-0.69314718055994530942;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 ExpNonPositive(F32x16 x)
    {
        if (!Avx512F.IsSupported)
            return VectorMath<F32x16, float>.ExpNonPositive(x);
        Vector512<float> one = Vector512<float>.One, shifter = Vector512.Create(Shifter);
        Vector512<float> n = Avx512F.FusedMultiplyAdd(x.v, Vector512.Create(PerLn2), shifter) - shifter;
        Vector512<float> r = Avx512F.FusedMultiplyAdd(n, Vector512.Create(MinusLn2), x.v);
        Vector512<float> p = Avx512F.FusedMultiplyAdd(Vector512.Create((float)VectorMath<F32x16, float>.Short5), r, Vector512.Create((float)VectorMath<F32x16, float>.Short4));
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create((float)VectorMath<F32x16, float>.Short3));
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create((float)VectorMath<F32x16, float>.Short2));
        p = Avx512F.FusedMultiplyAdd(p, r, one);
        p = Avx512F.FusedMultiplyAdd(p, r, one);
        return new(Scaled(p, n, x.v));
    }

    // Four side by side: one after the other, steps that wait for each other fill the window in which the processor looks for work.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FourExpNonPositive(ref F32x16 x0, ref F32x16 x1, ref F32x16 x2, ref F32x16 x3)
    {
        if (!Avx512F.IsSupported)
        {
            x0 = ExpNonPositive(x0);
            x1 = ExpNonPositive(x1);
            x2 = ExpNonPositive(x2);
            x3 = ExpNonPositive(x3);
            return;
        }

        Vector512<float> a0 = x0.v, a1 = x1.v, a2 = x2.v, a3 = x3.v;
        Vector512<float> scale = Vector512.Create(PerLn2), shifter = Vector512.Create(Shifter), factor = Vector512.Create(MinusLn2), one = Vector512<float>.One;
        Vector512<float> n0 = Avx512F.FusedMultiplyAdd(a0, scale, shifter) - shifter, n1 = Avx512F.FusedMultiplyAdd(a1, scale, shifter) - shifter;
        Vector512<float> n2 = Avx512F.FusedMultiplyAdd(a2, scale, shifter) - shifter, n3 = Avx512F.FusedMultiplyAdd(a3, scale, shifter) - shifter;
        Vector512<float> r0 = Avx512F.FusedMultiplyAdd(n0, factor, a0), r1 = Avx512F.FusedMultiplyAdd(n1, factor, a1);
        Vector512<float> r2 = Avx512F.FusedMultiplyAdd(n2, factor, a2), r3 = Avx512F.FusedMultiplyAdd(n3, factor, a3);
        Vector512<float> first = Vector512.Create((float)VectorMath<F32x16, float>.Short5), term = Vector512.Create((float)VectorMath<F32x16, float>.Short4);
        Vector512<float> p0 = Avx512F.FusedMultiplyAdd(first, r0, term), p1 = Avx512F.FusedMultiplyAdd(first, r1, term);
        Vector512<float> p2 = Avx512F.FusedMultiplyAdd(first, r2, term), p3 = Avx512F.FusedMultiplyAdd(first, r3, term);
        term = Vector512.Create((float)VectorMath<F32x16, float>.Short3);
        p0 = Avx512F.FusedMultiplyAdd(p0, r0, term);
        p1 = Avx512F.FusedMultiplyAdd(p1, r1, term);
        p2 = Avx512F.FusedMultiplyAdd(p2, r2, term);
        p3 = Avx512F.FusedMultiplyAdd(p3, r3, term);
        term = Vector512.Create((float)VectorMath<F32x16, float>.Short2);
        p0 = Avx512F.FusedMultiplyAdd(p0, r0, term);
        p1 = Avx512F.FusedMultiplyAdd(p1, r1, term);
        p2 = Avx512F.FusedMultiplyAdd(p2, r2, term);
        p3 = Avx512F.FusedMultiplyAdd(p3, r3, term);
        p0 = Avx512F.FusedMultiplyAdd(p0, r0, one);
        p1 = Avx512F.FusedMultiplyAdd(p1, r1, one);
        p2 = Avx512F.FusedMultiplyAdd(p2, r2, one);
        p3 = Avx512F.FusedMultiplyAdd(p3, r3, one);
        p0 = Avx512F.FusedMultiplyAdd(p0, r0, one);
        p1 = Avx512F.FusedMultiplyAdd(p1, r1, one);
        p2 = Avx512F.FusedMultiplyAdd(p2, r2, one);
        p3 = Avx512F.FusedMultiplyAdd(p3, r3, one);
        x0 = new(Scaled(p0, n0, a0));
        x1 = new(Scaled(p1, n1, a1));
        x2 = new(Scaled(p2, n2, a2));
        x3 = new(Scaled(p3, n3, a3));
    }

    // p 2^n, 0 where x is too small. Not less, and not greater or equal: NaN stays NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scaled(Vector512<float> p, Vector512<float> n, Vector512<float> x) =>
        Vector512.ConditionalSelect(Avx512F.CompareNotLessThan(x, Vector512.Create(Smallest)), Avx512F.Scale(p, n), Vector512<float>.Zero);
}
