using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Copies between the caller's memory and tiles.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    /// <summary>The pixels of a tile.</summary>
    /// <param name="Image">Their image.</param>
    /// <param name="Pixel">The first.</param>
    /// <param name="Count">How many there are.</param>
    /// <param name="Padded">That number as a multiple of the lanes.</param>
    private readonly record struct PixelSpan(int Image, long Pixel, int Count, int Padded);

    // Where a tile reads numbers of (N, rows, S): in the caller's memory, or in a copy padded with zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (Pointer<T> Address, nint Stride) Input(
        in CallState run, in PixelSpan span, T* source, int rows, T* copy, bool isStaged)
    {
        if (!isStaged)
            return (new(source + (span.Image * rows * run.RowStride) + span.Pixel), (nint)run.RowStride);
        if (run.IsRows)
            Transposition.Copy(source + (span.Pixel * rows), rows, span.Count, rows, copy, run.Width);
        else
            Stage(run, span, source, rows, copy);
        Pad(run, span, rows, copy);
        return (new(copy), run.Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pad(in CallState run, in PixelSpan span, int rows, T* copy)
    {
        for (int c = 0; c < rows && span.Count < span.Padded; c++)
            new Span<T>(copy + ((long)c * run.Width) + span.Count, span.Padded - span.Count).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Stage(in CallState run, in PixelSpan span, T* source, int rows, T* copy)
    {
        for (int i = 0, length; i < span.Count; i += length)
        {
            (long image, long pixel, length) = run.Locate(span.Image, span.Pixel + i, span.Count - i);
            T* from = source + (image * rows * run.RowStride) + pixel;
            for (int c = 0; c < rows; c++)
                Copy(from + (c * run.RowStride), copy + ((long)c * run.Width) + i, length);
        }
    }

    // Where a tile writes: into the caller's memory, or to where Unstage takes it from.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Pointer<T> Address, nint Stride) Output(
        in CallState run, in PixelSpan span, T* target, int rows, T* copy, bool isStaged) =>
        isStaged
            ? (new Pointer<T>(copy), run.Width)
            : (new Pointer<T>(target + (span.Image * rows * run.RowStride) + span.Pixel), (nint)run.RowStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unstage(in CallState run, in PixelSpan span, T* copy, T* target, int rows)
    {
        if (run.IsRows)
        {
            Transposition.Copy(copy, run.Width, rows, span.Count, target + (span.Pixel * rows), rows);
            return;
        }

        for (int i = 0, length; i < span.Count; i += length)
        {
            (long image, long pixel, length) = run.Locate(span.Image, span.Pixel + i, span.Count - i);
            T* to = target + (image * rows * run.RowStride) + pixel;
            for (int c = 0; c < rows; c++)
                Copy(copy + ((long)c * run.Width) + i, to + (c * run.RowStride), length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(T* source, T* target, int count)
    {
        if (count > 4)
        {
            new ReadOnlySpan<T>(source, count).CopyTo(new Span<T>(target, count));
            return;
        }

        for (int i = 0; i < count; i++)
            target[i] = source[i];
    }
}
