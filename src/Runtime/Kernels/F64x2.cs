using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LossGen.Kernels;

/// <summary>2 lanes of double.</summary>
public readonly unsafe partial struct F64x2(Vector128<double> v) : IVector<F64x2, double>
{
    private readonly Vector128<double> v = v;

    public static int Count => 2;
    public static F64x2 Zero => new(Vector128<double>.Zero);
    public static F64x2 One => new(Vector128<double>.One);
    public static F64x2 AllTrue => new(Vector128<double>.AllBitsSet);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator +(F64x2 a, F64x2 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator -(F64x2 a, F64x2 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator *(F64x2 a, F64x2 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator /(F64x2 a, F64x2 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator &(F64x2 a, F64x2 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator |(F64x2 a, F64x2 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator ^(F64x2 a, F64x2 b) => new(a.v ^ b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator -(F64x2 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 operator ~(F64x2 a) => new(~a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Create(double value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Broadcast(double* address) => new(Vector128.Create(*address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Load(double* address) => new(Vector128.Load(address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F64x2 value, double* address) => value.v.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F64x2 value, Pointer<double> address, bool isStreamed)
    {
        if (isStreamed)
            value.v.StoreAlignedNonTemporal(address.Address);
        else
            value.v.Store(address.Address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 MultiplyAdd(F64x2 a, F64x2 b, F64x2 c) => new(Vector128.MultiplyAddEstimate(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Select(F64x2 mask, F64x2 a, F64x2 b) => new(Blend.Select(mask.v, a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 SelectEqual(F64x2 a, F64x2 b, F64x2 x, F64x2 y) => Select(Equal(a, b), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 MaskEqual(F64x2 a, F64x2 b, F64x2 x) => Equal(a, b) & x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 AddWhereEqual(F64x2 a, F64x2 b, F64x2 x, F64x2 sum) => sum + (Equal(a, b) & x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Equal(F64x2 a, F64x2 b) => new(Vector128.Equals(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 NotEqual(F64x2 a, F64x2 b) => new(~Vector128.Equals(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Less(F64x2 a, F64x2 b) => new(Vector128.LessThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 LessOrEqual(F64x2 a, F64x2 b) => new(Vector128.LessThanOrEqual(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Greater(F64x2 a, F64x2 b) => new(Vector128.GreaterThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 GreaterOrEqual(F64x2 a, F64x2 b) => new(Vector128.GreaterThanOrEqual(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Min(F64x2 a, F64x2 b) => new(Vector128.Min(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Max(F64x2 a, F64x2 b) => new(Vector128.Max(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 MinNative(F64x2 a, F64x2 b) => new(Vector128.MinNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 MaxNative(F64x2 a, F64x2 b) => new(Vector128.MaxNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Abs(F64x2 x) => new(Vector128.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 NegativeAbs(F64x2 x) => new(x.v | Vector128.Create(-0d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x2 Sqrt(F64x2 x) => new(Vector128.Sqrt(x.v));
}
