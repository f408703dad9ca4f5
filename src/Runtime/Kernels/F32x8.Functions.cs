using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Kernels;

/// <content>What the functions need of the lanes' bits, and the functions.</content>
public readonly unsafe partial struct F32x8 : ILaneBits<F32x8, float>
{
    static bool ILaneBits<F32x8, float>.IsFused => Fma.IsSupported || AdvSimd.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x8 ILaneBits<F32x8, float>.Bits(long pattern) => new(Vector256.Create((int)pattern).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x8 ILaneBits<F32x8, float>.AddBits(F32x8 a, F32x8 b) => new((a.v.AsInt32() + b.v.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x8 ILaneBits<F32x8, float>.ToExponent(F32x8 a) => new((a.v.AsInt32() << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x8 ILaneBits<F32x8, float>.FromExponent(F32x8 a) => new((a.v.AsInt32() >>> 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x8 ILaneBits<F32x8, float>.Round(F32x8 x) => new(Vector256.Round(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Exp(F32x8 x) => VectorMath<F32x8, float>.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 ExpNonPositive(F32x8 x) => VectorMath<F32x8, float>.ExpNonPositive(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FourExpNonPositive(ref F32x8 x0, ref F32x8 x1, ref F32x8 x2, ref F32x8 x3)
    {
        // Asked here and not behind a property: a branch that the compiler leaves out at once costs nothing of what it may inline.
        if (Fma.IsSupported || AdvSimd.IsSupported)
        {
            VectorMath<F32x8, float>.FourExpNonPositive(ref x0, ref x1, ref x2, ref x3);
            return;
        }

        x0 = ExpNonPositive(x0);
        x1 = ExpNonPositive(x1);
        x2 = ExpNonPositive(x2);
        x3 = ExpNonPositive(x3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Log(F32x8 x) => VectorMath<F32x8, float>.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Log1p(F32x8 x) => VectorMath<F32x8, float>.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Log1pOfUnit(F32x8 x) => VectorMath<F32x8, float>.Log1pOfUnit(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 LogAtLeastOne(F32x8 x) => VectorMath<F32x8, float>.LogAtLeastOne(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Expm1(F32x8 x) => VectorMath<F32x8, float>.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Tanh(F32x8 x) => VectorMath<F32x8, float>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Atan(F32x8 x) => VectorMath<F32x8, float>.Atan(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Erf(F32x8 x) => VectorMath<F32x8, float>.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Sinh(F32x8 x) => VectorMath<F32x8, float>.Sinh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Cosh(F32x8 x) => VectorMath<F32x8, float>.Cosh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Sigmoid(F32x8 x) => VectorMath<F32x8, float>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Softplus(F32x8 x) => VectorMath<F32x8, float>.Softplus(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Sign(F32x8 x) => VectorMath<F32x8, float>.Sign(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Pow(F32x8 x, F32x8 y) => VectorMath<F32x8, float>.Pow(x, y);
}
