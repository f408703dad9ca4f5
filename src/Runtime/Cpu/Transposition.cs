using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Cpu;

/// <summary>
/// Copies a matrix with rows and columns exchanged: logits of plain rows (N, C) lie class by class, and kernels work on adjacent pixels.
/// Eight by eight or four by four floats at a time, so that both sides are read and written in whole registers. Two, three and four classes
/// have ways of their own: their pixels lie as close as the classes of others.
/// </summary>
internal static unsafe class Transposition
{
    private const int Side = 8;

    private const int Quad = 4;

    /// <summary>Whether so many rows can be written past the caches, where each column follows the one before.</summary>
    public static bool CanStream<T>(int rows)
        where T : unmanaged => sizeof(T) == sizeof(float) && FewClasses.Supports(rows);

    /// <summary>
    /// <c>to[c * toStride + r] = from[r * fromStride + c]</c>, past the caches where that is asked for and there is a way.
    /// </summary>
    public static void Copy<T>(T* from, nint fromStride, int rows, int columns, T* to, nint toStride, bool isStreamed = false)
        where T : unmanaged
    {
        int wholeRows = 0, wholeColumns = 0;
        if (sizeof(T) == sizeof(float) && FewClasses.Supports(columns) && fromStride == columns && rows >= FewClasses.Step)
        {
            (wholeRows, wholeColumns) = (FewClasses.Separate((float*)from, columns, rows, (float*)to, toStride), columns);
        }
        else if (sizeof(T) == sizeof(float) && FewClasses.Supports(rows) && toStride == rows && columns >= FewClasses.Step)
        {
            (wholeRows, wholeColumns) = (rows, FewClasses.Join((float*)from, fromStride, rows, columns, (float*)to, isStreamed));
        }
        else if (Avx2.IsSupported && sizeof(T) == sizeof(float))
        {
            if (fromStride == columns && columns is 2 or 3)
                (wholeRows, wholeColumns) = (Separate((float*)from, rows, columns, (float*)to, toStride), columns);
            else if (toStride == rows && rows is 2 or 3)
                (wholeRows, wholeColumns) = (rows, Join((float*)from, fromStride, rows, columns, (float*)to));
            else if (rows == Quad)
                (wholeRows, wholeColumns) = (rows, FourRows((float*)from, fromStride, columns, (float*)to, toStride));
            else
            {
                (wholeRows, wholeColumns) = (rows / Side * Side, columns == Quad ? Quad : columns / Side * Side);
                Blocks((float*)from, fromStride, wholeRows, wholeColumns, (float*)to, toStride);
            }
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
                    SmallBlock((float*)(from + (row * fromStride) + column), fromStride, (float*)(to + (column * toStride) + row),
                        toStride);
                }
            }

