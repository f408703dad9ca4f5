using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LossGen.Kernels;

namespace LossGen.Simd;

/// <summary>A register of 256 bits: 8 lanes of float or 4 of double.</summary>
/// <remarks>
/// Written for the JIT, which inlines nothing more once a method has 1024 locals: no constructor, and branches around assignments, since
/// either would cost two for each operation. Where an operation has to know the number, registers are read through their address: each
/// AsSingle would add 15 us to a first call.
/// </remarks>
internal unsafe struct V256<T> : IVector<V256<T>, T>
    where T : unmanaged
{
    private Vector256<T> v;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<T>.Count;
    }

    public static V256<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v = Vector256<T>.Zero };
    }

    public static V256<T> One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v = Vector256<T>.One };
    }

    public static V256<T> AllTrue
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v = Vector256<T>.AllBitsSet };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator +(V256<T> a, V256<T> b) => new() { v = a.v + b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator -(V256<T> a, V256<T> b) => new() { v = a.v - b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator *(V256<T> a, V256<T> b) => new() { v = a.v * b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator /(V256<T> a, V256<T> b) => new() { v = a.v / b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator &(V256<T> a, V256<T> b) => new() { v = a.v & b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator |(V256<T> a, V256<T> b) => new() { v = a.v | b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator ^(V256<T> a, V256<T> b) => new() { v = a.v ^ b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator -(V256<T> a) => new() { v = -a.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator ~(V256<T> a) => new() { v = ~a.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Create(double value)
    {
        V256<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector256<float>*)&r = Vector256.Create((float)value);
        else
            *(Vector256<double>*)&r = Vector256.Create(value);
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Broadcast(T* address) => new() { v = Vector256.Create(*address) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Load(T* address) => new() { v = Vector256.Load(address) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Load(Pointer<T> address) => new() { v = Vector256.Load(address.Address) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V256<T> value, T* address) => value.v.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V256<T> value, Pointer<T> address) => value.v.Store(address.Address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V256<T> value, Pointer<T> address, bool isStreamed)
    {
        if (isStreamed)
            value.v.StoreAlignedNonTemporal(address.Address);
        else
            value.v.Store(address.Address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> MultiplyAdd(V256<T> a, V256<T> b, V256<T> c)
    {
        V256<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector256<float>*)&r = Vector256.MultiplyAddEstimate(
                *(Vector256<float>*)&a, *(Vector256<float>*)&b, *(Vector256<float>*)&c);
        else
            *(Vector256<double>*)&r = Vector256.MultiplyAddEstimate(
                *(Vector256<double>*)&a, *(Vector256<double>*)&b, *(Vector256<double>*)&c);
        return r;
    }

    // The portable choice works bit by bit, in three instructions where the compiler does not see that the mask comes from a comparison;
    // with AVX-512 it is one in any case. Masks of doubles are whole, so that floats choose for them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Select(V256<T> mask, V256<T> a, V256<T> b)
    {
        V256<T> r;
        if (Avx.IsSupported && !Avx512F.VL.IsSupported)
            *(Vector256<float>*)&r = Avx.BlendVariable(b.v.AsSingle(), a.v.AsSingle(), mask.v.AsSingle());
        else
            r.v = Vector256.ConditionalSelect(mask.v, a.v, b.v);
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Equal(V256<T> a, V256<T> b) => new() { v = Vector256.Equals(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Less(V256<T> a, V256<T> b) => new() { v = Vector256.LessThan(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> LessOrEqual(V256<T> a, V256<T> b) => new() { v = Vector256.LessThanOrEqual(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Greater(V256<T> a, V256<T> b) => new() { v = Vector256.GreaterThan(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> GreaterOrEqual(V256<T> a, V256<T> b) => new() { v = Vector256.GreaterThanOrEqual(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Min(V256<T> a, V256<T> b) => new() { v = Vector256.Min(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Max(V256<T> a, V256<T> b) => new() { v = Vector256.Max(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> MinNative(V256<T> a, V256<T> b) => new() { v = Vector256.MinNative(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> MaxNative(V256<T> a, V256<T> b) => new() { v = Vector256.MaxNative(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Abs(V256<T> x) => new() { v = Vector256.Abs(x.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Sqrt(V256<T> x) => new() { v = Vector256.Sqrt(x.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Round(V256<T> x)
    {
        V256<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector256<float>*)&r = Vector256.Round(x.v.AsSingle());
        else
            *(Vector256<double>*)&r = Vector256.Round(x.v.AsDouble());
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Bits(long pattern)
    {
        V256<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector256<int>*)&r = Vector256.Create((int)pattern);
        else
            *(Vector256<long>*)&r = Vector256.Create(pattern);
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> AddBits(V256<T> a, V256<T> b)
    {
        V256<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector256<int>*)&r = a.v.AsInt32() + b.v.AsInt32();
        else
            *(Vector256<long>*)&r = a.v.AsInt64() + b.v.AsInt64();
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> ToExponent(V256<T> a)
    {
        V256<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector256<int>*)&r = a.v.AsInt32() << 23;
        else
            *(Vector256<long>*)&r = a.v.AsInt64() << 52;
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> FromExponent(V256<T> a)
    {
        V256<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector256<int>*)&r = a.v.AsInt32() >>> 23;
        else
            *(Vector256<long>*)&r = a.v.AsInt64() >>> 52;
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FourExpNonPositive(ref V256<T> x0, ref V256<T> x1, ref V256<T> x2, ref V256<T> x3) =>
        VectorMath<V256<T>, T>.FourExpNonPositive(ref x0, ref x1, ref x2, ref x3);
}
