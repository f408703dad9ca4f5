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
            for (int r = 0; r < wholeRows; r += Side)
                for (int c = 0; c < wholeColumns; c += Side)
                    Block((float*)(from + (r * fromStride) + c), fromStride, (float*)(to + (c * toStride) + r), toStride);
        }

        Rest(from, fromStride, 0, wholeRows, wholeColumns, columns, to, toStride);
        Rest(from, fromStride, wholeRows, rows, 0, columns, to, toStride);
    }

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

    private static void Block(float* from, nint fromStride, float* to, nint toStride)
    {
        // Neighbouring rows lane by lane, then pairs of them, then the halves.
        (Vector256<float> a0, Vector256<float> a1, Vector256<float> a2, Vector256<float> a3) = Quarter(from, fromStride);
        (Vector256<float> b0, Vector256<float> b1, Vector256<float> b2, Vector256<float> b3) = Quarter(from + (4 * fromStride), fromStride);
        Avx.Permute2x128(a0, b0, 0x20).Store(to);
        Avx.Permute2x128(a1, b1, 0x20).Store(to + toStride);
        Avx.Permute2x128(a2, b2, 0x20).Store(to + (2 * toStride));
        Avx.Permute2x128(a3, b3, 0x20).Store(to + (3 * toStride));
        Avx.Permute2x128(a0, b0, 0x31).Store(to + (4 * toStride));
        Avx.Permute2x128(a1, b1, 0x31).Store(to + (5 * toStride));
        Avx.Permute2x128(a2, b2, 0x31).Store(to + (6 * toStride));
        Avx.Permute2x128(a3, b3, 0x31).Store(to + (7 * toStride));
    }

    // Of four rows: in register k the columns k and k + 4. As a call, it would hand its registers over in memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> First, Vector256<float> Second, Vector256<float> Third, Vector256<float> Fourth) Quarter(float* from, nint stride)
    {
        Vector256<float> x0 = Vector256.Load(from), x1 = Vector256.Load(from + stride), x2 = Vector256.Load(from + (2 * stride)), x3 = Vector256.Load(from + (3 * stride));
        Vector256<float> low = Avx.UnpackLow(x0, x1), high = Avx.UnpackHigh(x0, x1), nextLow = Avx.UnpackLow(x2, x3), nextHigh = Avx.UnpackHigh(x2, x3);
        return (Avx.Shuffle(low, nextLow, 0x44), Avx.Shuffle(low, nextLow, 0xEE), Avx.Shuffle(high, nextHigh, 0x44), Avx.Shuffle(high, nextHigh, 0xEE));
    }
}
