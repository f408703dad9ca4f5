using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LossGen.Kernels;

/// <summary>
/// 16 lanes of float in two registers: loops have half as many turns, and their counters, addresses and broadcasts serve both. What needs most registers of a loop, the softmax, takes one.
/// </summary>
public readonly unsafe partial struct F32x8x2(Vector256<float> v, Vector256<float> w) : IVector<F32x8x2, float>
{
    private readonly Vector256<float> v = v;
    private readonly Vector256<float> w = w;

    public static int Count => 16;
    public static F32x8x2 Zero => new(Vector256<float>.Zero, Vector256<float>.Zero);
    public static F32x8x2 One => new(Vector256<float>.One, Vector256<float>.One);
    public static F32x8x2 AllTrue => new(Vector256<float>.AllBitsSet, Vector256<float>.AllBitsSet);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 operator +(F32x8x2 a, F32x8x2 b) => new(a.v + b.v, a.w + b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 operator -(F32x8x2 a, F32x8x2 b) => new(a.v - b.v, a.w - b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 operator *(F32x8x2 a, F32x8x2 b) => new(a.v * b.v, a.w * b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 operator /(F32x8x2 a, F32x8x2 b) => new(a.v / b.v, a.w / b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 operator &(F32x8x2 a, F32x8x2 b) => new(a.v & b.v, a.w & b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 operator |(F32x8x2 a, F32x8x2 b) => new(a.v | b.v, a.w | b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 operator ^(F32x8x2 a, F32x8x2 b) => new(a.v ^ b.v, a.w ^ b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 operator -(F32x8x2 a) => new(-a.v, -a.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 operator ~(F32x8x2 a) => new(~a.v, ~a.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Create(double value) => new(Vector256.Create((float)value), Vector256.Create((float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Broadcast(float* address) => new(Vector256.Create(*address), Vector256.Create(*address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Load(float* address) => new(Vector256.Load(address), Vector256.Load(address + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F32x8x2 value, float* address)
    {
        value.v.Store(address);
        value.w.Store(address + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F32x8x2 value, Pointer<float> address, bool isStreamed)
    {
        if (isStreamed)
        {
            value.v.StoreAlignedNonTemporal(address.Address);
            value.w.StoreAlignedNonTemporal(address.Address + 8);
        }
        else
        {
            Store(value, address.Address);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 MultiplyAdd(F32x8x2 a, F32x8x2 b, F32x8x2 c) => new(Vector256.MultiplyAddEstimate(a.v, b.v, c.v), Vector256.MultiplyAddEstimate(a.w, b.w, c.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Select(F32x8x2 mask, F32x8x2 a, F32x8x2 b) => new(Blend.Select(mask.v, a.v, b.v), Blend.Select(mask.w, a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 SelectEqual(F32x8x2 a, F32x8x2 b, F32x8x2 x, F32x8x2 y) => Select(Equal(a, b), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 MaskEqual(F32x8x2 a, F32x8x2 b, F32x8x2 x) => Equal(a, b) & x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 AddWhereEqual(F32x8x2 a, F32x8x2 b, F32x8x2 x, F32x8x2 sum) => sum + (Equal(a, b) & x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Equal(F32x8x2 a, F32x8x2 b) => new(Vector256.Equals(a.v, b.v), Vector256.Equals(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 NotEqual(F32x8x2 a, F32x8x2 b) => new(~Vector256.Equals(a.v, b.v), ~Vector256.Equals(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Less(F32x8x2 a, F32x8x2 b) => new(Vector256.LessThan(a.v, b.v), Vector256.LessThan(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 LessOrEqual(F32x8x2 a, F32x8x2 b) => new(Vector256.LessThanOrEqual(a.v, b.v), Vector256.LessThanOrEqual(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Greater(F32x8x2 a, F32x8x2 b) => new(Vector256.GreaterThan(a.v, b.v), Vector256.GreaterThan(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 GreaterOrEqual(F32x8x2 a, F32x8x2 b) => new(Vector256.GreaterThanOrEqual(a.v, b.v), Vector256.GreaterThanOrEqual(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Min(F32x8x2 a, F32x8x2 b) => new(Vector256.Min(a.v, b.v), Vector256.Min(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Max(F32x8x2 a, F32x8x2 b) => new(Vector256.Max(a.v, b.v), Vector256.Max(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 MinNative(F32x8x2 a, F32x8x2 b) => new(Vector256.MinNative(a.v, b.v), Vector256.MinNative(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 MaxNative(F32x8x2 a, F32x8x2 b) => new(Vector256.MaxNative(a.v, b.v), Vector256.MaxNative(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Abs(F32x8x2 x) => new(Vector256.Abs(x.v), Vector256.Abs(x.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 NegativeAbs(F32x8x2 x) => new(x.v | Vector256.Create(-0f), x.w | Vector256.Create(-0f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8x2 Sqrt(F32x8x2 x) => new(Vector256.Sqrt(x.v), Vector256.Sqrt(x.w));
}
