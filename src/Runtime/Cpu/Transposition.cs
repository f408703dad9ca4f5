using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Cpu;

/// <summary>
/// Copies a matrix with rows and columns exchanged: logits of plain rows (N, C) lie class by class, and kernels work on adjacent pixels. Eight by eight or four by four floats at a time, so that
/// both sides are read and written in whole registers.
/// </summary>
internal static unsafe class Transposition
{
    private const int Side = 8;

    private const int Quad = 4;

    /// <summary><c>to[c * toStride + r] = from[r * fromStride + c]</c>.</summary>
    public static void Copy<T>(T* from, nint fromStride, int rows, int columns, T* to, nint toStride)
        where T : unmanaged
    {
        int wholeRows = 0, wholeColumns = 0;
        if (Avx.IsSupported && sizeof(T) == sizeof(float))
        {
            (wholeRows, wholeColumns) = (rows / Side * Side, columns / Side * Side);
            Blocks((float*)from, fromStride, wholeRows, wholeColumns, (float*)to, toStride);
        }

        Rest(from, fromStride, 0, wholeRows, wholeColumns, columns, to, toStride);
        Rest(from, fromStride, wholeRows, rows, 0, columns, to, toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rest<T>(T* from, nint fromStride, int firstRow, int rows, int firstColumn, int columns, T* to, nint toStride)
        where T : unmanaged
    {
        if (firstRow >= rows || firstColumn >= columns)
            return;
        if (Sse.IsSupported && sizeof(T) == sizeof(float) && rows >= Quad && columns >= Quad)
        {
            // The last block begins earlier where less than one is left: what it copies again stays as it is.
            for (int r = firstRow; r < rows; r += Quad)
            {
                int row = Math.Min(r, rows - Quad);
                for (int c = firstColumn; c < columns; c += Quad)
                {
                    int column = Math.Min(c, columns - Quad);
                    SmallBlock((float*)(from + (row * fromStride) + column), fromStride, (float*)(to + (column * toStride) + row), toStride);
                }
            }

            return;
        }

        for (int r = firstRow; r < rows; r++)
            for (int column = firstColumn; column < columns; column++)
                to[(column * toStride) + r] = from[(r * fromStride) + column];
    }

    private static void SmallBlock(float* from, nint fromStride, float* to, nint toStride)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + fromStride), c = Vector128.Load(from + (2 * fromStride)), d = Vector128.Load(from + (3 * fromStride));
        Vector128<float> low = Sse.UnpackLow(a, b), high = Sse.UnpackHigh(a, b), nextLow = Sse.UnpackLow(c, d), nextHigh = Sse.UnpackHigh(c, d);
        Sse.MoveLowToHigh(low, nextLow).Store(to);
        Sse.MoveHighToLow(nextLow, low).Store(to + toStride);
        Sse.MoveLowToHigh(high, nextHigh).Store(to + (2 * toStride));
        Sse.MoveHighToLow(nextHigh, high).Store(to + (3 * toStride));
    }

    // Two blocks below each other fill lines of the cache on the other side while they are at hand.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blocks(float* from, nint fromStride, int rows, int columns, float* to, nint toStride)
    {
        for (nint r = 0; r < rows; r += 2 * Side)
        {
            nint end = Math.Min(rows, r + (2 * Side));
            for (nint c = 0; c < columns; c += Quad)
                for (nint row = r; row < end; row += Side)
                    Half(from + (row * fromStride) + c, fromStride, to + (c * toStride) + row, toStride);
        }
    }

    // Four columns of eight rows. In each register a row and the fourth after it, which takes the memory's ports and not those of the shuffles.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Half(float* from, nint fromStride, float* to, nint toStride)
    {
        float* below = from + (Quad * fromStride);
        Vector256<float> x0 = Pair(from, below), x1 = Pair(from + fromStride, below + fromStride);
        Vector256<float> x2 = Pair(from + (2 * fromStride), below + (2 * fromStride)), x3 = Pair(from + (3 * fromStride), below + (3 * fromStride));
        Vector256<float> low = Avx.UnpackLow(x0, x1), high = Avx.UnpackHigh(x0, x1), nextLow = Avx.UnpackLow(x2, x3), nextHigh = Avx.UnpackHigh(x2, x3);
        Avx.Shuffle(low, nextLow, 0x44).Store(to);
        Avx.Shuffle(low, nextLow, 0xEE).Store(to + toStride);
        Avx.Shuffle(high, nextHigh, 0x44).Store(to + (2 * toStride));
        Avx.Shuffle(high, nextHigh, 0xEE).Store(to + (3 * toStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Pair(float* low, float* high) => Avx.InsertVector128(Vector128.Load(low).ToVector256Unsafe(), Vector128.Load(high), 1);
}
