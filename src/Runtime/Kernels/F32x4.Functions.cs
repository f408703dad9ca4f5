using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Kernels;

/// <content>What the functions need of the lanes' bits, and the functions.</content>
public readonly unsafe partial struct F32x4 : ILaneBits<F32x4, float>
{
    static bool ILaneBits<F32x4, float>.IsFused => Fma.IsSupported || AdvSimd.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x4 ILaneBits<F32x4, float>.Bits(long pattern) => new(Vector128.Create((int)pattern).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x4 ILaneBits<F32x4, float>.AddBits(F32x4 a, F32x4 b) => new((a.v.AsInt32() + b.v.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x4 ILaneBits<F32x4, float>.ToExponent(F32x4 a) => new((a.v.AsInt32() << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x4 ILaneBits<F32x4, float>.FromExponent(F32x4 a) => new((a.v.AsInt32() >>> 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x4 ILaneBits<F32x4, float>.Round(F32x4 x) => new(Vector128.Round(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Exp(F32x4 x) => VectorMath<F32x4, float>.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 ExpNonPositive(F32x4 x) => VectorMath<F32x4, float>.ExpNonPositive(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Log(F32x4 x) => VectorMath<F32x4, float>.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Log1p(F32x4 x) => VectorMath<F32x4, float>.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Log1pOfUnit(F32x4 x) => VectorMath<F32x4, float>.Log1pOfUnit(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 LogAtLeastOne(F32x4 x) => VectorMath<F32x4, float>.LogAtLeastOne(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Expm1(F32x4 x) => VectorMath<F32x4, float>.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Tanh(F32x4 x) => VectorMath<F32x4, float>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Atan(F32x4 x) => VectorMath<F32x4, float>.Atan(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Erf(F32x4 x) => VectorMath<F32x4, float>.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Sinh(F32x4 x) => VectorMath<F32x4, float>.Sinh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Cosh(F32x4 x) => VectorMath<F32x4, float>.Cosh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Sigmoid(F32x4 x) => VectorMath<F32x4, float>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Softplus(F32x4 x) => VectorMath<F32x4, float>.Softplus(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Sign(F32x4 x) => VectorMath<F32x4, float>.Sign(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x4 Pow(F32x4 x, F32x4 y) => VectorMath<F32x4, float>.Pow(x, y);
}
