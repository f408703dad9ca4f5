using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LossGen.Kernels;

/// <summary>8 lanes of double.</summary>
public readonly unsafe partial struct F64x8(Vector512<double> v) : IVector<F64x8, double>
{
    private readonly Vector512<double> v = v;

    public static int Count => 8;
    public static F64x8 Zero => new(Vector512<double>.Zero);
    public static F64x8 One => new(Vector512<double>.One);
    public static F64x8 AllTrue => new(Vector512<double>.AllBitsSet);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator +(F64x8 a, F64x8 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator -(F64x8 a, F64x8 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator *(F64x8 a, F64x8 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator /(F64x8 a, F64x8 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator &(F64x8 a, F64x8 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator |(F64x8 a, F64x8 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator ^(F64x8 a, F64x8 b) => new(a.v ^ b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator -(F64x8 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator ~(F64x8 a) => new(~a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Create(double value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Broadcast(double* address) => new(Vector512.Create(*address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Load(double* address) => new(Vector512.Load(address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F64x8 value, double* address) => value.v.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F64x8 value, Pointer<double> address, bool isStreamed)
    {
        if (isStreamed)
            value.v.StoreAlignedNonTemporal(address.Address);
        else
            value.v.Store(address.Address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 MultiplyAdd(F64x8 a, F64x8 b, F64x8 c) => new(Vector512.MultiplyAddEstimate(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Select(F64x8 mask, F64x8 a, F64x8 b) => new(Vector512.ConditionalSelect(mask.v, a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 SelectEqual(F64x8 a, F64x8 b, F64x8 x, F64x8 y) => new(Vector512.ConditionalSelect(Vector512.Equals(a.v, b.v), x.v, y.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 SelectLessOrEqual(F64x8 a, F64x8 b, F64x8 x, F64x8 y) => new(Vector512.ConditionalSelect(Vector512.LessThanOrEqual(a.v, b.v), x.v, y.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 MaskEqual(F64x8 a, F64x8 b, F64x8 x) => new(Vector512.ConditionalSelect(Vector512.Equals(a.v, b.v), x.v, Vector512<double>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 AddWhereEqual(F64x8 a, F64x8 b, F64x8 x, F64x8 sum) => new(Vector512.ConditionalSelect(Vector512.Equals(a.v, b.v), sum.v + x.v, sum.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Equal(F64x8 a, F64x8 b) => new(Vector512.Equals(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 NotEqual(F64x8 a, F64x8 b) => new(~Vector512.Equals(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Less(F64x8 a, F64x8 b) => new(Vector512.LessThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 LessOrEqual(F64x8 a, F64x8 b) => new(Vector512.LessThanOrEqual(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Greater(F64x8 a, F64x8 b) => new(Vector512.GreaterThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 GreaterOrEqual(F64x8 a, F64x8 b) => new(Vector512.GreaterThanOrEqual(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Min(F64x8 a, F64x8 b) => new(Vector512.Min(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Max(F64x8 a, F64x8 b) => new(Vector512.Max(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 MinNative(F64x8 a, F64x8 b) => new(Vector512.MinNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 MaxNative(F64x8 a, F64x8 b) => new(Vector512.MaxNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Abs(F64x8 x) => new(Vector512.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 NegativeAbs(F64x8 x) => new(x.v | Vector512.Create(-0d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Sqrt(F64x8 x) => new(Vector512.Sqrt(x.v));
}
