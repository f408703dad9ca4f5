using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LossGen.Kernels;

namespace LossGen.Simd;

/// <summary>
/// Adjacent pixels in two registers of 256 bits: loops have half as many turns, and their counters, addresses and broadcasts serve both.
/// The softmax, which needs most registers of a loop, takes one.
/// </summary>
/// <remarks>
/// Of two vectors and not of two <see cref="V256{T}"/>: each level of types costs locals, of which the JIT allows 1024 (see there).
/// </remarks>
internal unsafe struct V256x2<T> : IVector<V256x2<T>, T>
    where T : unmanaged
{
    private Vector256<T> v;
    private Vector256<T> w;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * Vector256<T>.Count;
    }

    public static V256x2<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v = Vector256<T>.Zero, w = Vector256<T>.Zero };
    }

    public static V256x2<T> One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v = Vector256<T>.One, w = Vector256<T>.One };
    }

    public static V256x2<T> AllTrue
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v = Vector256<T>.AllBitsSet, w = Vector256<T>.AllBitsSet };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> operator +(V256x2<T> a, V256x2<T> b) => new() { v = a.v + b.v, w = a.w + b.w };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> operator -(V256x2<T> a, V256x2<T> b) => new() { v = a.v - b.v, w = a.w - b.w };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> operator *(V256x2<T> a, V256x2<T> b) => new() { v = a.v * b.v, w = a.w * b.w };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> operator /(V256x2<T> a, V256x2<T> b) => new() { v = a.v / b.v, w = a.w / b.w };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> operator &(V256x2<T> a, V256x2<T> b) => new() { v = a.v & b.v, w = a.w & b.w };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> operator |(V256x2<T> a, V256x2<T> b) => new() { v = a.v | b.v, w = a.w | b.w };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> operator ^(V256x2<T> a, V256x2<T> b) => new() { v = a.v ^ b.v, w = a.w ^ b.w };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> operator -(V256x2<T> a) => new() { v = -a.v, w = -a.w };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> operator ~(V256x2<T> a) => new() { v = ~a.v, w = ~a.w };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Create(double value)
    {
        V256x2<T> r;
        if (sizeof(T) == sizeof(float))
        {
            *(Vector256<float>*)&r.v = Vector256.Create((float)value);
            *(Vector256<float>*)&r.w = Vector256.Create((float)value);
        }
        else
        {
            *(Vector256<double>*)&r.v = Vector256.Create(value);
            *(Vector256<double>*)&r.w = Vector256.Create(value);
        }

        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Broadcast(T* address) => new() { v = Vector256.Create(*address), w = Vector256.Create(*address) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Load(T* address) => new() { v = Vector256.Load(address), w = Vector256.Load(address + Vector256<T>.Count) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Load(Pointer<T> address) =>
        new() { v = Vector256.Load(address.Address), w = Vector256.Load(address.Address + Vector256<T>.Count) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V256x2<T> value, T* address)
    {
        value.v.Store(address);
        value.w.Store(address + Vector256<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V256x2<T> value, Pointer<T> address)
    {
        value.v.Store(address.Address);
        value.w.Store(address.Address + Vector256<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V256x2<T> value, Pointer<T> address, bool isStreamed)
    {
        if (isStreamed)
        {
            value.v.StoreAlignedNonTemporal(address.Address);
            value.w.StoreAlignedNonTemporal(address.Address + Vector256<T>.Count);
        }
        else
        {
            Store(value, address.Address);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> MultiplyAdd(V256x2<T> a, V256x2<T> b, V256x2<T> c)
    {
        V256x2<T> r;
        if (sizeof(T) == sizeof(float))
        {
            *(Vector256<float>*)&r.v = Vector256.MultiplyAddEstimate(
                *(Vector256<float>*)&a.v, *(Vector256<float>*)&b.v, *(Vector256<float>*)&c.v);
            *(Vector256<float>*)&r.w = Vector256.MultiplyAddEstimate(
                *(Vector256<float>*)&a.w, *(Vector256<float>*)&b.w, *(Vector256<float>*)&c.w);
        }
        else
        {
            *(Vector256<double>*)&r.v = Vector256.MultiplyAddEstimate(
                *(Vector256<double>*)&a.v, *(Vector256<double>*)&b.v, *(Vector256<double>*)&c.v);
            *(Vector256<double>*)&r.w = Vector256.MultiplyAddEstimate(
                *(Vector256<double>*)&a.w, *(Vector256<double>*)&b.w, *(Vector256<double>*)&c.w);
        }

        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Select(V256x2<T> mask, V256x2<T> a, V256x2<T> b)
    {
        V256x2<T> r;
        if (Avx.IsSupported && !Avx512F.VL.IsSupported)
        {
            *(Vector256<float>*)&r.v = Avx.BlendVariable(b.v.AsSingle(), a.v.AsSingle(), mask.v.AsSingle());
            *(Vector256<float>*)&r.w = Avx.BlendVariable(b.w.AsSingle(), a.w.AsSingle(), mask.w.AsSingle());
        }
        else
        {
            r.v = Vector256.ConditionalSelect(mask.v, a.v, b.v);
            r.w = Vector256.ConditionalSelect(mask.w, a.w, b.w);
        }

        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Equal(V256x2<T> a, V256x2<T> b) => new() { v = Vector256.Equals(a.v, b.v), w = Vector256.Equals(a.w, b.w) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Less(V256x2<T> a, V256x2<T> b) => new() { v = Vector256.LessThan(a.v, b.v), w = Vector256.LessThan(a.w, b.w) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> LessOrEqual(V256x2<T> a, V256x2<T> b) =>
        new() { v = Vector256.LessThanOrEqual(a.v, b.v), w = Vector256.LessThanOrEqual(a.w, b.w) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Greater(V256x2<T> a, V256x2<T> b) =>
        new() { v = Vector256.GreaterThan(a.v, b.v), w = Vector256.GreaterThan(a.w, b.w) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> GreaterOrEqual(V256x2<T> a, V256x2<T> b) =>
        new() { v = Vector256.GreaterThanOrEqual(a.v, b.v), w = Vector256.GreaterThanOrEqual(a.w, b.w) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Min(V256x2<T> a, V256x2<T> b) => new() { v = Vector256.Min(a.v, b.v), w = Vector256.Min(a.w, b.w) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Max(V256x2<T> a, V256x2<T> b) => new() { v = Vector256.Max(a.v, b.v), w = Vector256.Max(a.w, b.w) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> MinNative(V256x2<T> a, V256x2<T> b) =>
        new() { v = Vector256.MinNative(a.v, b.v), w = Vector256.MinNative(a.w, b.w) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> MaxNative(V256x2<T> a, V256x2<T> b) =>
        new() { v = Vector256.MaxNative(a.v, b.v), w = Vector256.MaxNative(a.w, b.w) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Abs(V256x2<T> x) => new() { v = Vector256.Abs(x.v), w = Vector256.Abs(x.w) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Sqrt(V256x2<T> x) => new() { v = Vector256.Sqrt(x.v), w = Vector256.Sqrt(x.w) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Round(V256x2<T> x)
    {
        V256x2<T> r;
        if (sizeof(T) == sizeof(float))
        {
            *(Vector256<float>*)&r.v = Vector256.Round(x.v.AsSingle());
            *(Vector256<float>*)&r.w = Vector256.Round(x.w.AsSingle());
        }
        else
        {
            *(Vector256<double>*)&r.v = Vector256.Round(x.v.AsDouble());
            *(Vector256<double>*)&r.w = Vector256.Round(x.w.AsDouble());
        }

        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> Bits(long pattern)
    {
        V256x2<T> r;
        if (sizeof(T) == sizeof(float))
        {
            *(Vector256<int>*)&r.v = Vector256.Create((int)pattern);
            *(Vector256<int>*)&r.w = Vector256.Create((int)pattern);
        }
        else
        {
            *(Vector256<long>*)&r.v = Vector256.Create(pattern);
            *(Vector256<long>*)&r.w = Vector256.Create(pattern);
        }

        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> AddBits(V256x2<T> a, V256x2<T> b)
    {
        V256x2<T> r;
        if (sizeof(T) == sizeof(float))
        {
            *(Vector256<int>*)&r.v = a.v.AsInt32() + b.v.AsInt32();
            *(Vector256<int>*)&r.w = a.w.AsInt32() + b.w.AsInt32();
        }
        else
        {
            *(Vector256<long>*)&r.v = a.v.AsInt64() + b.v.AsInt64();
            *(Vector256<long>*)&r.w = a.w.AsInt64() + b.w.AsInt64();
        }

        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> ToExponent(V256x2<T> a)
    {
        V256x2<T> r;
        if (sizeof(T) == sizeof(float))
        {
            *(Vector256<int>*)&r.v = a.v.AsInt32() << 23;
            *(Vector256<int>*)&r.w = a.w.AsInt32() << 23;
        }
        else
        {
            *(Vector256<long>*)&r.v = a.v.AsInt64() << 52;
            *(Vector256<long>*)&r.w = a.w.AsInt64() << 52;
        }

        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256x2<T> FromExponent(V256x2<T> a)
    {
        V256x2<T> r;
        if (sizeof(T) == sizeof(float))
        {
            *(Vector256<int>*)&r.v = a.v.AsInt32() >>> 23;
            *(Vector256<int>*)&r.w = a.w.AsInt32() >>> 23;
        }
        else
        {
            *(Vector256<long>*)&r.v = a.v.AsInt64() >>> 52;
            *(Vector256<long>*)&r.w = a.w.AsInt64() >>> 52;
        }

        return r;
    }

    public static void Exponentials(
        ref Tile<T> tile, Pointer<T> exponentials, Pointer<T> normaliser,
        Pointer<T> maximum = default, Pointer<T> labelExponent = default, Pointer<T> others = default) =>
        Softmax.Exponentials<T, V256<T>>(ref tile, exponentials, normaliser, maximum, labelExponent, others);
}
