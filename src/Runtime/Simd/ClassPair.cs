using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Simd;

/// <summary>
/// The same pixels of two adjacent classes, in a register each: what the classes share - labels, rows without a class axis - is loaded once
/// for both. It has the operations of a register, so that a loop over the classes is written once for single classes and pairs.
/// </summary>
/// <typeparam name="V">The register.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal unsafe struct ClassPair<V, T> : IVector<ClassPair<V, T>, T>
    where V : struct, IVector<V, T>
    where T : unmanaged
{
    private V first;
    private V second;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Count;
    }

    public static int Classes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    public static ClassPair<V, T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Both(V.Zero);
    }

    public static ClassPair<V, T> One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Both(V.One);
    }

    public static ClassPair<V, T> AllTrue
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Both(V.AllTrue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ClassPair<V, T> Both(V value) => new() { first = value, second = value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator +(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = a.first + b.first, second = a.second + b.second };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator -(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = a.first - b.first, second = a.second - b.second };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator *(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = a.first * b.first, second = a.second * b.second };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator /(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = a.first / b.first, second = a.second / b.second };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator &(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = a.first & b.first, second = a.second & b.second };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator |(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = a.first | b.first, second = a.second | b.second };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator ^(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = a.first ^ b.first, second = a.second ^ b.second };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator -(ClassPair<V, T> a) => new() { first = -a.first, second = -a.second };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator ~(ClassPair<V, T> a) => new() { first = ~a.first, second = ~a.second };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Create(double value) => Both(V.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> ClassIndex(int c) => new() { first = V.Create(c), second = V.Create(c + 1) };

    /// <summary>One number for both classes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Broadcast(T* address) => Both(V.Broadcast(address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> OfClasses(Pointer<T> address) =>
        new() { first = V.Broadcast(address), second = V.Broadcast(address + 1) };

    /// <summary>The same pixels for both classes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Load(T* address) => Both(V.Load(address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Load(Pointer<T> address, nint stride) =>
        new() { first = V.Load(address), second = V.Load(address + stride) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ClassPair<V, T> value, T* address) =>
        throw new NotSupportedException("Two classes have two rows: Store(value, address, stride).");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ClassPair<V, T> value, Pointer<T> address, bool isStreamed) => Store(value, address.Address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ClassPair<V, T> value, Pointer<T> address, nint stride)
    {
        V.Store(value.first, address);
        V.Store(value.second, address + stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ClassPair<V, T> value, Pointer<T> address, nint stride, bool isStreamed)
    {
        V.Store(value.first, address, isStreamed);
        V.Store(value.second, address + stride, isStreamed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddToRow(ClassPair<V, T> value, Pointer<T> row, bool isFirst) =>
        V.Store((isFirst ? value.first : V.Load(row) + value.first) + value.second, row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAddToRow(ClassPair<V, T> a, ClassPair<V, T> b, Pointer<T> row, bool isFirst) =>
        V.Store(V.MultiplyAdd(a.second, b.second, V.MultiplyAdd(a.first, b.first, isFirst ? V.Zero : V.Load(row))), row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> MultiplyAdd(ClassPair<V, T> a, ClassPair<V, T> b, ClassPair<V, T> c) =>
        new() { first = V.MultiplyAdd(a.first, b.first, c.first), second = V.MultiplyAdd(a.second, b.second, c.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Select(ClassPair<V, T> mask, ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = V.Select(mask.first, a.first, b.first), second = V.Select(mask.second, a.second, b.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> SelectEqual(ClassPair<V, T> a, ClassPair<V, T> b, ClassPair<V, T> x, ClassPair<V, T> y) =>
        new() { first = V.SelectEqual(a.first, b.first, x.first, y.first), second = V.SelectEqual(a.second, b.second, x.second, y.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> SelectLessOrEqual(ClassPair<V, T> a, ClassPair<V, T> b, ClassPair<V, T> x, ClassPair<V, T> y) =>
        new()
        {
            first = V.SelectLessOrEqual(a.first, b.first, x.first, y.first),
            second = V.SelectLessOrEqual(a.second, b.second, x.second, y.second),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> MaskEqual(ClassPair<V, T> a, ClassPair<V, T> b, ClassPair<V, T> x) =>
        new() { first = V.MaskEqual(a.first, b.first, x.first), second = V.MaskEqual(a.second, b.second, x.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> AddWhereEqual(ClassPair<V, T> a, ClassPair<V, T> b, ClassPair<V, T> x, ClassPair<V, T> sum) =>
        new()
        {
            first = V.AddWhereEqual(a.first, b.first, x.first, sum.first),
            second = V.AddWhereEqual(a.second, b.second, x.second, sum.second),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Equal(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = V.Equal(a.first, b.first), second = V.Equal(a.second, b.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Less(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = V.Less(a.first, b.first), second = V.Less(a.second, b.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> LessOrEqual(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = V.LessOrEqual(a.first, b.first), second = V.LessOrEqual(a.second, b.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Greater(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = V.Greater(a.first, b.first), second = V.Greater(a.second, b.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> GreaterOrEqual(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = V.GreaterOrEqual(a.first, b.first), second = V.GreaterOrEqual(a.second, b.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Min(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = V.Min(a.first, b.first), second = V.Min(a.second, b.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Max(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = V.Max(a.first, b.first), second = V.Max(a.second, b.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> MinNative(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = V.MinNative(a.first, b.first), second = V.MinNative(a.second, b.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> MaxNative(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = V.MaxNative(a.first, b.first), second = V.MaxNative(a.second, b.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Abs(ClassPair<V, T> x) => new() { first = V.Abs(x.first), second = V.Abs(x.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Sqrt(ClassPair<V, T> x) => new() { first = V.Sqrt(x.first), second = V.Sqrt(x.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Round(ClassPair<V, T> x) =>
        new() { first = V.Round(x.first), second = V.Round(x.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> AddBits(ClassPair<V, T> a, ClassPair<V, T> b) =>
        new() { first = V.AddBits(a.first, b.first), second = V.AddBits(a.second, b.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> ToExponent(ClassPair<V, T> a) =>
        new() { first = V.ToExponent(a.first), second = V.ToExponent(a.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> FromExponent(ClassPair<V, T> a) =>
        new() { first = V.FromExponent(a.first), second = V.FromExponent(a.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Bits(long pattern) => Both(V.Bits(pattern));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> ReciprocalAtLeastOne(ClassPair<V, T> x) =>
        new() { first = V.ReciprocalAtLeastOne(x.first), second = V.ReciprocalAtLeastOne(x.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> ExpNonPositive(ClassPair<V, T> x) =>
        new() { first = V.ExpNonPositive(x.first), second = V.ExpNonPositive(x.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Lgamma(ClassPair<V, T> x) => new() { first = V.Lgamma(x.first), second = V.Lgamma(x.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Digamma(ClassPair<V, T> x) => new() { first = V.Digamma(x.first), second = V.Digamma(x.second) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Trigamma(ClassPair<V, T> x) => new() { first = V.Trigamma(x.first), second = V.Trigamma(x.second) };
}
