using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace LossGen.Kernels;

/// <summary>
/// What every softmax loss begins a tile with, written once and by hand because most of its time goes here: the maximum of each pixel's logits, exp(x - maximum) of each
/// class, and their sum. Rows have <see cref="Tile{T}.Width"/> elements; those of the classes follow each other.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class Softmax
{
    /// <summary>Fills the rows of a tile.</summary>
    /// <param name="tile">The tile: its logits are read once.</param>
    /// <param name="exponentials">exp(x - maximum), a row a class.</param>
    /// <param name="normaliser">Their sum over the classes.</param>
    /// <param name="maximum">The largest logit; null where it is not needed.</param>
    /// <param name="labelLogit">The logit of the label's class, 0 where the label is none; null where it is not needed.</param>
    public static void Exponentials<T, V>(ref Tile<T> tile, Pointer<T> exponentials, Pointer<T> normaliser, Pointer<T> maximum, Pointer<T> labelLogit)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        switch (tile.Classes)
        {
            case 2:
                Two<T, V>(ref tile, exponentials, normaliser, maximum, labelLogit);
                break;
            case 3:
                Three<T, V>(ref tile, exponentials, normaliser, maximum, labelLogit);
                break;
            case 4:
                Four<T, V>(ref tile, exponentials, normaliser, maximum, labelLogit);
                break;
            default:
                Gather<T, V>(ref tile, exponentials, maximum, normaliser);
                if (!labelLogit.IsNull)
                    PickLabels<T, V>(ref tile, exponentials, labelLogit);
                Many<T, V>(ref tile, exponentials, maximum, normaliser);
                break;
        }
    }

    // One of the two exponentials is 1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two<T, V>(ref Tile<T> tile, T* exponentials, T* normaliser, T* maximum, T* labelLogit)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        int pixels = tile.Pixels;
        T* x = tile.Logits, y = x + tile.LogitStride, labels = tile.Labels, second = exponentials + tile.Width;
        for (nint i = 0; i < pixels; i += V.Count)
        {
            V x0 = V.Load(x + i), x1 = V.Load(y + i);
            V e = V.ExpNonPositive(-V.Abs(x0 - x1));
            V.Store(V.Select(V.GreaterOrEqual(x0, x1), V.One, e), exponentials + i);
            V.Store(V.Select(V.GreaterOrEqual(x1, x0), V.One, e), second + i);
            V.Store(V.One + e, normaliser + i);
            if (maximum != null)
                V.Store(V.MaxNative(x0, x1), maximum + i);
            if (labelLogit != null)
            {
                V label = V.Load(labels + i);
                V.Store((V.Equal(label, V.Zero) & x0) | (V.Equal(label, V.One) & x1), labelLogit + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Three<T, V>(ref Tile<T> tile, T* exponentials, T* normaliser, T* maximum, T* labelLogit)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        int pixels = tile.Pixels, width = tile.Width;
        nint stride = tile.LogitStride;
        T* x = tile.Logits, y = x + stride, z = y + stride, labels = tile.Labels;
        for (nint i = 0; i < pixels; i += V.Count)
        {
            V x0 = V.Load(x + i), x1 = V.Load(y + i), x2 = V.Load(z + i);
            V max = V.MaxNative(V.MaxNative(x0, x1), x2);
            if (labelLogit != null)
            {
                V label = V.Load(labels + i);
                V.Store((V.Equal(label, V.Zero) & x0) | (V.Equal(label, V.One) & x1) | (V.Equal(label, V.Create(2)) & x2), labelLogit + i);
            }

            if (maximum != null)
                V.Store(max, maximum + i);

            V e0 = V.ExpNonPositive(x0 - max), e1 = V.ExpNonPositive(x1 - max), e2 = V.ExpNonPositive(x2 - max);
            V.Store(e0, exponentials + i);
            V.Store(e1, exponentials + width + i);
            V.Store(e2, exponentials + (2 * width) + i);
            V.Store(e0 + e1 + e2, normaliser + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<T, V>(ref Tile<T> tile, T* exponentials, T* normaliser, T* maximum, T* labelLogit)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        int pixels = tile.Pixels, width = tile.Width;
        nint stride = tile.LogitStride;
        T* x = tile.Logits, labels = tile.Labels;
        for (nint i = 0; i < pixels; i += V.Count)
        {
            T* at = x + i;
            V x0 = V.Load(at), x1 = V.Load(at + stride), x2 = V.Load(at + (2 * stride)), x3 = V.Load(at + (3 * stride));
            V max = V.MaxNative(V.MaxNative(x0, x1), V.MaxNative(x2, x3));
            if (labelLogit != null)
            {
                V label = V.Load(labels + i);
                V low = (V.Equal(label, V.Zero) & x0) | (V.Equal(label, V.One) & x1);
                V high = (V.Equal(label, V.Create(2)) & x2) | (V.Equal(label, V.Create(3)) & x3);
                V.Store(low | high, labelLogit + i);
            }

            if (maximum != null)
                V.Store(max, maximum + i);
            T* to = exponentials + i;
            V e0 = V.ExpNonPositive(x0 - max);
            V.Store(e0, to);
            V e1 = V.ExpNonPositive(x1 - max);
            V.Store(e1, to + width);
            V e2 = V.ExpNonPositive(x2 - max);
            V.Store(e2, to + (2 * width));
            V e3 = V.ExpNonPositive(x3 - max);
            V.Store(e3, to + (3 * width));
            V.Store((e0 + e1) + (e2 + e3), normaliser + i);
        }
    }

    // The logits into rows that do not fall into the same cache sets, as those of large images do, and their maximum into its row, or that of the normaliser. Classes in
    // the outer loop: a line is read as a whole before others of its set drive it out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather<T, V>(ref Tile<T> tile, T* rows, T* maximum, T* spare)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        int pixels = tile.Pixels, width = tile.Width, classes = tile.Classes, c = 0;
        nint stride = tile.LogitStride;
        T* x = tile.Logits, to = rows, max = maximum == null ? spare : maximum;
        for (nint i = 0; i < pixels; i += V.Count)
            V.Store(V.Create(double.NegativeInfinity), max + i);
        for (; c <= classes - 4; c += 4, x += 4 * stride, to += 4 * width)
        {
            T* second = x + stride, third = second + stride, fourth = third + stride;
            for (nint i = 0; i < pixels; i += V.Count)
            {
                V x0 = V.Load(x + i), x1 = V.Load(second + i), x2 = V.Load(third + i), x3 = V.Load(fourth + i);
                V.Store(x0, to + i);
                V.Store(x1, to + width + i);
                V.Store(x2, to + (2 * width) + i);
                V.Store(x3, to + (3 * width) + i);
                V.Store(V.MaxNative(V.Load(max + i), V.MaxNative(V.MaxNative(x0, x1), V.MaxNative(x2, x3))), max + i);
            }
        }

        for (; c < classes; c++, x += stride, to += width)
        {
            for (nint i = 0; i < pixels; i += V.Count)
            {
                V x0 = V.Load(x + i);
                V.Store(x0, to + i);
                V.Store(V.MaxNative(V.Load(max + i), x0), max + i);
            }
        }
    }

    private static void PickLabels<T, V>(ref Tile<T> tile, T* rows, T* labelLogit)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        int pixels = tile.Pixels, width = tile.Width;
        T* labels = tile.Labels;
        for (int i = 0; i < pixels; i++)
        {
            int label = typeof(T) == typeof(float) ? (int)((float*)labels)[i] : (int)((double*)labels)[i];
            labelLogit[i] = label < 0 ? default : rows[(label * width) + i];
        }
    }

    // The exponentials in the place of the logits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Many<T, V>(ref Tile<T> tile, T* rows, T* maximum, T* normaliser)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        int pixels = tile.Pixels, width = tile.Width, classes = tile.Classes;
        T* max = maximum == null ? normaliser : maximum;
        for (nint i = 0; i < pixels; i += V.Count)
        {
            V largest = V.Load(max + i), sum = V.Zero;
            T* at = rows + i;
            int c = 0;
            for (; c <= classes - 4; c += 4, at += 4 * width)
            {
                V e0 = V.ExpNonPositive(V.Load(at) - largest);
                V.Store(e0, at);
                V e1 = V.ExpNonPositive(V.Load(at + width) - largest);
                V.Store(e1, at + width);
                V e2 = V.ExpNonPositive(V.Load(at + (2 * width)) - largest);
                V.Store(e2, at + (2 * width));
                V e3 = V.ExpNonPositive(V.Load(at + (3 * width)) - largest);
                V.Store(e3, at + (3 * width));
                sum += (e0 + e1) + (e2 + e3);
            }

            for (; c < classes; c++, at += width)
            {
                V e = V.ExpNonPositive(V.Load(at) - largest);
                V.Store(e, at);
                sum += e;
            }

            V.Store(sum, normaliser + i);
        }
    }
}
