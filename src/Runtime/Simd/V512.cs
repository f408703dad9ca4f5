using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LossGen.Kernels;

namespace LossGen.Simd;

/// <summary>A register of 512 bits: 16 lanes of float or 8 of double.</summary>
/// <remarks>
/// Written for the JIT, which inlines nothing more once a method has 1024 locals: no constructor, and branches around assignments, since
/// either would cost two for each operation. Where an operation has to know the number, registers are read through their address: each
/// AsSingle would add 15 us to a first call.
/// </remarks>
internal unsafe struct V512<T> : IVector<V512<T>, T>
    where T : unmanaged
{
    internal Vector512<T> v;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<T>.Count;
    }

    public static V512<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v = Vector512<T>.Zero };
    }

    public static V512<T> One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v = Vector512<T>.One };
    }

    public static V512<T> AllTrue
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new() { v = Vector512<T>.AllBitsSet };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator +(V512<T> a, V512<T> b) => new() { v = a.v + b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator -(V512<T> a, V512<T> b) => new() { v = a.v - b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator *(V512<T> a, V512<T> b) => new() { v = a.v * b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator /(V512<T> a, V512<T> b) => new() { v = a.v / b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator &(V512<T> a, V512<T> b) => new() { v = a.v & b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator |(V512<T> a, V512<T> b) => new() { v = a.v | b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator ^(V512<T> a, V512<T> b) => new() { v = a.v ^ b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator -(V512<T> a) => new() { v = -a.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator ~(V512<T> a) => new() { v = ~a.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Create(double value)
    {
        V512<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector512<float>*)&r = Vector512.Create((float)value);
        else
            *(Vector512<double>*)&r = Vector512.Create(value);
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Broadcast(T* address) => new() { v = Vector512.Create(*address) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Load(T* address) => new() { v = Vector512.Load(address) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Load(Pointer<T> address) => new() { v = Vector512.Load(address.Address) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V512<T> value, T* address) => value.v.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V512<T> value, Pointer<T> address) => value.v.Store(address.Address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V512<T> value, Pointer<T> address, bool isStreamed)
    {
        if (isStreamed)
            value.v.StoreAlignedNonTemporal(address.Address);
        else
            value.v.Store(address.Address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> MultiplyAdd(V512<T> a, V512<T> b, V512<T> c)
    {
        V512<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector512<float>*)&r = Vector512.MultiplyAddEstimate(
                *(Vector512<float>*)&a, *(Vector512<float>*)&b, *(Vector512<float>*)&c);
        else
            *(Vector512<double>*)&r = Vector512.MultiplyAddEstimate(
                *(Vector512<double>*)&a, *(Vector512<double>*)&b, *(Vector512<double>*)&c);
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Select(V512<T> mask, V512<T> a, V512<T> b) => new() { v = Vector512.ConditionalSelect(mask.v, a.v, b.v) };

    // A comparison and what follows from it in one expression: masks then stay in the registers that AVX-512 has for them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> SelectEqual(V512<T> a, V512<T> b, V512<T> x, V512<T> y) =>
        new() { v = Vector512.ConditionalSelect(Vector512.Equals(a.v, b.v), x.v, y.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> SelectLessOrEqual(V512<T> a, V512<T> b, V512<T> x, V512<T> y) =>
        new() { v = Vector512.ConditionalSelect(Vector512.LessThanOrEqual(a.v, b.v), x.v, y.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> MaskEqual(V512<T> a, V512<T> b, V512<T> x) =>
        new() { v = Vector512.ConditionalSelect(Vector512.Equals(a.v, b.v), x.v, Vector512<T>.Zero) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> AddWhereEqual(V512<T> a, V512<T> b, V512<T> x, V512<T> sum) =>
        new() { v = Vector512.ConditionalSelect(Vector512.Equals(a.v, b.v), sum.v + x.v, sum.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Equal(V512<T> a, V512<T> b) => new() { v = Vector512.Equals(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Less(V512<T> a, V512<T> b) => new() { v = Vector512.LessThan(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> LessOrEqual(V512<T> a, V512<T> b) => new() { v = Vector512.LessThanOrEqual(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Greater(V512<T> a, V512<T> b) => new() { v = Vector512.GreaterThan(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> GreaterOrEqual(V512<T> a, V512<T> b) => new() { v = Vector512.GreaterThanOrEqual(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Min(V512<T> a, V512<T> b) => new() { v = Vector512.Min(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Max(V512<T> a, V512<T> b) => new() { v = Vector512.Max(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> MinNative(V512<T> a, V512<T> b) => new() { v = Vector512.MinNative(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> MaxNative(V512<T> a, V512<T> b) => new() { v = Vector512.MaxNative(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Abs(V512<T> x) => new() { v = Vector512.Abs(x.v) };

    // One instruction says what becomes of each kind of number. From the lowest four bits: NaN (two kinds) and 0 stay (1), 1 and what is
    // positive is 1 (A), negative -1 (9).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Sign(V512<T> x)
    {
        const uint table = 0xA9A9A111;
        if (!Avx512F.IsSupported)
            return VectorMath<V512<T>, T>.Sign(x);
        if (sizeof(T) == sizeof(float))
            return new() { v = Avx512F.Fixup(x.v.AsSingle(), x.v.AsSingle(), Vector512.Create(unchecked((int)table)), 0).As<float, T>() };
        return new() { v = Avx512F.Fixup(x.v.AsDouble(), x.v.AsDouble(), Vector512.Create((long)table), 0).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Sqrt(V512<T> x) => new() { v = Vector512.Sqrt(x.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Round(V512<T> x)
    {
        V512<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector512<float>*)&r = Vector512.Round(x.v.AsSingle());
        else
            *(Vector512<double>*)&r = Vector512.Round(x.v.AsDouble());
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Bits(long pattern)
    {
        V512<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector512<int>*)&r = Vector512.Create((int)pattern);
        else
            *(Vector512<long>*)&r = Vector512.Create(pattern);
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> AddBits(V512<T> a, V512<T> b)
    {
        V512<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector512<int>*)&r = a.v.AsInt32() + b.v.AsInt32();
        else
            *(Vector512<long>*)&r = a.v.AsInt64() + b.v.AsInt64();
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> ToExponent(V512<T> a)
    {
        V512<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector512<int>*)&r = a.v.AsInt32() << 23;
        else
            *(Vector512<long>*)&r = a.v.AsInt64() << 52;
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> FromExponent(V512<T> a)
    {
        V512<T> r;
        if (sizeof(T) == sizeof(float))
            *(Vector512<int>*)&r = a.v.AsInt32() >>> 23;
        else
            *(Vector512<long>*)&r = a.v.AsInt64() >>> 52;
        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> ExpNonPositive(V512<T> x) => sizeof(T) == sizeof(float) && Avx512F.IsSupported
        ? new() { v = TableExponential.Constant().Of(x.v.AsSingle()).As<float, T>() }
        : VectorMath<V512<T>, T>.ExpNonPositive(x);

    // A division of 16 floats keeps the divider for 16 cycles or so; an approximation of 14 bits and a step of Newton's take 4. The step
    // rounds once: at most 0.56 ulp.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> ReciprocalAtLeastOne(V512<T> x)
    {
        if (sizeof(T) != sizeof(float) || !Avx512F.IsSupported)
            return One / x;
        Vector512<float> number = x.v.AsSingle(), near = Avx512F.Reciprocal14(number);
        Vector512<float> rest = Avx512F.FusedMultiplyAddNegated(number, near, Vector512<float>.One);
        return new() { v = Avx512F.FusedMultiplyAdd(near, rest, near).As<float, T>() };
    }

    public static void Exponentials(
        ref Tile<T> tile, Pointer<T> exponentials, Pointer<T> normaliser,
        Pointer<T> maximum = default, Pointer<T> labelExponent = default, Pointer<T> others = default)
    {
        if (sizeof(T) == sizeof(float) && Avx512F.IsSupported)
        {
            Softmax.Fill<float, V512<float>, TableExponential>(
                ref Unsafe.As<Tile<T>, Tile<float>>(ref tile),
                (float*)exponentials.Address, (float*)normaliser.Address, (float*)maximum.Address, (float*)labelExponent.Address,
                (float*)others.Address);
        }
        else
        {
            Softmax.Exponentials<T, V512<T>>(ref tile, exponentials, normaliser, maximum, labelExponent, others);
        }
    }
}
