using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace LossGen.Kernels;

/// <summary>What every sigmoid loss begins a class of a tile with.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class Sigmoid
{
    /// <summary>
    /// exp(-|x|) of adjacent logits. A method of its own, since it is a loop of its own: the exponentials of several registers run side by side.
    /// </summary>
    /// <param name="x">The logits.</param>
    /// <param name="exponentials">Room for as many.</param>
    /// <param name="pixels">How many; a multiple of the register's lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Exponentials<T, V>(Pointer<T> x, Pointer<T> exponentials, nint pixels)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        T* from = x, to = exponentials;
        for (nint i = 0; i < pixels; i += V.Count)
            V.Store(V.ExpNonPositive(V.NegativeAbs(V.Load(from + i))), to + i);
    }
}
