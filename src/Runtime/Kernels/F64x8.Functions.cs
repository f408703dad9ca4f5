using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Kernels;

/// <content>What the functions need of the lanes' bits, and the functions.</content>
public readonly unsafe partial struct F64x8 : ILaneBits<F64x8, double>
{
    static bool ILaneBits<F64x8, double>.IsFused => Fma.IsSupported || AdvSimd.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 ILaneBits<F64x8, double>.Bits(long pattern) => new(Vector512.Create(pattern).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 ILaneBits<F64x8, double>.AddBits(F64x8 a, F64x8 b) => new((a.v.AsInt64() + b.v.AsInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 ILaneBits<F64x8, double>.ToExponent(F64x8 a) => new((a.v.AsInt64() << 52).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 ILaneBits<F64x8, double>.FromExponent(F64x8 a) => new((a.v.AsInt64() >>> 52).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 ILaneBits<F64x8, double>.Round(F64x8 x) => new(Vector512.Round(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Exp(F64x8 x) => VectorMath<F64x8, double>.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 ExpNonPositive(F64x8 x) => VectorMath<F64x8, double>.ExpNonPositive(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Log(F64x8 x) => VectorMath<F64x8, double>.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Log1p(F64x8 x) => VectorMath<F64x8, double>.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Log1pOfUnit(F64x8 x) => VectorMath<F64x8, double>.Log1pOfUnit(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 LogAtLeastOne(F64x8 x) => VectorMath<F64x8, double>.LogAtLeastOne(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Expm1(F64x8 x) => VectorMath<F64x8, double>.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Tanh(F64x8 x) => VectorMath<F64x8, double>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Atan(F64x8 x) => VectorMath<F64x8, double>.Atan(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Erf(F64x8 x) => VectorMath<F64x8, double>.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Sinh(F64x8 x) => VectorMath<F64x8, double>.Sinh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Cosh(F64x8 x) => VectorMath<F64x8, double>.Cosh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Sigmoid(F64x8 x) => VectorMath<F64x8, double>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Softplus(F64x8 x) => VectorMath<F64x8, double>.Softplus(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Sign(F64x8 x) => VectorMath<F64x8, double>.Sign(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Pow(F64x8 x, F64x8 y) => VectorMath<F64x8, double>.Pow(x, y);
}
