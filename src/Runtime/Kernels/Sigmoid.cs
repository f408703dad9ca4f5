using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using LossGen.Simd;

namespace LossGen.Kernels;

/// <summary>What every sigmoid loss begins a class of a tile with.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class Sigmoid
{
    /// <summary>
    /// exp(-|x|) of adjacent logits. A method of its own, since it is a loop of its own: the exponentials of several registers run side by
    /// side.
    /// </summary>
    /// <param name="x">The logits.</param>
    /// <param name="exponentials">Room for as many.</param>
    /// <param name="pixels">How many; a multiple of the register's lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exponentials<T, V>(Pointer<T> x, Pointer<T> exponentials, nint pixels)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        if (typeof(V) == typeof(V512<float>) && Avx512F.IsSupported)
            Fill<float, V512<float>, TableExponential>((float*)x.Address, (float*)exponentials.Address, pixels);
        else
            Fill<T, V, PlainExponential<T, V>>(x, exponentials, pixels);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill<T, V, E>(T* from, T* to, nint pixels)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where E : struct, IExponential<E, V>
    {
        E exponential = E.Load();
        for (nint i = 0; i < pixels; i += V.Count)
            V.Store(exponential.Of(V.NegativeAbs(V.Load(from + i))), to + i);
    }
}
