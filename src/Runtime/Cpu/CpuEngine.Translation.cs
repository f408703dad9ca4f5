using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>
/// Logits and gradients that lie in another way than kernels work: numbers of 16 bits, or the classes of a pixel side by side. A tile at a
/// time, so that the copy stays in the first-level cache.
/// </content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    // Numbers before those of a tile, where the classes of a pixel are adjacent.
    private static long FirstOf(in CallState run, in PixelSpan span) => ((span.Image * run.Pixels) + span.Pixel) * run.Classes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (Pointer<T> Address, nint Stride) TranslateLogits(in CallState run, in TileMemory memory, in PixelSpan span,
        void* gradient = null)
    {
        int rows = run.Classes;
        if (run.ClassesLast || run.IsRows)
        {
            T* from = (T*)run.Logits + FirstOf(run, span);
            if (run.IsConverted)
            {
                Storage.Widen(run.LogitElement, run.Logits, FirstOf(run, span), (float*)memory.Converted, span.Count * rows);
                from = memory.Converted;
            }

            Transposition.Copy(from, rows, span.Count, rows, memory.Logits, run.Width);
        }
        else
        {
            bool isFar = IsFar(run) && rows > 2;
            for (int i = 0, length; i < span.Count; i += length)
            {
                (long image, long pixel, length) = run.Locate(span.Image, span.Pixel + i, span.Count - i);
                for (int c = 0; c < rows; c++)
                {
                    long at = (((image * rows) + c) * run.ImagePixels) + pixel;
                    if (isFar)
                    {
                        FetchAhead(run.Logits, at, length);
                        FetchAhead(gradient, at, length);
                    }

                    Storage.Widen(run.LogitElement, run.Logits, at, (float*)(memory.Logits + ((long)c * run.Width) + i), length);
                }
            }
        }

        Pad(run, span, rows, memory.Logits);
        return (new(memory.Logits), run.Width);
    }

    // The numbers of 16 bits of a row that is read, or will be written.
    private static void FetchAhead(void* numbers, long at, int count)
    {
        if (numbers is not null)
            Prefetch.Lines((ushort*)numbers + at + (Prefetch.TilesAhead * count), (long)count * sizeof(ushort));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TranslateGradient(in CallState run, in TileMemory memory, in PixelSpan span)
    {
        int rows = run.Classes;
        if (run.ClassesLast || run.IsRows)
        {
            bool joinsHere = Transposition.CanStream<T>(rows), isCopied = run.IsStreamed && !run.IsConverted && !joinsHere;

            // The tile's logits have been read.
            T* gradient = (T*)run.Gradient + FirstOf(run, span);
            T* to = run.IsConverted ? memory.Converted : isCopied ? memory.Logits : gradient;
            Transposition.Copy(memory.Gradient, run.Width, rows, span.Count, to, rows, run.IsStreamed && joinsHere && !run.IsConverted);
            if (run.IsConverted)
                Storage.Narrow((float*)to, run.LogitElement, run.Gradient, FirstOf(run, span), span.Count * rows, run.IsStreamed);
            else if (isCopied)
                CopyPastCaches(to, gradient, span.Count * rows);
            return;
        }

        for (int i = 0, length; i < span.Count; i += length)
        {
            (long image, long pixel, length) = run.Locate(span.Image, span.Pixel + i, span.Count - i);
            for (int c = 0; c < rows; c++)
                Storage.Narrow((float*)(memory.Gradient + ((long)c * run.Width) + i), run.LogitElement, run.Gradient,
                    (((image * rows) + c) * run.ImagePixels) + pixel, length, run.IsStreamed);
        }
    }

    // What they are copied to begins a line.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPastCaches(T* from, T* to, int count)
    {
        int i = 0;
        for (; i <= count - V.Count; i += V.Count)
            V.Store(V.Load(from + i), to + i, isStreamed: true);
        Copy(from + i, to + i, count - i);
    }
}
