using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Kernels;

/// <content>What the functions need of the lanes' bits, and the functions.</content>
public readonly unsafe partial struct F64x4 : ILaneBits<F64x4, double>
{
    static bool ILaneBits<F64x4, double>.IsFused => Fma.IsSupported || AdvSimd.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x4 ILaneBits<F64x4, double>.Bits(long pattern) => new(Vector256.Create(pattern).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x4 ILaneBits<F64x4, double>.AddBits(F64x4 a, F64x4 b) => new((a.v.AsInt64() + b.v.AsInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x4 ILaneBits<F64x4, double>.ToExponent(F64x4 a) => new((a.v.AsInt64() << 52).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x4 ILaneBits<F64x4, double>.FromExponent(F64x4 a) => new((a.v.AsInt64() >>> 52).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x4 ILaneBits<F64x4, double>.Round(F64x4 x) => new(Vector256.Round(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Exp(F64x4 x) => VectorMath<F64x4, double>.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 ExpNonPositive(F64x4 x) => VectorMath<F64x4, double>.ExpNonPositive(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Log(F64x4 x) => VectorMath<F64x4, double>.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Log1p(F64x4 x) => VectorMath<F64x4, double>.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Log1pOfUnit(F64x4 x) => VectorMath<F64x4, double>.Log1pOfUnit(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 LogAtLeastOne(F64x4 x) => VectorMath<F64x4, double>.LogAtLeastOne(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Expm1(F64x4 x) => VectorMath<F64x4, double>.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Tanh(F64x4 x) => VectorMath<F64x4, double>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Atan(F64x4 x) => VectorMath<F64x4, double>.Atan(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Erf(F64x4 x) => VectorMath<F64x4, double>.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Sinh(F64x4 x) => VectorMath<F64x4, double>.Sinh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Cosh(F64x4 x) => VectorMath<F64x4, double>.Cosh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Sigmoid(F64x4 x) => VectorMath<F64x4, double>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Softplus(F64x4 x) => VectorMath<F64x4, double>.Softplus(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Sign(F64x4 x) => VectorMath<F64x4, double>.Sign(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4 Pow(F64x4 x, F64x4 y) => VectorMath<F64x4, double>.Pow(x, y);
}