            return;
        }

        for (int r = firstRow; r < rows; r++)
            for (int column = firstColumn; column < columns; column++)
                to[(column * toStride) + r] = from[(r * fromStride) + column];
    }

    // Rows of two or three numbers, one behind the other. Gives the rows that are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Separate(float* from, int rows, int columns, float* to, nint toStride)
    {
        int r = 0;
        for (; columns == 2 && r + Side <= rows; r += Side, from += 2 * Side)
        {
            Vector256<float> a = Vector256.Load(from), b = Vector256.Load(from + Side);
            Avx2.Permute4x64(Avx.Shuffle(a, b, 0b10_00_10_00).AsDouble(), 0b11_01_10_00).AsSingle().Store(to + r);
            Avx2.Permute4x64(Avx.Shuffle(a, b, 0b11_01_11_01).AsDouble(), 0b11_01_10_00).AsSingle().Store(to + toStride + r);
        }

        for (; columns == 3 && r + Quad <= rows; r += Quad, from += 3 * Quad)
        {
            // x0 y0 z0 x1, y1 z1 x2 y2, z2 x3 y3 z3.
            Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + Quad), c = Vector128.Load(from + (2 * Quad));
            Vector128<float> lastX = Sse.Shuffle(b, c, 0b01_01_10_10), firstY = Sse.Shuffle(a, b, 0b00_00_01_01),
                lastY = Sse.Shuffle(b, c, 0b10_10_11_11), firstZ = Sse.Shuffle(a, b, 0b01_01_10_10);
            Sse.Shuffle(a, lastX, 0b10_00_11_00).Store(to + r);
            Sse.Shuffle(firstY, lastY, 0b10_00_10_00).Store(to + toStride + r);
            Sse.Shuffle(firstZ, c, 0b11_00_10_00).Store(to + (2 * toStride) + r);
        }

        return r;
    }

    // The way back. Gives the columns that are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Join(float* from, nint fromStride, int rows, int columns, float* to)
    {
        int c = 0;
        for (; rows == 2 && c + Side <= columns; c += Side, to += 2 * Side)
        {
            Vector256<float> x = Vector256.Load(from + c), y = Vector256.Load(from + fromStride + c);
            Vector256<float> low = Avx.UnpackLow(x, y), high = Avx.UnpackHigh(x, y);
            Avx.Permute2x128(low, high, 0x20).Store(to);
            Avx.Permute2x128(low, high, 0x31).Store(to + Side);
        }

        for (; rows == 3 && c + Quad <= columns; c += Quad, to += 3 * Quad)
        {
            Vector128<float> x = Vector128.Load(from + c), y = Vector128.Load(from + fromStride + c),
                z = Vector128.Load(from + (2 * fromStride) + c);
            Vector128<float> xy = Sse.UnpackLow(x, y), lastXy = Sse.UnpackHigh(x, y), zx = Sse.Shuffle(z, x, 0b01_01_00_00),
                yz = Sse.Shuffle(y, z, 0b01_01_01_01), zxLast = Sse.Shuffle(z, x, 0b11_11_10_10), yzLast = Sse.Shuffle(y, z, 0b11_11_11_11);
            Sse.Shuffle(xy, zx, 0b10_00_01_00).Store(to);
            Sse.Shuffle(yz, lastXy, 0b01_00_10_00).Store(to + Quad);
            Sse.Shuffle(zxLast, yzLast, 0b10_00_10_00).Store(to + (2 * Quad));
        }

        return c;
    }

    // Four rows, eight columns at a time. Gives the columns that are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FourRows(float* from, nint fromStride, int columns, float* to, nint toStride)
    {
        int c = 0;
        for (; c + Side <= columns; c += Side)
        {
            float* at = from + c, into = to + (c * toStride);
            Vector256<float> x0 = Vector256.Load(at), x1 = Vector256.Load(at + fromStride), x2 = Vector256.Load(at + (2 * fromStride)),
                x3 = Vector256.Load(at + (3 * fromStride));
            Vector256<float> low = Avx.UnpackLow(x0, x1), high = Avx.UnpackHigh(x0, x1), nextLow = Avx.UnpackLow(x2, x3),
                nextHigh = Avx.UnpackHigh(x2, x3);
            Spread(Avx.Shuffle(low, nextLow, 0x44), into, toStride);
            Spread(Avx.Shuffle(low, nextLow, 0xEE), into + toStride, toStride);
            Spread(Avx.Shuffle(high, nextHigh, 0x44), into + (2 * toStride), toStride);
            Spread(Avx.Shuffle(high, nextHigh, 0xEE), into + (3 * toStride), toStride);
        }

        return c;
    }

    // A row and the fourth after it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(Vector256<float> rows, float* to, nint toStride)
    {
        rows.GetLower().Store(to);
        rows.GetUpper().Store(to + (Quad * toStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SmallBlock(float* from, nint fromStride, float* to, nint toStride)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + fromStride), c = Vector128.Load(from + (2 * fromStride)),
            d = Vector128.Load(from + (3 * fromStride));
        Vector128<float> low = Sse.UnpackLow(a, b), high = Sse.UnpackHigh(a, b), nextLow = Sse.UnpackLow(c, d),
            nextHigh = Sse.UnpackHigh(c, d);
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

    // Four columns of eight rows. In each register a row and the fourth after it, which takes the memory's ports and not those of the
    // shuffles.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Half(float* from, nint fromStride, float* to, nint toStride)
    {
        float* below = from + (Quad * fromStride);
        Vector256<float> x0 = Pair(from, below), x1 = Pair(from + fromStride, below + fromStride);
        Vector256<float> x2 = Pair(from + (2 * fromStride), below + (2 * fromStride)), x3 = Pair(from + (3 * fromStride),
            below + (3 * fromStride));
        Vector256<float> low = Avx.UnpackLow(x0, x1), high = Avx.UnpackHigh(x0, x1), nextLow = Avx.UnpackLow(x2, x3),
            nextHigh = Avx.UnpackHigh(x2, x3);
        Avx.Shuffle(low, nextLow, 0x44).Store(to);
        Avx.Shuffle(low, nextLow, 0xEE).Store(to + toStride);
        Avx.Shuffle(high, nextHigh, 0x44).Store(to + (2 * toStride));
        Avx.Shuffle(high, nextHigh, 0xEE).Store(to + (3 * toStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Pair(float* low, float* high) => Avx.InsertVector128(Vector128.Load(low).ToVector256Unsafe(),
        Vector128.Load(high), 1);
}
