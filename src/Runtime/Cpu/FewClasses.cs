using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Cpu;

/// <summary>
/// Pixels with two or four classes side by side, as rows of a class each and back, sixteen at a time on 512 bits: two shuffles or eight,
/// and whole lines of the cache on both sides.
/// </summary>
internal static unsafe class FewClasses
{
    /// <summary>The pixels of a step.</summary>
    public const int Step = 16;

    private const int Quarter = 4;

    /// <summary>Whether there is a way for so many classes.</summary>
    public static bool Supports(int classes) => Avx512F.IsSupported && Vector512.IsHardwareAccelerated && classes is 2 or 4;

    /// <summary><c>to[c * toStride + r] = from[classes * r + c]</c>. Gives the pixels that are done.</summary>
    public static int Separate(float* from, int classes, int pixels, float* to, nint toStride) =>
        classes == 2 ? SeparateTwo(from, pixels, to, toStride) : SeparateFour(from, pixels, to, toStride);

    /// <summary><c>to[classes * r + c] = from[c * fromStride + r]</c>. Gives the pixels that are done.</summary>
    /// <param name="from">The rows.</param>
    /// <param name="fromStride">The numbers from one to the next.</param>
    /// <param name="classes">How many rows there are.</param>
    /// <param name="pixels">How many numbers each has.</param>
    /// <param name="to">Where they go.</param>
    /// <param name="isStreamed">Past the caches; <paramref name="to"/> begins a line.</param>
    public static int Join(float* from, nint fromStride, int classes, int pixels, float* to, bool isStreamed) =>
        classes == 2 ? JoinTwo(from, fromStride, pixels, to, isStreamed) : JoinFour(from, fromStride, pixels, to, isStreamed);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int SeparateTwo(float* from, int pixels, float* to, nint toStride)
    {
        Vector512<int> first = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        Vector512<int> second = first + Vector512<int>.One;
        int r = 0;
        for (; r + Step <= pixels; r += Step, from += 2 * Step)
        {
            Vector512<float> a = Vector512.Load(from), b = Vector512.Load(from + Step);
            Avx512F.PermuteVar16x32x2(a, first, b).Store(to + r);
            Avx512F.PermuteVar16x32x2(a, second, b).Store(to + toStride + r);
        }

        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int JoinTwo(float* from, nint fromStride, int pixels, float* to, bool isStreamed)
    {
        Vector512<int> first = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        Vector512<int> second = first + Vector512.Create(8);
        int r = 0;
        for (; r + Step <= pixels; r += Step, to += 2 * Step)
        {
            Vector512<float> x = Vector512.Load(from + r), y = Vector512.Load(from + fromStride + r);
            Store(Avx512F.PermuteVar16x32x2(x, first, y), to, isStreamed);
            Store(Avx512F.PermuteVar16x32x2(x, second, y), to + Step, isStreamed);
        }

        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int SeparateFour(float* from, int pixels, float* to, nint toStride)
    {
        // Of eight pixels two classes: one, then the other.
        Vector512<int> firstTwo = Vector512.Create(0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
        Vector512<int> lastTwo = firstTwo + Vector512.Create(2);
        int r = 0;
        for (; r + Step <= pixels; r += Step, from += Quarter * Step)
        {
            Vector512<float> a = Vector512.Load(from), b = Vector512.Load(from + Step);
            Vector512<float> c = Vector512.Load(from + (2 * Step)), d = Vector512.Load(from + (3 * Step));
            Vector512<float> low = Avx512F.PermuteVar16x32x2(a, firstTwo, b), nextLow = Avx512F.PermuteVar16x32x2(c, firstTwo, d);
            Vector512<float> high = Avx512F.PermuteVar16x32x2(a, lastTwo, b), nextHigh = Avx512F.PermuteVar16x32x2(c, lastTwo, d);
            Halves(low, nextLow, out Vector512<float> x0, out Vector512<float> x1);
            Halves(high, nextHigh, out Vector512<float> x2, out Vector512<float> x3);
            x0.Store(to + r);
            x1.Store(to + toStride + r);
            x2.Store(to + (2 * toStride) + r);
            x3.Store(to + (3 * toStride) + r);
        }

        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int JoinFour(float* from, nint fromStride, int pixels, float* to, bool isStreamed)
    {
        Vector512<int> first = Vector512.Create(0, 8, 16, 24, 1, 9, 17, 25, 2, 10, 18, 26, 3, 11, 19, 27);
        Vector512<int> second = first + Vector512.Create(Quarter);
        int r = 0;
        for (; r + Step <= pixels; r += Step, to += Quarter * Step)
        {
            float* at = from + r;
            Halves(Vector512.Load(at), Vector512.Load(at + fromStride), out Vector512<float> low, out Vector512<float> nextLow);
            Halves(Vector512.Load(at + (2 * fromStride)), Vector512.Load(at + (3 * fromStride)), out Vector512<float> high,
                out Vector512<float> nextHigh);
            Store(Avx512F.PermuteVar16x32x2(low, first, high), to, isStreamed);
            Store(Avx512F.PermuteVar16x32x2(low, second, high), to + Step, isStreamed);
            Store(Avx512F.PermuteVar16x32x2(nextLow, first, nextHigh), to + (2 * Step), isStreamed);
            Store(Avx512F.PermuteVar16x32x2(nextLow, second, nextHigh), to + (3 * Step), isStreamed);
        }

        return r;
    }

    // The lower halves of two registers, and the upper ones.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Halves(Vector512<float> a, Vector512<float> b, out Vector512<float> lower, out Vector512<float> upper)
    {
        lower = Avx512F.Shuffle4x128(a, b, 0b01_00_01_00);
        upper = Avx512F.Shuffle4x128(a, b, 0b11_10_11_10);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> pixels, float* to, bool isStreamed)
    {
        if (isStreamed)
            pixels.StoreAlignedNonTemporal(to);
        else
            pixels.Store(to);
    }
}
