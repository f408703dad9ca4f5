using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Kernels;

/// <content>What the functions need of the lanes' bits, and the functions.</content>
public readonly unsafe partial struct F32x16 : ILaneBits<F32x16, float>
{
    static bool ILaneBits<F32x16, float>.IsFused => Fma.IsSupported || AdvSimd.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 ILaneBits<F32x16, float>.Bits(long pattern) => new(Vector512.Create((int)pattern).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 ILaneBits<F32x16, float>.AddBits(F32x16 a, F32x16 b) => new((a.v.AsInt32() + b.v.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 ILaneBits<F32x16, float>.ToExponent(F32x16 a) => new((a.v.AsInt32() << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 ILaneBits<F32x16, float>.FromExponent(F32x16 a) => new((a.v.AsInt32() >>> 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 ILaneBits<F32x16, float>.Round(F32x16 x) => new(Vector512.Round(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Exp(F32x16 x) => VectorMath<F32x16, float>.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Log(F32x16 x) => VectorMath<F32x16, float>.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Log1p(F32x16 x) => VectorMath<F32x16, float>.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Log1pOfUnit(F32x16 x) => VectorMath<F32x16, float>.Log1pOfUnit(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 LogAtLeastOne(F32x16 x) => VectorMath<F32x16, float>.LogAtLeastOne(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Expm1(F32x16 x) => VectorMath<F32x16, float>.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Tanh(F32x16 x) => VectorMath<F32x16, float>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Atan(F32x16 x) => VectorMath<F32x16, float>.Atan(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Erf(F32x16 x) => VectorMath<F32x16, float>.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Sinh(F32x16 x) => VectorMath<F32x16, float>.Sinh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Cosh(F32x16 x) => VectorMath<F32x16, float>.Cosh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Sigmoid(F32x16 x) => VectorMath<F32x16, float>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Softplus(F32x16 x) => VectorMath<F32x16, float>.Softplus(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Sign(F32x16 x) => VectorMath<F32x16, float>.Sign(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Pow(F32x16 x, F32x16 y) => VectorMath<F32x16, float>.Pow(x, y);
}
