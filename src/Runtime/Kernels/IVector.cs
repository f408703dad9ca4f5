using System.Numerics;
using System.Runtime.CompilerServices;
using LossGen.Simd;

namespace LossGen.Kernels;

/// <summary>
/// A register of adjacent pixels. Generated kernels are generic over it, so that one text serves every width and precision. A
/// comparison yields a mask: all bits of a lane set, or none.
/// </summary>
/// <typeparam name="V">The implementing type.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
public unsafe interface IVector<V, T> :
    IAdditionOperators<V, V, V>, ISubtractionOperators<V, V, V>, IMultiplyOperators<V, V, V>, IDivisionOperators<V, V, V>,
    IUnaryNegationOperators<V, V>, IBitwiseOperators<V, V, V>
    where V : struct, IVector<V, T>
    where T : unmanaged
{
    /// <summary>The number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>How many classes it holds the pixels of: 1, or 2 in a <see cref="ClassPair{V, T}"/>.</summary>
    static virtual int Classes => 1;

    /// <summary>All lanes 0.</summary>
    static abstract V Zero { get; }

    /// <summary>All lanes 1.</summary>
    static abstract V One { get; }

    /// <summary>All bits set.</summary>
    static abstract V AllTrue { get; }

    /// <summary>All lanes the same number.</summary>
    static abstract V Create(double value);

    /// <summary>All lanes the index of a class, from <paramref name="c"/> on where there are several.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V ClassIndex(int c) => V.Create(c);

    /// <summary>All lanes the number of the class, of those that lie at an address for class after class.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V OfClasses(Pointer<T> address) => V.Broadcast(address);

    /// <summary>All lanes the number stored at an address.</summary>
    internal static abstract V Broadcast(T* address);

    /// <summary>Loads adjacent numbers; the address needs no alignment.</summary>
    internal static abstract V Load(T* address);

    /// <summary>Stores adjacent numbers; the address needs no alignment.</summary>
    internal static abstract void Store(V value, T* address);

    /// <inheritdoc cref="Broadcast(T*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Broadcast(Pointer<T> address) => V.Broadcast(address.Address);

    /// <inheritdoc cref="Load(T*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Load(Pointer<T> address) => V.Load(address.Address);

    /// <inheritdoc cref="Store(V, T*)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual void Store(V value, Pointer<T> address) => V.Store(value, address.Address);

    /// <summary>
    /// Stores adjacent numbers, <paramref name="isStreamed"/> past the caches: the address is then a multiple of the register's bytes.
    /// </summary>
    static abstract void Store(V value, Pointer<T> address, bool isStreamed);

    /// <summary>Loads the pixels of each class, whose rows are <paramref name="stride"/> elements apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Load(Pointer<T> address, nint stride) => V.Load(address);

    /// <summary>Stores the pixels of each class, whose rows are <paramref name="stride"/> elements apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual void Store(V value, Pointer<T> address, nint stride) => V.Store(value, address);

    /// <inheritdoc cref="Store(V, Pointer{T}, nint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual void Store(V value, Pointer<T> address, nint stride, bool isStreamed) => V.Store(value, address, isStreamed);

    /// <summary>Adds each class's pixels to a row that all classes share; the first of all begins it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual void AddToRow(V value, Pointer<T> row, bool isFirst) => V.Store(isFirst ? value : V.Load(row) + value, row);

    /// <summary>Likewise adds a * b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual void MultiplyAddToRow(V a, V b, Pointer<T> row, bool isFirst) =>
        V.Store(V.MultiplyAdd(a, b, isFirst ? V.Zero : V.Load(row)), row);

    /// <summary>a * b + c, rounded once where the machine has it.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>For each lane <paramref name="a"/> where the mask is set, else <paramref name="b"/>.</summary>
    static abstract V Select(V mask, V a, V b);

    /// <summary>For each lane <paramref name="x"/> where a = b, else <paramref name="y"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V SelectEqual(V a, V b, V x, V y) => V.Select(V.Equal(a, b), x, y);

    /// <summary>For each lane <paramref name="x"/> where a is at most b, else <paramref name="y"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V SelectLessOrEqual(V a, V b, V x, V y) => V.Select(V.LessOrEqual(a, b), x, y);

    /// <summary>For each lane <paramref name="x"/> where a = b, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V MaskEqual(V a, V b, V x) => V.Equal(a, b) & x;

    /// <summary>For each lane <paramref name="sum"/>, with <paramref name="x"/> added where a = b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V AddWhereEqual(V a, V b, V x, V sum) => sum + (V.Equal(a, b) & x);

    static abstract V Equal(V a, V b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V NotEqual(V a, V b) => ~V.Equal(a, b);

    static abstract V Less(V a, V b);

    static abstract V LessOrEqual(V a, V b);

    internal static abstract V Greater(V a, V b);

    static abstract V GreaterOrEqual(V a, V b);

    /// <summary>The smaller; NaN if either is NaN.</summary>
    static abstract V Min(V a, V b);

    /// <summary>The larger; NaN if either is NaN.</summary>
    static abstract V Max(V a, V b);

    /// <summary>
    /// The smaller by the machine's one instruction: NaN if <paramref name="b"/> is; if only <paramref name="a"/> is, either.
    /// </summary>
    static abstract V MinNative(V a, V b);

    /// <summary>
    /// The larger by the machine's one instruction: NaN if <paramref name="b"/> is; if only <paramref name="a"/> is, either.
    /// </summary>
    static abstract V MaxNative(V a, V b);

    static abstract V Abs(V x);

    /// <summary>-|x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V NegativeAbs(V x) => x | V.Create(-0.0);

    /// <summary>-1, 0 or 1; NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Sign(V x) => VectorMath<V, T>.Sign(x);

    static abstract V Sqrt(V x);

    /// <summary>
    /// Fills a tile's rows of a softmax, in registers of the width that suits it: <see cref="Softmax.Exponentials{T, V}"/>.
    /// </summary>
    static virtual void Exponentials(
        ref Tile<T> tile, Pointer<T> exponentials, Pointer<T> normaliser,
        Pointer<T> maximum = default, Pointer<T> labelExponent = default, Pointer<T> others = default) =>
        Softmax.Exponentials<T, V>(ref tile, exponentials, normaliser, maximum, labelExponent, others);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Exp(V x) => VectorMath<V, T>.Exp(x);

    /// <summary>exp(x) for x at most 0 (or NaN): what a softmax needs after its maximum is taken off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V ExpNonPositive(V x) => VectorMath<V, T>.ExpNonPositive(x);

    /// <summary><see cref="ExpNonPositive"/> of each in its place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual void FourExpNonPositive(ref V x0, ref V x1, ref V x2, ref V x3)
    {
        x0 = V.ExpNonPositive(x0);
        x1 = V.ExpNonPositive(x1);
        x2 = V.ExpNonPositive(x2);
        x3 = V.ExpNonPositive(x3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Log(V x) => VectorMath<V, T>.Log(x);

    /// <summary>log(1 + x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Log1p(V x) => VectorMath<V, T>.Log1p(x);

    /// <summary>1 / x for x from 1 to 2^100 (or NaN). At most 0.6 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V ReciprocalAtLeastOne(V x) => V.One / x;

    /// <summary>log(x) for finite x from 1. At most 1 ulp; NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V LogAtLeastOne(V x) => VectorMath<V, T>.LogAtLeastOne(x);

    /// <summary>log(1 + x) for x from 0 to 1. At most 1.5 ulp; NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Log1pOfUnit(V x) => VectorMath<V, T>.Log1pOfUnit(x);

    /// <summary>exp(x) - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Expm1(V x) => VectorMath<V, T>.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Tanh(V x) => VectorMath<V, T>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Atan(V x) => VectorMath<V, T>.Atan(x);

    /// <summary>The error function.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Erf(V x) => VectorMath<V, T>.Erf(x);

    /// <summary>log |gamma(x)|, number by number.</summary>
    static virtual V Lgamma(V x) => ByLane.Map<V, T, ByLane.Lgamma>(x);

    /// <summary>The derivative of <see cref="Lgamma"/>, number by number.</summary>
    static virtual V Digamma(V x) => ByLane.Map<V, T, ByLane.Digamma>(x);

    /// <summary>The derivative of <see cref="Digamma"/>, number by number.</summary>
    static virtual V Trigamma(V x) => ByLane.Map<V, T, ByLane.Trigamma>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Sinh(V x) => VectorMath<V, T>.Sinh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Cosh(V x) => VectorMath<V, T>.Cosh(x);

    /// <summary>
    /// log(cosh(x)): log(1 + 2 sinh(x / 2)^2), which keeps its digits near 0, up to where all but |x| - log 2 is lost. At most 8 ulp.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V LogCosh(V x)
    {
        V magnitude = V.Abs(x), sinh = V.Sinh(magnitude * V.Create(0.5));
        return V.Select(V.Less(magnitude, V.Create(40)), V.Log1p(sinh * sinh * V.Create(2)), magnitude - V.Create(0.69314718055994530942));
    }

    /// <summary>x to the power y, by the rules of IEEE 754 pow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Pow(V x, V y) => VectorMath<V, T>.Pow(x, y);

    /// <summary>1 / (1 + exp(-x)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Sigmoid(V x) => VectorMath<V, T>.Sigmoid(x);

    /// <summary>log(1 + exp(x)), without overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Softplus(V x) => VectorMath<V, T>.Softplus(x);

    /// <summary>The nearest whole number, halves to even.</summary>
    internal static abstract V Round(V x);

    /// <summary>All lanes the same bits; float lanes take the low 32.</summary>
    internal static abstract V Bits(long pattern);

    /// <summary>Sum of the lanes' bits as integers, modulo their size. Integers live in the same registers as the numbers.</summary>
    internal static abstract V AddBits(V a, V b);

    /// <summary>
    /// The low bits in the exponent's place. Not a shift by any count: the compiler would not see that it is a constant, and a shift by a
    /// register takes two steps.
    /// </summary>
    internal static abstract V ToExponent(V a);

    /// <summary>The bits of exponent and sign in the lowest place, zeros above.</summary>
    internal static abstract V FromExponent(V a);
}
