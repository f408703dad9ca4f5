using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LossGen.Kernels;
using LossGen.Simd;

namespace LossGen.Cpu;

/// <summary>
/// Products of matrices in one precision: C = A * B, or C += A * B. B is packed in panels as wide as two registers. Each number of C is added up in the order of the inner index, whoever computes it, so that
/// the bits do not depend on the number of threads.
/// </summary>
internal static unsafe class MatrixProduct<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Rows of a part: whole blocks of a product, and of a transposition.
    private const int PartRows = 96;

    private const int BlockSide = 16;

    // An inner index of so many is as much work as reading a logit.
    private const int LeastInner = 16;

    /// <summary>Columns of a panel: two of the machine's registers.</summary>
    public static int PanelColumns => 2 * (RegisterWidth.Is512 ? V512<T>.Count : RegisterWidth.Is256 ? V256<T>.Count : V128<T>.Count);

    /// <summary>The numbers that a packed matrix has room for.</summary>
    public static long PackedLength(int inner, int columns) => (long)inner * ((columns + PanelColumns - 1) / PanelColumns * PanelColumns);

    /// <summary>Packs a matrix whose rows are the columns of B: for A * A^T.</summary>
    /// <param name="source">One row for each column of B, without gaps.</param>
    /// <param name="inner">The length of a row.</param>
    /// <param name="columns">The number of rows.</param>
    /// <param name="packed">Receives <see cref="PackedLength"/> numbers.</param>
    public static void PackTransposed(T* source, int inner, int columns, T* packed)
    {
        int width = PanelColumns;
        for (int first = 0; first < columns; first += width)
        {
            int count = Math.Min(width, columns - first);
            T* panel = packed + ((long)first * inner);
            Transposition.Copy(source + ((long)first * inner), inner, count, inner, panel, width);
            for (int k = 0; k < inner && count < width; k++)
                new Span<T>(panel + ((long)k * width) + count, width - count).Clear();
        }
    }

    /// <summary>Packs a matrix as it is.</summary>
    /// <param name="source">The rows of B, without gaps.</param>
    /// <param name="inner">Their number.</param>
    /// <param name="columns">The length of a row.</param>
    /// <param name="packed">Receives <see cref="PackedLength"/> numbers.</param>
    public static void Pack(T* source, int inner, int columns, T* packed)
    {
        int width = PanelColumns;
        for (int first = 0; first < columns; first += width)
        {
            int count = Math.Min(width, columns - first);
            for (int k = 0; k < inner; k++)
            {
                T* to = packed + ((long)first * inner) + ((long)k * width);
                new ReadOnlySpan<T>(source + ((long)k * columns) + first, count).CopyTo(new Span<T>(to, width));
                new Span<T>(to + count, width - count).Clear();
            }
        }
    }

    /// <summary>C = A * B.</summary>
    /// <param name="a">The rows of A, without gaps.</param>
    /// <param name="packed">B.</param>
    /// <param name="c">The rows of C, without gaps.</param>
    /// <param name="rows">The rows of A.</param>
    /// <param name="inner">The length of a row of A.</param>
    /// <param name="columns">The length of a row of C.</param>
    public static void Multiply(T* a, T* packed, T* c, int rows, int inner, int columns) =>
        new Work(Step.Product, a, packed, c, rows, inner, columns).Run((long)rows * inner * columns / LeastInner);

    /// <summary>
    /// C = A * A^T: what lies below the diagonal is computed, and what lies above it is the same to the bit, since both add up the same products in the same order.
    /// </summary>
    /// <param name="a">The rows of A, without gaps.</param>
    /// <param name="packed">A^T.</param>
    /// <param name="c">The rows of C, without gaps.</param>
    /// <param name="side">The rows of A.</param>
    /// <param name="inner">The length of a row of A.</param>
    public static void MultiplyByOwn(T* a, T* packed, T* c, int side, int inner)
    {
        new Work(Step.LowerProduct, a, packed, c, side, inner, side).Run((long)side * inner * side / (2 * LeastInner));
        new Work(Step.Mirror, c, null, null, side, 0, side).Run((long)side * side);
    }

    /// <summary>A + A^T in the place of a square A.</summary>
    /// <param name="a">Its rows, without gaps.</param>
    /// <param name="side">Its rows and columns.</param>
    public static void AddTransposed(T* a, int side) => new Work(Step.AddTransposed, a, null, null, side, 0, side).Run((long)side * side);

    // A + A^T: of each two blocks on both sides of the diagonal by the part that has the first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddTransposed(T* a, int side, int first, int last)
    {
        T* block = stackalloc T[BlockSide * BlockSide];
        for (int row = first; row < last; row += BlockSide)
        {
            int height = Math.Min(BlockSide, last - row);
            for (int column = row; column < side; column += BlockSide)
            {
                int width = Math.Min(BlockSide, side - column);
                T* upper = a + ((long)row * side) + column, lower = a + ((long)column * side) + row;
                Transposition.Copy(lower, side, width, height, block, BlockSide);
                for (int r = 0; r < height; r++)
                    Add(block + (r * BlockSide), upper + ((long)r * side), width);

                if (column != row)
                    Transposition.Copy(upper, side, height, width, lower, side);
            }
        }
    }

    // Above the diagonal what lies below it: rows of blocks, each written by one part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mirror(T* a, int side, int first, int last)
    {
        for (int row = first; row < last; row += BlockSide)
        {
            int height = Math.Min(BlockSide, last - row);
            for (int r = row; r < row + height; r++)
            {
                for (int c = r + 1; c < row + height; c++)
                    a[((long)r * side) + c] = a[((long)c * side) + r];
            }

            for (int column = row + BlockSide; column < side; column += BlockSide)
                Transposition.Copy(a + ((long)column * side) + row, side, Math.Min(BlockSide, side - column), height, a + ((long)row * side) + column, side);
        }
    }

    // As many at a time as any machine has lanes for.
    private static void Add(T* from, T* to, int count)
    {
        int i = 0;
        for (; i + Vector256<T>.Count <= count; i += Vector256<T>.Count)
            (Vector256.Load(from + i) + Vector256.Load(to + i)).Store(to + i);
        for (; i < count; i++)
            to[i] += from[i];
    }

    private static void Rows(T* a, T* packed, T* c, int firstRow, int lastRow, int inner, int columns, bool isLower)
    {
        if (RegisterWidth.Is512)
            MatrixRows<T, V512<T>>.Compute(a, packed, c, firstRow, lastRow, inner, columns, isLower);
        else if (RegisterWidth.Is256)
            MatrixRows<T, V256<T>>.Compute(a, packed, c, firstRow, lastRow, inner, columns, isLower);
        else
            MatrixRows<T, V128<T>>.Compute(a, packed, c, firstRow, lastRow, inner, columns, isLower);
    }

    private enum Step
    {
        Product,
        LowerProduct,
        Mirror,
        AddTransposed,
    }

    private readonly struct Work(Step step, T* a, T* packed, T* c, int rows, int inner, int columns)
    {
        public int Parts => (rows + PartRows - 1) / PartRows;

        public void Run(long size)
        {
            if (BlockPool.IsWorthwhile(Parts, size) && BlockPool.TryEnter())
            {
                Job.RunAndExit(this);
                return;
            }

            for (int part = 0; part < Parts; part++)
                Do(part);
        }

        public void Do(int part)
        {
            int first = part * PartRows, last = Math.Min(rows, first + PartRows);
            if (step == Step.AddTransposed)
                AddTransposed(a, rows, first, last);
            else if (step == Step.Mirror)
                Mirror(a, rows, first, last);
            else
                Rows(a, packed, c, first, last, inner, columns, step == Step.LowerProduct);
        }
    }

    // Parts side by side.
    private sealed class Job : PartsJob
    {
        // Whoever uses it holds the pool.
        private static readonly Job s_only = new();

        private Work work;

        public static void RunAndExit(in Work work)
        {
            s_only.work = work;
            s_only.RunAndExit(work.Parts);
        }

        protected override void Do(int part) => work.Do(part);

        protected override void Clear() => work = default;
    }
}

