using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using LossGen.Kernels;

namespace LossGen.Simd;

/// <summary>
/// Elementary functions on lanes: one text for every width, so that a lane's result does not depend on the width of its register.
/// No branches, no tables, no calls. NaN in, NaN out, in every function but <see cref="Pow"/> (by IEEE 754, pow(1, NaN) = pow(NaN, 0) = 1).
/// Subnormal results are computed, unless the function says otherwise.
/// </summary>
internal static unsafe partial class VectorMath<V, T>
    where V : struct, IVector<V, T>
    where T : unmanaged
{
    private const double Ln2 = 0.69314718055994530942;

    private static bool IsFloat
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(T) == sizeof(float);
    }

    /// <summary>The machine rounds a * b + c once.</summary>
    private static bool IsFused
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Fma.IsSupported || AdvSimd.IsSupported;
    }

    /// <summary>Bits of the fraction of a number.</summary>
    private static int Fraction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsFloat ? 23 : 52;
    }

    private static int Bias
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsFloat ? 127 : 1023;
    }

    private static V SignBit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Bits(IsFloat ? 1L << 31 : 1L << 63);
    }

    private static V Infinity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Create(double.PositiveInfinity);
    }

    /// <summary>
    /// Adding this leaves a number of at most 2^(Fraction - 2) rounded to a whole one, in the low bits, in two's complement.
    /// </summary>
    private static double Shifter
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsFloat ? 12582912.0 : 6755399441055744.0;
    }

    /// <summary>2^n for a whole n within the exponents of normal numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V PowerOfTwo(V n) => V.ToExponent(n + V.Create(Shifter + Bias));

    /// <summary>The magnitude of one number with the sign bit of another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V CopySign(V magnitude, V sign) => (magnitude & ~SignBit) | (sign & SignBit);

    /// <summary>-1, 0 or 1; NaN for NaN. Zero keeps its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sign(V x) => V.Select(V.Greater(V.Abs(x), V.Zero), CopySign(V.One, x), x);
}
