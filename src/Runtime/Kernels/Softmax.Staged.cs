using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Kernels;

/// <summary>Copies of a tile's logits, made while the tile before it was computed. They belong to one pass of one thread.</summary>
internal unsafe struct Staging<T>
    where T : unmanaged
{
    /// <summary>Where the logits lie that were copied; null where none were.</summary>
    public T* Logits;

    /// <summary>The copies, a row a class.</summary>
    public T* Rows;

    /// <summary>The largest logit of each pixel.</summary>
    public T* Maximum;
}

/// <content>
/// Many classes: while the exponentials of a tile are computed, the logits of the next are read. The rows of an image whose extents are powers of two fall into the same cache sets, so that they cannot
/// be fetched ahead into a cache: they would drive each other out. A copy stays, and reading fills the time in which exponentials leave the units for memory idle.
/// </content>
public static unsafe partial class Softmax
{
    private static void Staged<T, V, E>(ref Tile<T> tile, Pointer<T> exponentials, Pointer<T> normaliser, Pointer<T> maximum, Pointer<T> labelExponent)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where E : struct, IExponential<E, V>
    {
        Staging<T>* staging = tile.Staging;
        if (staging->Logits != tile.Logits.Address)
            Gather<T, V>(ref tile, staging->Rows, staging->Maximum);
        if (!labelExponent.IsNull)
            PickLabels<T, V>(ref tile, staging->Rows, staging->Maximum, labelExponent);
        if (!maximum.IsNull)
            new ReadOnlySpan<T>(staging->Maximum, tile.Pixels).CopyTo(new Span<T>(maximum, tile.Pixels));
        if (tile.Ahead.IsNull)
            Many<T, V, E>(ref tile, staging->Rows, exponentials, normaliser, staging->Maximum);
        else
            ManyAndNext<T, V, E>(ref tile, staging->Rows, staging->Maximum, exponentials, normaliser);
        staging->Logits = tile.Ahead;
    }

    // Each number is read from its row, and the one that the next tile has in its place is put there. Sums in the order of Many.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ManyAndNext<T, V, E>(ref Tile<T> tile, T* staged, T* max, T* rows, T* normaliser)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where E : struct, IExponential<E, V>
    {
        E exponential = E.Load();
        int pixels = tile.Pixels, width = tile.Width, classes = tile.Classes;
        nint stride = tile.LogitStride, gradientStride = tile.GradientStride;
        T* ahead = tile.Ahead, gradientAhead = tile.GradientAhead;
        for (nint i = 0; i < pixels; i += V.Count)
        {
            V largest = V.Load(max + i), nextLargest = V.Create(double.NegativeInfinity), sum = V.Zero, block = V.Zero;
            T* from = ahead + i, stage = staged + i, to = rows + i, line = LineAhead(ahead + pixels, i), gradientLine = LineAhead(gradientAhead, i);
            int c = 0;
            for (; c <= classes - 2; c += 2, from += 2 * stride, stage += 2 * width, to += 2 * width)
            {
                V x0 = V.Load(stage), x1 = V.Load(stage + width), y0 = V.Load(from), y1 = V.Load(from + stride);
                V.Store(y0, stage);
                V.Store(y1, stage + width);
                nextLargest = V.MaxNative(nextLargest, V.MaxNative(y0, y1));
                V e0 = exponential.Of(x0 - largest), e1 = exponential.Of(x1 - largest);
                V.Store(e0, to);
                V.Store(e1, to + width);
                block += e0 + e1;
                if ((c & (Block - 1)) == Block - 2)
                {
                    sum += block;
                    block = V.Zero;
                }

                Fetch(line, stride, 2);
                Fetch(gradientLine, gradientStride, 2);
                line = line == null ? null : line + (2 * stride);
                gradientLine = gradientLine == null ? null : gradientLine + (2 * gradientStride);
            }

            if (c < classes)
            {
                V x = V.Load(stage), y = V.Load(from), e = exponential.Of(x - largest);
                V.Store(y, stage);
                nextLargest = V.MaxNative(nextLargest, y);
                V.Store(e, to);
                block += e;
                Fetch(line, stride, 1);
                Fetch(gradientLine, gradientStride, 1);
            }

            V.Store(nextLargest, max + i);
            V.Store(sum + block, normaliser + i);
        }
    }
}