/// <summary>The product of some rows with a packed matrix, in registers of one width.</summary>
internal static unsafe class MatrixRows<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, IVector<V, T>
{
    /// <summary>Rows whose sums stay in registers, two registers each.</summary>
    private const int Rows = 6;

    /// <summary>The inner index of as much of a panel as stays in the first-level cache.</summary>
    private const int Depth = 256;

    /// <summary>Computes some rows of C.</summary>
    /// <param name="a">The rows of A, without gaps.</param>
    /// <param name="packed">B.</param>
    /// <param name="c">The rows of C, without gaps.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="lastRow">The row behind the last.</param>
    /// <param name="inner">The length of a row of A.</param>
    /// <param name="columns">The length of a row of C.</param>
    /// <param name="isLower">Only what lies on and below the diagonal is needed.</param>
    public static void Compute(T* a, T* packed, T* c, int firstRow, int lastRow, int inner, int columns, bool isLower)
    {
        int width = 2 * V.Count;
        T* rest = stackalloc T[Rows * width];
        for (int from = 0; from < inner; from += Depth)
        {
            int count = Math.Min(Depth, inner - from);
            for (int first = 0; first < columns; first += width)
            {
                T* panel = packed + ((long)first * inner) + ((long)from * width);
                bool isWhole = first + width <= columns;
                int begin = isLower && first > firstRow ? firstRow + ((first - firstRow) / Rows * Rows) : firstRow;
                for (int row = begin; row < lastRow; row += Rows)
                {
                    int rows = Math.Min(Rows, lastRow - row);
                    T* left = a + ((long)row * inner) + from, to = c + ((long)row * columns) + first;
                    if (isWhole)
                    {
                        Block(left, inner, rows, panel, count, to, columns, from > 0);
                        continue;
                    }

                    for (int r = 0; r < rows && from > 0; r++)
                        new ReadOnlySpan<T>(to + ((long)r * columns), columns - first).CopyTo(new Span<T>(rest + (r * width), width));
                    Block(left, inner, rows, panel, count, rest, width, from > 0);
                    for (int r = 0; r < rows; r++)
                        new ReadOnlySpan<T>(rest + (r * width), columns - first).CopyTo(new Span<T>(to + ((long)r * columns), columns - first));
                }
            }
        }
    }

