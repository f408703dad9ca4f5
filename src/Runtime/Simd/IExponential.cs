using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Simd;

/// <summary>exp(x) for x at most 0 (or NaN), with whatever a loop had better keep in registers.</summary>
/// <typeparam name="E">The implementing type.</typeparam>
/// <typeparam name="V">A register.</typeparam>
internal interface IExponential<E, V>
    where E : struct, IExponential<E, V>
{
    /// <summary>Fetches what a loop keeps.</summary>
    static abstract E Load();

    /// <summary>Of one register.</summary>
    V Of(V x);

    /// <summary>Of each of four in its place.</summary>
    void OfFour(ref V x0, ref V x1, ref V x2, ref V x3);
}

/// <summary>
/// The exponential of a register as it is: <see cref="IVector{V, T}.ExpNonPositive"/>, whose constants are left to the compiler.
/// </summary>
internal readonly struct PlainExponential<T, V> : IExponential<PlainExponential<T, V>, V>
    where T : unmanaged
    where V : struct, IVector<V, T>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainExponential<T, V> Load() => default;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Of(V x) => V.ExpNonPositive(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OfFour(ref V x0, ref V x1, ref V x2, ref V x3) => V.FourExpNonPositive(ref x0, ref x1, ref x2, ref x3);
}
