using System.Numerics;
using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>What some numbers of the inner index add to some rows of a product.</summary>
internal unsafe struct MatrixSlice<T>
    where T : unmanaged
{
    /// <summary>The numbers of the left matrix, beginning with the first row.</summary>
    public T* Left;

    public nint LeftStride;

    /// <summary>The numbers of the packed matrix, beginning with the first panel.</summary>
    public T* Panels;

    /// <summary>From a panel to the next.</summary>
    public long PanelStride;

    /// <summary>How many numbers of the inner index.</summary>
    public int Count;

    /// <summary>The whole product.</summary>
    public T* Product;

    public nint ProductStride;

    /// <summary>Its first row.</summary>
    public int First;

    /// <summary>The row behind the last.</summary>
    public int Last;

    /// <summary>The columns of the product.</summary>
    public int Columns;

    /// <summary>The product has what earlier numbers of the inner index added.</summary>
    public bool Adds;

    /// <summary>Only what lies on and below the diagonal is needed.</summary>
    public bool IsLower;

    /// <summary>What lies above it becomes the same.</summary>
    public bool IsMirrored;
}

/// <summary>The product of some rows with a packed matrix, in registers of one width.</summary>
internal static unsafe class MatrixRows<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, IVector<V, T>
{
    /// <summary>Rows whose sums stay in registers, two registers each.</summary>
    private const int Rows = 6;

    /// <summary>Computes them.</summary>
    public static void Compute(in MatrixSlice<T> slice)
    {
        int width = 2 * V.Count, columns = slice.Columns, count = slice.Count;
        nint leftStride = slice.LeftStride, stride = slice.ProductStride;
        T* rest = stackalloc T[Rows * width];
        for (int first = 0; first < (slice.IsLower ? Math.Min(columns, slice.Last) : columns); first += width)
        {
            T* panel = slice.Panels + (first / width * slice.PanelStride);
            bool isWhole = first + width <= columns;
            int begin = slice.IsLower ? Math.Max(first, slice.First) : slice.First;
            for (int row = begin; row < slice.Last; row += Rows)
            {
                int rows = Math.Min(Rows, slice.Last - row);
                T* left = slice.Left + ((row - slice.First) * leftStride), to = slice.Product + (row * stride) + first;
                if (isWhole)
                {
                    Block(left, leftStride, rows, panel, count, to, stride, slice.Adds);
                    continue;
                }

                for (int r = 0; r < rows && slice.Adds; r++)
                    new ReadOnlySpan<T>(to + (r * stride), columns - first).CopyTo(new Span<T>(rest + (r * width), width));
                Block(left, leftStride, rows, panel, count, rest, width, slice.Adds);
                for (int r = 0; r < rows; r++)
                    new ReadOnlySpan<T>(rest + (r * width), columns - first).CopyTo(new Span<T>(to + (r * stride), columns - first));
            }

            if (slice.IsMirrored)
                Mirror(slice, first, Math.Min(first + width, Math.Min(columns, slice.Last)));
        }
    }

    // What lies below the diagonal goes above it while it is in the cache. The square that lies on both sides is symmetric already; nothing
    // else above the diagonal has been computed.
    private static void Mirror(in MatrixSlice<T> slice, int first, int last)
    {
        int row = Math.Max(first, slice.First);
        nint stride = slice.ProductStride;
        Transposition.Copy(slice.Product + (row * stride) + first, stride, slice.Last - row, last - first, slice.Product + (first * stride)
            + row, stride);
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
