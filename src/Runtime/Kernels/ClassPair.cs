using System.Runtime.CompilerServices;

namespace LossGen.Kernels;

/// <summary>
/// The same pixels of two adjacent classes, in a register each: what the classes share - labels, rows without a class axis - is loaded once for both. It has the operations of a register, so that a
/// loop over the classes is written once for single classes and pairs.
/// </summary>
/// <typeparam name="V">The register.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
public readonly unsafe struct ClassPair<V, T>(V first, V second) : IVector<ClassPair<V, T>, T>
    where V : struct, IVector<V, T>
    where T : unmanaged
{
    private readonly V first = first;
    private readonly V second = second;

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
    private static ClassPair<V, T> Both(V value) => new(value, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator +(ClassPair<V, T> a, ClassPair<V, T> b) => new(a.first + b.first, a.second + b.second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator -(ClassPair<V, T> a, ClassPair<V, T> b) => new(a.first - b.first, a.second - b.second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator *(ClassPair<V, T> a, ClassPair<V, T> b) => new(a.first * b.first, a.second * b.second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator /(ClassPair<V, T> a, ClassPair<V, T> b) => new(a.first / b.first, a.second / b.second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator &(ClassPair<V, T> a, ClassPair<V, T> b) => new(a.first & b.first, a.second & b.second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator |(ClassPair<V, T> a, ClassPair<V, T> b) => new(a.first | b.first, a.second | b.second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator ^(ClassPair<V, T> a, ClassPair<V, T> b) => new(a.first ^ b.first, a.second ^ b.second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator -(ClassPair<V, T> a) => new(-a.first, -a.second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> operator ~(ClassPair<V, T> a) => new(~a.first, ~a.second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Create(double value) => Both(V.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> ClassIndex(int c) => new(V.Create(c), V.Create(c + 1));

    /// <summary>One number for both classes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Broadcast(T* address) => Both(V.Broadcast(address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> OfClasses(Pointer<T> address) => new(V.Broadcast(address), V.Broadcast(address + 1));

    /// <summary>The same pixels for both classes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Load(T* address) => Both(V.Load(address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Load(Pointer<T> address, nint stride) => new(V.Load(address), V.Load(address + stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ClassPair<V, T> value, T* address) => throw new NotSupportedException("Two classes have two rows: Store(value, address, stride).");

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
        new(V.MultiplyAdd(a.first, b.first, c.first), V.MultiplyAdd(a.second, b.second, c.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Select(ClassPair<V, T> mask, ClassPair<V, T> a, ClassPair<V, T> b) =>
        new(V.Select(mask.first, a.first, b.first), V.Select(mask.second, a.second, b.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> SelectEqual(ClassPair<V, T> a, ClassPair<V, T> b, ClassPair<V, T> x, ClassPair<V, T> y) =>
        new(V.SelectEqual(a.first, b.first, x.first, y.first), V.SelectEqual(a.second, b.second, x.second, y.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> SelectLessOrEqual(ClassPair<V, T> a, ClassPair<V, T> b, ClassPair<V, T> x, ClassPair<V, T> y) =>
        new(V.SelectLessOrEqual(a.first, b.first, x.first, y.first), V.SelectLessOrEqual(a.second, b.second, x.second, y.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> MaskEqual(ClassPair<V, T> a, ClassPair<V, T> b, ClassPair<V, T> x) =>
        new(V.MaskEqual(a.first, b.first, x.first), V.MaskEqual(a.second, b.second, x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> AddWhereEqual(ClassPair<V, T> a, ClassPair<V, T> b, ClassPair<V, T> x, ClassPair<V, T> sum) =>
        new(V.AddWhereEqual(a.first, b.first, x.first, sum.first), V.AddWhereEqual(a.second, b.second, x.second, sum.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Equal(ClassPair<V, T> a, ClassPair<V, T> b) => new(V.Equal(a.first, b.first), V.Equal(a.second, b.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> NotEqual(ClassPair<V, T> a, ClassPair<V, T> b) => new(V.NotEqual(a.first, b.first), V.NotEqual(a.second, b.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Less(ClassPair<V, T> a, ClassPair<V, T> b) => new(V.Less(a.first, b.first), V.Less(a.second, b.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> LessOrEqual(ClassPair<V, T> a, ClassPair<V, T> b) => new(V.LessOrEqual(a.first, b.first), V.LessOrEqual(a.second, b.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Greater(ClassPair<V, T> a, ClassPair<V, T> b) => new(V.Greater(a.first, b.first), V.Greater(a.second, b.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> GreaterOrEqual(ClassPair<V, T> a, ClassPair<V, T> b) => new(V.GreaterOrEqual(a.first, b.first), V.GreaterOrEqual(a.second, b.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Min(ClassPair<V, T> a, ClassPair<V, T> b) => new(V.Min(a.first, b.first), V.Min(a.second, b.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Max(ClassPair<V, T> a, ClassPair<V, T> b) => new(V.Max(a.first, b.first), V.Max(a.second, b.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> MinNative(ClassPair<V, T> a, ClassPair<V, T> b) => new(V.MinNative(a.first, b.first), V.MinNative(a.second, b.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> MaxNative(ClassPair<V, T> a, ClassPair<V, T> b) => new(V.MaxNative(a.first, b.first), V.MaxNative(a.second, b.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Pow(ClassPair<V, T> x, ClassPair<V, T> y) => new(V.Pow(x.first, y.first), V.Pow(x.second, y.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Abs(ClassPair<V, T> x) => new(V.Abs(x.first), V.Abs(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> NegativeAbs(ClassPair<V, T> x) => new(V.NegativeAbs(x.first), V.NegativeAbs(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Sign(ClassPair<V, T> x) => new(V.Sign(x.first), V.Sign(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Sqrt(ClassPair<V, T> x) => new(V.Sqrt(x.first), V.Sqrt(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Exp(ClassPair<V, T> x) => new(V.Exp(x.first), V.Exp(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> ExpNonPositive(ClassPair<V, T> x) => new(V.ExpNonPositive(x.first), V.ExpNonPositive(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Log(ClassPair<V, T> x) => new(V.Log(x.first), V.Log(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Log1p(ClassPair<V, T> x) => new(V.Log1p(x.first), V.Log1p(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> LogAtLeastOne(ClassPair<V, T> x) => new(V.LogAtLeastOne(x.first), V.LogAtLeastOne(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Log1pOfUnit(ClassPair<V, T> x) => new(V.Log1pOfUnit(x.first), V.Log1pOfUnit(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Expm1(ClassPair<V, T> x) => new(V.Expm1(x.first), V.Expm1(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Tanh(ClassPair<V, T> x) => new(V.Tanh(x.first), V.Tanh(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Atan(ClassPair<V, T> x) => new(V.Atan(x.first), V.Atan(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Erf(ClassPair<V, T> x) => new(V.Erf(x.first), V.Erf(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Lgamma(ClassPair<V, T> x) => new(V.Lgamma(x.first), V.Lgamma(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Digamma(ClassPair<V, T> x) => new(V.Digamma(x.first), V.Digamma(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Trigamma(ClassPair<V, T> x) => new(V.Trigamma(x.first), V.Trigamma(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Sinh(ClassPair<V, T> x) => new(V.Sinh(x.first), V.Sinh(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Cosh(ClassPair<V, T> x) => new(V.Cosh(x.first), V.Cosh(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Sigmoid(ClassPair<V, T> x) => new(V.Sigmoid(x.first), V.Sigmoid(x.second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ClassPair<V, T> Softplus(ClassPair<V, T> x) => new(V.Softplus(x.first), V.Softplus(x.second));
}
