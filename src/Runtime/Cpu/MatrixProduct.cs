using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LossGen.Kernels;
using LossGen.Simd;

namespace LossGen.Cpu;

/// <summary>
/// Products of matrices in one precision: C = A * B, or C += A * B. B is packed in panels as wide as two registers. Each number of C is
/// added up in the order of the inner index, whoever computes it, so that the bits do not depend on the number of threads.
/// </summary>
internal static unsafe class MatrixProduct<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Rows of a part: whole blocks of a product, and as many as a panel of any width has columns or a multiple of that, so that no part
    // writes into the square on the diagonal that another computes.
    private const int PartRows = 96;

    // Numbers of the inner index that are added up before others: as much of a panel as stays in the first-level cache.
    private const int Depth = 256;

    // An inner index of so many is as much work as reading a logit.
    private const int LeastInner = 16;

    /// <summary>Columns of a panel: two of the machine's registers.</summary>
    public static int PanelColumns => 2 * (RegisterWidth.Is512 ? V512<T>.Count : RegisterWidth.Is256 ? V256<T>.Count : V128<T>.Count);

    /// <summary>The numbers that a packed matrix has room for.</summary>
    public static long PackedLength(int inner, int columns) => (long)inner * ((columns + PanelColumns - 1) / PanelColumns * PanelColumns);

    /// <summary>Packs a matrix whose rows are the columns of B: for A * A^T.</summary>
    /// <param name="source">One row for each column of B.</param>
    /// <param name="stride">From a row to the next.</param>
    /// <param name="inner">The length of a row.</param>
    /// <param name="columns">The number of rows.</param>
    /// <param name="packed">Receives <see cref="PackedLength"/> numbers.</param>
    public static void PackTransposed(T* source, int stride, int inner, int columns, T* packed)
    {
        int width = PanelColumns;
        for (int first = 0; first < columns; first += width)
        {
            int count = Math.Min(width, columns - first);
            T* panel = packed + ((long)first * inner);
            Transposition.Copy(source + ((long)first * stride), stride, count, inner, panel, width);
            for (int k = 0; k < inner && count < width; k++)
                new Span<T>(panel + ((long)k * width) + count, width - count).Clear();
        }
    }

    /// <summary>Packs a matrix as it is.</summary>
    /// <param name="source">The rows of B.</param>
    /// <param name="stride">From a row to the next.</param>
    /// <param name="inner">Their number.</param>
    /// <param name="columns">The length of a row.</param>
    /// <param name="packed">Receives <see cref="PackedLength"/> numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(T* source, int stride, int inner, int columns, T* packed)
    {
        int width = PanelColumns;
        for (int first = 0; first < columns; first += width)
        {
            int count = Math.Min(width, columns - first);
            T* panel = packed + ((long)first * inner);
            for (int k = 0; k < inner && count == width; k++)
            {
                for (int i = 0; i < width; i += Vector256<T>.Count)
                    Vector256.Load(source + ((long)k * stride) + first + i).Store(panel + ((long)k * width) + i);
            }

            for (int k = 0; k < inner && count < width; k++)
            {
                T* to = panel + ((long)k * width);
                new ReadOnlySpan<T>(source + ((long)k * stride) + first, count).CopyTo(new Span<T>(to, width));
                new Span<T>(to + count, width - count).Clear();
            }
        }
    }

    /// <summary>Packs A + A^T.</summary>
    /// <param name="source">The rows of A.</param>
    /// <param name="stride">From a row to the next.</param>
    /// <param name="side">Their number.</param>
    /// <param name="packed">Receives <see cref="PackedLength"/> numbers.</param>
    public static void PackSymmetric(T* source, int stride, int side, T* packed)
    {
        PackTransposed(source, stride, side, side, packed);
        for (int first = 0; first < side; first += PanelColumns)
        {
            for (int k = 0; k < side; k++)
                Add(source + ((long)k * stride) + first, packed + ((long)first * side) + ((long)k * PanelColumns),
                    Math.Min(PanelColumns, side - first));
        }
    }

    /// <summary>C = A * B.</summary>
    /// <param name="a">The rows of A.</param>
    /// <param name="stride">From a row of A to the next.</param>
    /// <param name="packed">B.</param>
    /// <param name="c">The rows of C.</param>
    /// <param name="productStride">From a row of C to the next.</param>
    /// <param name="rows">The rows of A.</param>
    /// <param name="inner">The length of a row of A.</param>
    /// <param name="columns">The length of a row of C.</param>
    public static void Multiply(T* a, int stride, T* packed, T* c, int productStride, int rows, int inner, int columns) =>
        new Work(Step.Product, a, stride, packed, c, productStride, rows, inner, columns).Run((long)rows * inner * columns / LeastInner);

    /// <summary>
    /// C = A * B that is symmetric, as A * A^T: what lies below the diagonal is computed, and what lies above it becomes the same: of
    /// A * A^T to the bit, where both add up the same products in the same order.
    /// </summary>
    /// <param name="a">The rows of A.</param>
    /// <param name="stride">From a row of A to the next.</param>
    /// <param name="packed">B.</param>
    /// <param name="c">The rows of C.</param>
    /// <param name="side">The rows of A.</param>
    /// <param name="inner">The length of a row of A.</param>
    /// <param name="productStride">From a row of C to the next.</param>
    public static void MultiplyByOwn(T* a, int stride, T* packed, T* c, int side, int inner, int productStride) =>
        new Work(Step.LowerProduct, a, stride, packed, c, productStride, side, inner, side)
            .Run((long)side * inner * side / (2 * LeastInner));

    /// <summary>
    /// C = (A + A^T) * B, where A is square. The sum is made for as many rows and columns at a time as stay in the second-level cache.
    /// </summary>
    /// <param name="a">The rows of A.</param>
    /// <param name="stride">From a row of A to the next.</param>
    /// <param name="packed">B.</param>
    /// <param name="c">The rows of C, without gaps.</param>
    /// <param name="side">The rows of A.</param>
    /// <param name="columns">The length of a row of C.</param>
    public static void MultiplySymmetric(T* a, int stride, T* packed, T* c, int side, int columns) =>
        new Work(Step.SymmetricProduct, a, stride, packed, c, columns, side, side, columns).Run((long)side * side * columns / LeastInner);

    // The sum of some numbers of some rows of A and what stands there in A^T.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumWithTransposed(T* a, int stride, int first, int last, int from, int count, T* sum)
    {
        Transposition.Copy(a + ((long)from * stride) + first, stride, count, last - first, sum, count);
        for (int row = first; row < last; row++)
            Add(a + ((long)row * stride) + from, sum + ((long)(row - first) * count), count);
    }

    // As many at a time as any machine has lanes for.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(T* from, T* to, int count)
    {
        int i = 0;
        for (; i + Vector256<T>.Count <= count; i += Vector256<T>.Count)
            (Vector256.Load(from + i) + Vector256.Load(to + i)).Store(to + i);
        for (; i < count; i++)
            to[i] += from[i];
    }

    private static void Rows(T* a, int stride, T* packed, T* c, int productStride, int first, int last, int inner, int columns,
        bool isLower)
    {
        for (int from = 0; from < inner; from += Depth)
        {
            Rows(new()
            {
                Left = a + ((long)first * stride) + from,
                LeftStride = stride,
                Panels = packed + ((long)from * PanelColumns),
                PanelStride = (long)inner * PanelColumns,
                Count = Math.Min(Depth, inner - from),
                Product = c,
                ProductStride = productStride,
                First = first,
                Last = last,
                Columns = columns,
                Adds = from > 0,
                IsLower = isLower,
                IsMirrored = isLower && from + Depth >= inner,
            });
        }
    }

    private static void SymmetricRows(T* a, int stride, T* packed, T* c, int first, int last, int side, int columns)
    {
        T* sum = Workspace.Rent(WorkspaceUse.Product, Workspace.Size<T>(PartRows * Depth)).Take<T>(PartRows * Depth);
        for (int from = 0; from < side; from += Depth)
        {
            int count = Math.Min(Depth, side - from);
            SumWithTransposed(a, stride, first, last, from, count, sum);
            Rows(new()
            {
                Left = sum,
                LeftStride = count,
                Panels = packed + ((long)from * PanelColumns),
                PanelStride = (long)side * PanelColumns,
                Count = count,
                Product = c,
                ProductStride = columns,
                First = first,
                Last = last,
                Columns = columns,
                Adds = from > 0,
            });
        }
    }

    private static void Rows(in MatrixSlice<T> slice)
    {
        if (RegisterWidth.Is512)
            MatrixRows<T, V512<T>>.Compute(slice);
        else if (RegisterWidth.Is256)
            MatrixRows<T, V256<T>>.Compute(slice);
        else
            MatrixRows<T, V128<T>>.Compute(slice);
    }

    private enum Step
    {
        Product,
        LowerProduct,
        SymmetricProduct,
    }

    private readonly struct Work(Step step, T* a, int stride, T* packed, T* c, int productStride, int rows, int inner, int columns)
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
            if (step == Step.SymmetricProduct)
                SymmetricRows(a, stride, packed, c, first, last, rows, columns);
            else
                Rows(a, stride, packed, c, productStride, first, last, inner, columns, step == Step.LowerProduct);
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
