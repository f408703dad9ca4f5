using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace LossGen.Kernels;

/// <summary>Small steps that every generated kernel shares.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Lanes
{
    /// <summary>Adds to a lane accumulator in memory; those of several classes follow each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<T, V>(Pointer<T> accumulator, V value)
        where T : unmanaged
        where V : struct, IVector<V, T> => V.Store(V.Load(accumulator, V.Count) + value, accumulator, V.Count);

    /// <summary>Puts the larger into a lane accumulator in memory, NaN if either is; those of several classes follow each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Maximum<T, V>(Pointer<T> accumulator, V value)
        where T : unmanaged
        where V : struct, IVector<V, T> => V.Store(V.Max(V.Load(accumulator, V.Count), value), accumulator, V.Count);

    /// <summary>The value where the pixel is valid, else minus infinity. Nothing is left of it in full tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ValidOrLowest<T, V, M>(V value, Pointer<T> valid)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where M : struct, ITileMask => M.IsMasked ? V.Select(V.Load(valid), value, V.Create(double.NegativeInfinity)) : value;

    /// <summary>The value where the pixel is valid, else 0. Nothing is left of it in full tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Valid<T, V, M>(V value, Pointer<T> valid)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where M : struct, ITileMask => M.IsMasked ? V.Load(valid) & value : value;

    /// <summary>The value where the pixel is valid, else 1. Nothing is left of it in full tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ValidOrOne<T, V, M>(V value, Pointer<T> valid)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where M : struct, ITileMask => M.IsMasked ? V.Select(V.Load(valid), value, V.One) : value;

    /// <summary>(1 + excess) * (1 + x) - 1, with no digit lost where both are small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V TimesOnePlus<T, V>(V excess, V x)
        where T : unmanaged
        where V : struct, IVector<V, T> => V.MultiplyAdd(excess, x, excess + x);
}
