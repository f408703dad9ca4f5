using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LossGen.Kernels;

/// <summary>
/// 8 lanes of double in two registers: loops have half as many turns, and their counters, addresses and broadcasts serve both. What needs most registers of a loop, the softmax, takes one.
/// </summary>
public readonly unsafe partial struct F64x4x2(Vector256<double> v, Vector256<double> w) : IVector<F64x4x2, double>
{
    private readonly Vector256<double> v = v;
    private readonly Vector256<double> w = w;

    public static int Count => 8;
    public static F64x4x2 Zero => new(Vector256<double>.Zero, Vector256<double>.Zero);
    public static F64x4x2 One => new(Vector256<double>.One, Vector256<double>.One);
    public static F64x4x2 AllTrue => new(Vector256<double>.AllBitsSet, Vector256<double>.AllBitsSet);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 operator +(F64x4x2 a, F64x4x2 b) => new(a.v + b.v, a.w + b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 operator -(F64x4x2 a, F64x4x2 b) => new(a.v - b.v, a.w - b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 operator *(F64x4x2 a, F64x4x2 b) => new(a.v * b.v, a.w * b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 operator /(F64x4x2 a, F64x4x2 b) => new(a.v / b.v, a.w / b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 operator &(F64x4x2 a, F64x4x2 b) => new(a.v & b.v, a.w & b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 operator |(F64x4x2 a, F64x4x2 b) => new(a.v | b.v, a.w | b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 operator ^(F64x4x2 a, F64x4x2 b) => new(a.v ^ b.v, a.w ^ b.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 operator -(F64x4x2 a) => new(-a.v, -a.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 operator ~(F64x4x2 a) => new(~a.v, ~a.w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 Create(double value) => new(Vector256.Create(value), Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 Broadcast(double* address) => new(Vector256.Create(*address), Vector256.Create(*address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 Load(double* address) => new(Vector256.Load(address), Vector256.Load(address + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F64x4x2 value, double* address)
    {
        value.v.Store(address);
        value.w.Store(address + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F64x4x2 value, Pointer<double> address, bool isStreamed)
    {
        if (isStreamed)
        {
            value.v.StoreAlignedNonTemporal(address.Address);
            value.w.StoreAlignedNonTemporal(address.Address + 4);
        }
        else
        {
            Store(value, address.Address);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 MultiplyAdd(F64x4x2 a, F64x4x2 b, F64x4x2 c) => new(Vector256.MultiplyAddEstimate(a.v, b.v, c.v), Vector256.MultiplyAddEstimate(a.w, b.w, c.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 Select(F64x4x2 mask, F64x4x2 a, F64x4x2 b) => new(Blend.Select(mask.v, a.v, b.v), Blend.Select(mask.w, a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 SelectEqual(F64x4x2 a, F64x4x2 b, F64x4x2 x, F64x4x2 y) => Select(Equal(a, b), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 MaskEqual(F64x4x2 a, F64x4x2 b, F64x4x2 x) => Equal(a, b) & x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 AddWhereEqual(F64x4x2 a, F64x4x2 b, F64x4x2 x, F64x4x2 sum) => sum + (Equal(a, b) & x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 Equal(F64x4x2 a, F64x4x2 b) => new(Vector256.Equals(a.v, b.v), Vector256.Equals(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 NotEqual(F64x4x2 a, F64x4x2 b) => new(~Vector256.Equals(a.v, b.v), ~Vector256.Equals(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 Less(F64x4x2 a, F64x4x2 b) => new(Vector256.LessThan(a.v, b.v), Vector256.LessThan(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 LessOrEqual(F64x4x2 a, F64x4x2 b) => new(Vector256.LessThanOrEqual(a.v, b.v), Vector256.LessThanOrEqual(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 Greater(F64x4x2 a, F64x4x2 b) => new(Vector256.GreaterThan(a.v, b.v), Vector256.GreaterThan(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 GreaterOrEqual(F64x4x2 a, F64x4x2 b) => new(Vector256.GreaterThanOrEqual(a.v, b.v), Vector256.GreaterThanOrEqual(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 Min(F64x4x2 a, F64x4x2 b) => new(Vector256.Min(a.v, b.v), Vector256.Min(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 Max(F64x4x2 a, F64x4x2 b) => new(Vector256.Max(a.v, b.v), Vector256.Max(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 MinNative(F64x4x2 a, F64x4x2 b) => new(Vector256.MinNative(a.v, b.v), Vector256.MinNative(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 MaxNative(F64x4x2 a, F64x4x2 b) => new(Vector256.MaxNative(a.v, b.v), Vector256.MaxNative(a.w, b.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 Abs(F64x4x2 x) => new(Vector256.Abs(x.v), Vector256.Abs(x.w));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 NegativeAbs(F64x4x2 x) => new(x.v | Vector256.Create(-0d), x.w | Vector256.Create(-0d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x4x2 Sqrt(F64x4x2 x) => new(Vector256.Sqrt(x.v), Vector256.Sqrt(x.w));
}
