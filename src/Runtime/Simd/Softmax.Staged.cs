using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using LossGen.Kernels;

namespace LossGen.Simd;

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

    /// <summary>That of the next tile, while it is copied.</summary>
    public T* NextMaximum;

    /// <summary>The sum of a block of exponentials.</summary>
    public T* Block;
}

/// <content>
/// Many classes: while the exponentials of a tile are computed, the logits of the next are read. The rows of an image whose extents are
/// powers of two fall into the same cache sets, so that they cannot be fetched ahead into a cache: they would drive each other out. A copy
/// stays, and reading fills the time in which exponentials leave the units for memory idle.
/// </content>
internal static unsafe partial class Softmax
{
    // Of fewer classes fetching the next tile's lines is all that it takes.
    private const int CopiedClasses = 8;

    // With more classes the rows of large images drive each other out of the cache before they are read.
    private const int FetchedClasses = 63;

    // Bytes between the classes: so much is read from memory.
    private const long FarApart = 1 << 20;

    // So many tiles beyond the one that is copied: every row begins another page after a few tiles, and an address takes as long to find as
    // a line.
    private const int FetchedTiles = 2;

    // Bytes after which lines fall into the same set of the second-level cache again, in processors with AVX-512.
    private const long SetsRepeat = 128 << 10;

    /// <summary>Whether the next tile's logits are copied while this one's exponentials are computed.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="apart">Bytes between them.</param>
    internal static bool IsCopiedAhead<V>(int classes, long apart) =>
        classes >= (CopiesRows<V>(apart) ? CopiedClasses : ManyClasses);

    /// <summary>Whether lines of the next tile, and of its gradient, are fetched ahead.</summary>
    internal static bool IsFetchedAhead(int classes) => classes <= FetchedClasses;

    /// <summary>
    /// Row after row, where a register, or each of two that go together, is narrower than a cache line, or where rows come from memory;
    /// else line by line of all classes.
    /// </summary>
    internal static bool CopiesRows<V>(long apart) => IsNarrow<V>() || apart >= FarApart;

    /// <summary>A register, or each of two that go together, is narrower than a cache line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsNarrow<V>() => typeof(V) != typeof(V512<float>) && typeof(V) != typeof(V512<double>);

    // So many lines of a gradient fall into each set that they are gone before they are written.
    private static bool AreLost(int classes, long apart) => classes > FetchedClasses * Math.Max(1, SetsRepeat / (apart & -apart));

    private static void Staged<T, V, E>(
        ref Tile<T> tile, Pointer<T> exponentials, Pointer<T> normaliser, Pointer<T> maximum, Pointer<T> labelExponent)
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
        else if (CopiesRows<V>(tile.LogitStride * sizeof(T))
            || (!tile.GradientAhead.IsNull && AreLost(tile.Classes, tile.GradientStride * sizeof(T))))
            RowsAndNext<T, V, E>(ref tile, staging, exponentials, normaliser);
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
            T* from = ahead + i, stage = staged + i, to = rows + i;
            T* line = LineAhead(ahead + pixels, i), gradientLine = LineAhead(gradientAhead, i);
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
                block += e0;
                block += e1;
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

    // Class by class, four at a time, where a register holds less than a line: rows are read along, and none that shares its cache set with
    // too many others is driven out half read. Sums in the order of Many, in memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowsAndNext<T, V, E>(ref Tile<T> tile, Staging<T>* staging, T* rows, T* normaliser)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where E : struct, IExponential<E, V>
    {
        E exponential = E.Load();
        int pixels = tile.Pixels, width = tile.Width, classes = tile.Classes, c = 0;
        nint stride = tile.LogitStride, gradientStride = tile.GradientStride;
        T* max = staging->Maximum, next = staging->NextMaximum, block = staging->Block, stage = staging->Rows, from = tile.Ahead, to = rows;
        T* line = tile.Ahead + (FetchedTiles * pixels), gradientLine = tile.GradientAhead;
        for (; c <= classes - 4; c += 4, from += 4 * stride, stage += 4 * width, to += 4 * width)
        {
            bool isFirst = (c & (Block - 1)) == 0;
            for (nint i = 0; i < pixels; i += V.Count)
            {
                T* at = stage + i, source = from + i, target = to + i;
                V largest = V.Load(max + i);
                V x0 = V.Load(at) - largest, x1 = V.Load(at + width) - largest;
                V x2 = V.Load(at + (2 * width)) - largest, x3 = V.Load(at + (3 * width)) - largest;
                V y0 = V.Load(source), y1 = V.Load(source + stride), y2 = V.Load(source + (2 * stride)), y3 = V.Load(source + (3 * stride));
                V.Store(y0, at);
                V.Store(y1, at + width);
                V.Store(y2, at + (2 * width));
                V.Store(y3, at + (3 * width));
                V highest = V.MaxNative(V.MaxNative(y0, y1), V.MaxNative(y2, y3));
                V.Store(c == 0 ? highest : V.MaxNative(V.Load(next + i), highest), next + i);
                exponential.OfFour(ref x0, ref x1, ref x2, ref x3);
                V.Store(x0, target);
                V.Store(x1, target + width);
                V.Store(x2, target + (2 * width));
                V.Store(x3, target + (3 * width));
                V sum = isFirst ? x0 : V.Load(block + i) + x0;
                V.Store(sum + x1 + x2 + x3, block + i);
                Fetch(LineAhead(line, i), stride, 4);
                Fetch(LineAhead(gradientLine, i), gradientStride, 4);
            }

            line += 4 * stride;
            gradientLine = gradientLine == null ? null : gradientLine + (4 * gradientStride);
            if ((c & (Block - 1)) == Block - 4)
                AddTo<T, V>(block, normaliser, pixels, c < Block);
        }

        for (; c < classes; c++, from += stride, stage += width, to += width)
        {
            bool isFirst = (c & (Block - 1)) == 0;
            for (nint i = 0; i < pixels; i += V.Count)
            {
                V x = V.Load(stage + i), y = V.Load(from + i), e = exponential.Of(x - V.Load(max + i));
                V.Store(y, stage + i);
                V.Store(V.MaxNative(V.Load(next + i), y), next + i);
                V.Store(e, to + i);
                V.Store(isFirst ? e : V.Load(block + i) + e, block + i);
                Fetch(LineAhead(line, i), stride, 1);
                Fetch(LineAhead(gradientLine, i), gradientStride, 1);
            }

            line += stride;
            gradientLine = gradientLine == null ? null : gradientLine + gradientStride;
        }

        if ((classes & (Block - 1)) != 0)
            AddTo<T, V>(block, normaliser, pixels, classes < Block);
        staging->Maximum = next;
        staging->NextMaximum = max;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddTo<T, V>(T* block, T* sums, int pixels, bool isFirst)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        for (nint i = 0; i < pixels; i += V.Count)
            V.Store(isFirst ? V.Load(block + i) : V.Load(sums + i) + V.Load(block + i), sums + i);
    }
}