    private static void Block(T* left, nint stride, int rows, T* panel, int count, T* to, nint toStride, bool adds)
    {
        if (rows == Rows)
        {
            Six(left, stride, panel, count, to, toStride, adds);
            return;
        }

        for (int r = 0; r < rows; r++)
            One(left + (r * stride), panel, count, to + (r * toStride), adds);
    }

    // Twelve sums: enough for two units of four cycles each, and registers for them with the narrower sets of sixteen.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Six(T* left, nint stride, T* panel, int count, T* to, nint toStride, bool adds)
    {
        T* l0 = left, l1 = l0 + stride, l2 = l1 + stride, l3 = l2 + stride, l4 = l3 + stride, l5 = l4 + stride;
        V a0 = V.Zero, b0 = V.Zero, a1 = V.Zero, b1 = V.Zero, a2 = V.Zero, b2 = V.Zero;
        V a3 = V.Zero, b3 = V.Zero, a4 = V.Zero, b4 = V.Zero, a5 = V.Zero, b5 = V.Zero;
        if (adds)
        {
            T* t = to;
            a0 = V.Load(t);
            b0 = V.Load(t + V.Count);
            t += toStride;
            a1 = V.Load(t);
            b1 = V.Load(t + V.Count);
            t += toStride;
            a2 = V.Load(t);
            b2 = V.Load(t + V.Count);
            t += toStride;
            a3 = V.Load(t);
            b3 = V.Load(t + V.Count);
            t += toStride;
            a4 = V.Load(t);
            b4 = V.Load(t + V.Count);
            t += toStride;
            a5 = V.Load(t);
            b5 = V.Load(t + V.Count);
        }

        for (nint k = 0; k < count; k++)
        {
            V x = V.Load(panel), y = V.Load(panel + V.Count);
            panel += 2 * V.Count;
            V l = V.Broadcast(l0 + k);
            a0 = V.MultiplyAdd(l, x, a0);
            b0 = V.MultiplyAdd(l, y, b0);
            l = V.Broadcast(l1 + k);
            a1 = V.MultiplyAdd(l, x, a1);
            b1 = V.MultiplyAdd(l, y, b1);
            l = V.Broadcast(l2 + k);
            a2 = V.MultiplyAdd(l, x, a2);
            b2 = V.MultiplyAdd(l, y, b2);
            l = V.Broadcast(l3 + k);
            a3 = V.MultiplyAdd(l, x, a3);
            b3 = V.MultiplyAdd(l, y, b3);
            l = V.Broadcast(l4 + k);
            a4 = V.MultiplyAdd(l, x, a4);
            b4 = V.MultiplyAdd(l, y, b4);
            l = V.Broadcast(l5 + k);
            a5 = V.MultiplyAdd(l, x, a5);
            b5 = V.MultiplyAdd(l, y, b5);
        }

        Store(a0, b0, to);
        Store(a1, b1, to + toStride);
        Store(a2, b2, to + (2 * toStride));
        Store(a3, b3, to + (3 * toStride));
        Store(a4, b4, to + (4 * toStride));
        Store(a5, b5, to + (5 * toStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(T* left, T* panel, int count, T* to, bool adds)
    {
        V a = adds ? V.Load(to) : V.Zero, b = adds ? V.Load(to + V.Count) : V.Zero;
        for (nint k = 0; k < count; k++)
        {
            V l = V.Broadcast(left + k);
            a = V.MultiplyAdd(l, V.Load(panel), a);
            b = V.MultiplyAdd(l, V.Load(panel + V.Count), b);
            panel += 2 * V.Count;
        }

        Store(a, b, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(V a, V b, T* to)
    {
        V.Store(a, to);
        V.Store(b, to + V.Count);
    }
}
