using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LossGen.Kernels;

namespace LossGen.Simd;

/// <summary>A register of 128 bits: 4 lanes of float or 2 of double.</summary>
/// <remarks>
/// Written for the JIT, which inlines nothing more once a method has 1024 locals: no constructor, and branches around assignments, since
/// either would cost two for each operation. Where an operation has to know the number, registers are read through their address: each
/// AsSingle would add 15 us to a first call.
/// </remarks>
internal unsafe struct V128<T> : IVector<V128<T>, T>
    where T : unmanaged
{
    private Vector128<T> v;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<T>.Count;
    }

    public static V128<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v = Vector128<T>.Zero };
    }

    public static V128<T> One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v = Vector128<T>.One };
    }

    public static V128<T> AllTrue
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v = Vector128<T>.AllBitsSet };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator +(V128<T> a, V128<T> b) => new() { v = a.v + b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator -(V128<T> a, V128<T> b) => new() { v = a.v - b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator *(V128<T> a, V128<T> b) => new() { v = a.v * b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator /(V128<T> a, V128<T> b) => new() { v = a.v / b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator &(V128<T> a, V128<T> b) => new() { v = a.v & b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator |(V128<T> a, V128<T> b) => new() { v = a.v | b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator ^(V128<T> a, V128<T> b) => new() { v = a.v ^ b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator -(V128<T> a) => new() { v = -a.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator ~(V128<T> a) => new() { v = ~a.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Create(double value)
    {
        V128<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector128<float>*)&r = Vector128.Create((float)value);
        else
            *(Vector128<double>*)&r = Vector128.Create(value);
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Broadcast(T* address) => new() { v = Vector128.Create(*address) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Load(T* address) => new() { v = Vector128.Load(address) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Load(Pointer<T> address) => new() { v = Vector128.Load(address.Address) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V128<T> value, T* address) => value.v.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V128<T> value, Pointer<T> address) => value.v.Store(address.Address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V128<T> value, Pointer<T> address, bool isStreamed)
    {
        if (isStreamed)
            value.v.StoreAlignedNonTemporal(address.Address);
        else
            value.v.Store(address.Address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> MultiplyAdd(V128<T> a, V128<T> b, V128<T> c)
    {
        V128<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector128<float>*)&r = Vector128.MultiplyAddEstimate(
                *(Vector128<float>*)&a, *(Vector128<float>*)&b, *(Vector128<float>*)&c);
        else
            *(Vector128<double>*)&r = Vector128.MultiplyAddEstimate(
                *(Vector128<double>*)&a, *(Vector128<double>*)&b, *(Vector128<double>*)&c);
        return r;
    }

    // The portable choice works bit by bit, in three instructions where the compiler does not see that the mask comes from a comparison;
    // with AVX-512 it is one in any case. Masks of doubles are whole, so that floats choose for them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Select(V128<T> mask, V128<T> a, V128<T> b)
    {
        V128<T> r;
        if (Sse41.IsSupported && !Avx512F.VL.IsSupported)
            *(Vector128<float>*)&r = Sse41.BlendVariable(b.v.AsSingle(), a.v.AsSingle(), mask.v.AsSingle());
        else
            r.v = Vector128.ConditionalSelect(mask.v, a.v, b.v);
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Equal(V128<T> a, V128<T> b) => new() { v = Vector128.Equals(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Less(V128<T> a, V128<T> b) => new() { v = Vector128.LessThan(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> LessOrEqual(V128<T> a, V128<T> b) => new() { v = Vector128.LessThanOrEqual(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Greater(V128<T> a, V128<T> b) => new() { v = Vector128.GreaterThan(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> GreaterOrEqual(V128<T> a, V128<T> b) => new() { v = Vector128.GreaterThanOrEqual(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Min(V128<T> a, V128<T> b) => new() { v = Vector128.Min(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Max(V128<T> a, V128<T> b) => new() { v = Vector128.Max(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> MinNative(V128<T> a, V128<T> b) => new() { v = Vector128.MinNative(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> MaxNative(V128<T> a, V128<T> b) => new() { v = Vector128.MaxNative(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Abs(V128<T> x) => new() { v = Vector128.Abs(x.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Sqrt(V128<T> x) => new() { v = Vector128.Sqrt(x.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Round(V128<T> x)
    {
        V128<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector128<float>*)&r = Vector128.Round(x.v.AsSingle());
        else
            *(Vector128<double>*)&r = Vector128.Round(x.v.AsDouble());
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Bits(long pattern)
    {
        V128<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector128<int>*)&r = Vector128.Create((int)pattern);
        else
            *(Vector128<long>*)&r = Vector128.Create(pattern);
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> AddBits(V128<T> a, V128<T> b)
    {
        V128<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector128<int>*)&r = a.v.AsInt32() + b.v.AsInt32();
        else
            *(Vector128<long>*)&r = a.v.AsInt64() + b.v.AsInt64();
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> ToExponent(V128<T> a)
    {
        V128<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector128<int>*)&r = a.v.AsInt32() << 23;
        else
            *(Vector128<long>*)&r = a.v.AsInt64() << 52;
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> FromExponent(V128<T> a)
    {
        V128<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector128<int>*)&r = a.v.AsInt32() >>> 23;
        else
            *(Vector128<long>*)&r = a.v.AsInt64() >>> 52;
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FourExpNonPositive(ref V128<T> x0, ref V128<T> x1, ref V128<T> x2, ref V128<T> x3) =>
        VectorMath<V128<T>, T>.FourExpNonPositive(ref x0, ref x1, ref x2, ref x3);
}
