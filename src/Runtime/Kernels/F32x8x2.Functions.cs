using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Kernels;

/// <content>What the functions need of the lanes' bits, and the functions.</content>
public readonly unsafe partial struct F32x8x2 : ILaneBits<F32x8x2, float>
{
    static bool ILaneBits<F32x8x2, float>.IsFused => Fma.IsSupported || AdvSimd.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x8x2 ILaneBits<F32x8x2, float>.Bits(long pattern) => new(Vector256.Create((int)pattern).AsSingle(), Vector256.Create((int)pattern).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x8x2 ILaneBits<F32x8x2, float>.AddBits(F32x8x2 a, F32x8x2 b) => new((a.v.AsInt32() + b.v.AsInt32()).AsSingle(), (a.w.AsInt32() + b.w.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x8x2 ILaneBits<F32x8x2, float>.ToExponent(F32x8x2 a) => new((a.v.AsInt32() << 23).AsSingle(), (a.w.AsInt32() << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x8x2 ILaneBits<F32x8x2, float>.FromExponent(F32x8x2 a) => new((a.v.AsInt32() >>> 23).AsSingle(), (a.w.AsInt32() >>> 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x8x2 ILaneBits<F32x8x2, float>.Round(F32x8x2 x) => new(Vector256.Round(x.v), Vector256.Round(x.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Exp(F32x8x2 x) => VectorMath<F32x8x2, float>.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 ExpNonPositive(F32x8x2 x) => VectorMath<F32x8x2, float>.ExpNonPositive(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Log(F32x8x2 x) => VectorMath<F32x8x2, float>.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Log1p(F32x8x2 x) => VectorMath<F32x8x2, float>.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Log1pOfUnit(F32x8x2 x) => VectorMath<F32x8x2, float>.Log1pOfUnit(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 LogAtLeastOne(F32x8x2 x) => VectorMath<F32x8x2, float>.LogAtLeastOne(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Expm1(F32x8x2 x) => VectorMath<F32x8x2, float>.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Tanh(F32x8x2 x) => VectorMath<F32x8x2, float>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Atan(F32x8x2 x) => VectorMath<F32x8x2, float>.Atan(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Erf(F32x8x2 x) => VectorMath<F32x8x2, float>.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Sinh(F32x8x2 x) => VectorMath<F32x8x2, float>.Sinh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Cosh(F32x8x2 x) => VectorMath<F32x8x2, float>.Cosh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Sigmoid(F32x8x2 x) => VectorMath<F32x8x2, float>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Softplus(F32x8x2 x) => VectorMath<F32x8x2, float>.Softplus(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Sign(F32x8x2 x) => VectorMath<F32x8x2, float>.Sign(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Pow(F32x8x2 x, F32x8x2 y) => VectorMath<F32x8x2, float>.Pow(x, y);

    public static void Exponentials(ref Tile<float> tile, Pointer<float> exponentials, Pointer<float> normaliser, Pointer<float> maximum = default, Pointer<float> labelExponent = default) =>
        Softmax.Exponentials<float, F32x8>(ref tile, exponentials, normaliser, maximum, labelExponent);
}
