using System.ComponentModel;
using System.Runtime.CompilerServices;
using LossGen.Simd;

namespace LossGen.Kernels;

/// <summary>A loop over the classes of a tile: part of a pass, written for registers of one class or of several.</summary>
public interface IClassLoop
{
    /// <summary>
    /// Takes the classes from <paramref name="first"/> to the one before <paramref name="end"/>, as many at a time as <typeparamref
    /// name="V"/> holds.
    /// </summary>
    static abstract void Run<T, V, M>(ref Tile<T> tile, int first, int end)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where M : struct, ITileMask;
}

/// <summary>Runs loops over the classes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ClassLoops
{
    /// <summary>Takes all classes, two at a time where there are registers enough for that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<L, T, V, M>(ref Tile<T> tile)
        where L : struct, IClassLoop
        where T : unmanaged
        where V : struct, IVector<V, T>
        where M : struct, ITileMask
    {
        int classes = tile.Classes, paired = 0;
        if (!Softmax.IsNarrow<V>())
        {
            paired = classes & ~1;
            if (paired > 0)
                L.Run<T, ClassPair<V, T>, M>(ref tile, 0, paired);
        }

        if (paired < classes)
            L.Run<T, V, M>(ref tile, paired, classes);
    }
}
