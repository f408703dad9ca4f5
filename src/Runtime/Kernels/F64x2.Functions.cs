using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Kernels;

/// <content>What the functions need of the lanes' bits, and the functions.</content>
public readonly unsafe partial struct F64x2 : ILaneBits<F64x2, double>
{
    static bool ILaneBits<F64x2, double>.IsFused => Fma.IsSupported || AdvSimd.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x2 ILaneBits<F64x2, double>.Bits(long pattern) => new(Vector128.Create(pattern).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x2 ILaneBits<F64x2, double>.AddBits(F64x2 a, F64x2 b) => new((a.v.AsInt64() + b.v.AsInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x2 ILaneBits<F64x2, double>.ToExponent(F64x2 a) => new((a.v.AsInt64() << 52).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x2 ILaneBits<F64x2, double>.FromExponent(F64x2 a) => new((a.v.AsInt64() >>> 52).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x2 ILaneBits<F64x2, double>.Round(F64x2 x) => new(Vector128.Round(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Exp(F64x2 x) => VectorMath<F64x2, double>.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 ExpNonPositive(F64x2 x) => VectorMath<F64x2, double>.ExpNonPositive(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Log(F64x2 x) => VectorMath<F64x2, double>.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Log1p(F64x2 x) => VectorMath<F64x2, double>.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Log1pOfUnit(F64x2 x) => VectorMath<F64x2, double>.Log1pOfUnit(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 LogAtLeastOne(F64x2 x) => VectorMath<F64x2, double>.LogAtLeastOne(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Expm1(F64x2 x) => VectorMath<F64x2, double>.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Tanh(F64x2 x) => VectorMath<F64x2, double>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Atan(F64x2 x) => VectorMath<F64x2, double>.Atan(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Erf(F64x2 x) => VectorMath<F64x2, double>.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Sinh(F64x2 x) => VectorMath<F64x2, double>.Sinh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Cosh(F64x2 x) => VectorMath<F64x2, double>.Cosh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Sigmoid(F64x2 x) => VectorMath<F64x2, double>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Softplus(F64x2 x) => VectorMath<F64x2, double>.Softplus(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Sign(F64x2 x) => VectorMath<F64x2, double>.Sign(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Pow(F64x2 x, F64x2 y) => VectorMath<F64x2, double>.Pow(x, y);
}
