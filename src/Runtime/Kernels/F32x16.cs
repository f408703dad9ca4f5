using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LossGen.Kernels;

/// <summary>16 lanes of float.</summary>
public readonly unsafe partial struct F32x16(Vector512<float> v) : IVector<F32x16, float>
{
    private readonly Vector512<float> v = v;

    public static int Count => 16;
    public static F32x16 Zero => new(Vector512<float>.Zero);
    public static F32x16 One => new(Vector512<float>.One);
    public static F32x16 AllTrue => new(Vector512<float>.AllBitsSet);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator +(F32x16 a, F32x16 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator -(F32x16 a, F32x16 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator *(F32x16 a, F32x16 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator /(F32x16 a, F32x16 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator &(F32x16 a, F32x16 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator |(F32x16 a, F32x16 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator ^(F32x16 a, F32x16 b) => new(a.v ^ b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator -(F32x16 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator ~(F32x16 a) => new(~a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Create(double value) => new(Vector512.Create((float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Broadcast(float* address) => new(Vector512.Create(*address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Load(float* address) => new(Vector512.Load(address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F32x16 value, float* address) => value.v.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F32x16 value, Pointer<float> address, bool isStreamed)
    {
        if (isStreamed)
            value.v.StoreAlignedNonTemporal(address.Address);
        else
            value.v.Store(address.Address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 MultiplyAdd(F32x16 a, F32x16 b, F32x16 c) => new(Vector512.MultiplyAddEstimate(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Select(F32x16 mask, F32x16 a, F32x16 b) => new(Vector512.ConditionalSelect(mask.v, a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 SelectEqual(F32x16 a, F32x16 b, F32x16 x, F32x16 y) => new(Vector512.ConditionalSelect(Vector512.Equals(a.v, b.v), x.v, y.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 SelectLessOrEqual(F32x16 a, F32x16 b, F32x16 x, F32x16 y) => new(Vector512.ConditionalSelect(Vector512.LessThanOrEqual(a.v, b.v), x.v, y.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 MaskEqual(F32x16 a, F32x16 b, F32x16 x) => new(Vector512.ConditionalSelect(Vector512.Equals(a.v, b.v), x.v, Vector512<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 AddWhereEqual(F32x16 a, F32x16 b, F32x16 x, F32x16 sum) => new(Vector512.ConditionalSelect(Vector512.Equals(a.v, b.v), sum.v + x.v, sum.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Equal(F32x16 a, F32x16 b) => new(Vector512.Equals(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 NotEqual(F32x16 a, F32x16 b) => new(~Vector512.Equals(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Less(F32x16 a, F32x16 b) => new(Vector512.LessThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 LessOrEqual(F32x16 a, F32x16 b) => new(Vector512.LessThanOrEqual(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Greater(F32x16 a, F32x16 b) => new(Vector512.GreaterThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 GreaterOrEqual(F32x16 a, F32x16 b) => new(Vector512.GreaterThanOrEqual(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Min(F32x16 a, F32x16 b) => new(Vector512.Min(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Max(F32x16 a, F32x16 b) => new(Vector512.Max(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 MinNative(F32x16 a, F32x16 b) => new(Vector512.MinNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 MaxNative(F32x16 a, F32x16 b) => new(Vector512.MaxNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Abs(F32x16 x) => new(Vector512.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 NegativeAbs(F32x16 x) => new(x.v | Vector512.Create(-0f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Sqrt(F32x16 x) => new(Vector512.Sqrt(x.v));
}
