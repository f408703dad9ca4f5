using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Dense targets: their layouts and types, and the elements that are ignored.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private static bool PrepareTarget(in CallState run, in TileMemory memory, ref Tile<T> tile, in PixelSpan span, bool isStaged)
    {
        LossDefinition definition = run.Definition;
        int channels = run.Classes + (definition.DropLastTargetChannel ? 1 : 0);
        bool isLast = definition.TargetClassAxis == ClassAxis.Last;
        bool sameType = (run.TargetElement == TargetElement.Double) == (typeof(T) == typeof(double));
        if (!isLast && sameType && !isStaged)
        {
            tile.Target = (T*)run.Target + (span.Image * channels * run.Pixels) + span.Pixel;
            tile.TargetStride = (nint)run.Pixels;
        }
        else
        {
            if (run.TargetElement == TargetElement.Double)
                StageTarget(run, span, (double*)run.Target, channels, isLast, memory.Target);
            else
                StageTarget(run, span, (float*)run.Target, channels, isLast, memory.Target);
            tile.Target = memory.Target;
            tile.TargetStride = run.Width;
        }

        if (definition.IgnoreIndex is int ignored)
            return MarkValidElements(run, memory, ref tile, span, ignored);
        if (span.Count == span.Padded)
            return false;
        new Span<T>(memory.Valid, span.Count).Fill(AllBits);
        new Span<T>(memory.Valid + span.Count, span.Padded - span.Count).Clear();
        return true;
    }

    private static void StageTarget<TSource>(in CallState run, in PixelSpan span, TSource* source, int channels, bool isLast, T* copy)
        where TSource : unmanaged
    {
        long step = isLast ? channels : 1, channelStep = isLast ? 1 : run.ImagePixels;
        for (int i = 0, length; i < span.Count; i += length)
        {
            (long image, long pixel, length) = run.Locate(span.Image, span.Pixel + i, span.Count - i);
            for (int c = 0; c < run.Classes; c++)
            {
                TSource* from = source + (image * channels * run.ImagePixels) + (c * channelStep) + (pixel * step);
                T* to = copy + ((long)c * run.Width) + i;
                for (int k = 0; k < length; k++)
                    to[k] = CallChecks.FromDouble<T>(CallChecks.ToDouble(from[k * step]));
            }
        }

        for (int c = 0; c < run.Classes; c++)
            new Span<T>(copy + ((long)c * run.Width) + span.Count, span.Padded - span.Count).Clear();
    }

    // Each element of its own. True where any is ignored, or is padding.
    private static bool MarkValidElements(in CallState run, in TileMemory memory, ref Tile<T> tile, in PixelSpan span, int ignored)
    {
        V number = V.Create(ignored), found = V.Zero;
        tile.ValidStride = run.Width;
        for (int c = 0; c < run.Classes; c++)
        {
            T* target = tile.Target + (c * tile.TargetStride);
            T* valid = memory.Valid + ((long)c * run.Width);
            for (int i = 0; i < span.Padded; i += V.Count)
            {
                V isIgnored = V.Equal(V.Load(target + i), number);
                V.Store(~isIgnored, valid + i);
                found |= isIgnored;
            }

            new Span<T>(valid + span.Count, span.Padded - span.Count).Clear();
        }

        T* lanes = stackalloc T[V.Count];
        V.Store(found, lanes);
        return span.Count != span.Padded || new ReadOnlySpan<byte>(lanes, V.Count * sizeof(T)).ContainsAnyExcept((byte)0);
    }

    private static T AllBits
    {
        get
        {
            T ones = default;
            new Span<byte>(&ones, sizeof(T)).Fill(0xFF);
            return ones;
        }
    }
}
