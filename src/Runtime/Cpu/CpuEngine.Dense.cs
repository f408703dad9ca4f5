using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Dense targets: their layouts and types, and the elements that are ignored.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private static bool PrepareTarget(in CallState run, in TileMemory memory, ref Tile<T> tile, in PixelSpan span, bool isStaged)
    {
        if (run.PairCodes is not null)
            return PreparePairs(run, memory, ref tile, span);
        LossDefinition definition = run.Definition;
        int channels = run.Classes + (definition.DropLastTargetChannel ? 1 : 0);
        bool isLast = definition.TargetClassAxis == ClassAxis.Last;
        if (!isLast && run.TargetElement == OwnElement && !isStaged)
        {
            tile.Target = (T*)run.Target + TargetOf(run, span.Image) + span.Pixel;
            tile.TargetStride = (nint)run.Pixels;
        }
        else
        {
            if (run.TargetElement == TargetElement.Double)
                StageTarget(run, span, (double*)run.Target, channels, isLast, memory.Target);
            else if (run.TargetElement == TargetElement.Boolean)
                StageTarget(run, span, (bool*)run.Target, channels, isLast, memory.Target);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    private static long TargetOf(in CallState run, int image) => image * (run.Classes + (run.Definition.DropLastTargetChannel ? 1 : 0))
        * run.Pixels;

    // The bits that any of these numbers has: of numbers from 0 below 2 the first two are clear, so one register for a block tells whether
    // to look closer. Padding is 0. Behind the kernels, which have brought the target close by, and for as many tiles at once as there are:
    // a call each costs more than the check.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NoteTarget(in CallState run, in TileMemory memory, T* target, nint stride, int count)
    {
        V found = V.Load(memory.TargetBits);
        for (int c = 0; c < run.Classes; c++, target += stride)
            found |= run.Definition.IgnoreIndex is int ignored ? UnionBut(target, count, V.Create(ignored)) : Union(target, count);
        V.Store(found, memory.TargetBits);
    }

    private static void CheckTarget(in CallState run, in TileMemory memory, int image, long start, long end)
    {
        ulong bits = 0;
        for (int k = 0; k < V.Count * sizeof(T) / sizeof(ulong); k++)
            bits |= ((ulong*)memory.TargetBits)[k];
        if ((bits & (typeof(T) == typeof(double) ? 0xC000_0000_0000_0000 : 0xC000_0000_C000_0000)) != 0)
            FindBadTarget(run, memory, image, start, end);
    }

    // The bits that any number has.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Union(T* target, int count)
    {
        V first = V.Zero, second = V.Zero, third = V.Zero, fourth = V.Zero;
        nint i = 0;
        for (; i + (4 * V.Count) <= count; i += 4 * V.Count)
        {
            first |= V.Load(target + i);
            second |= V.Load(target + i + V.Count);
            third |= V.Load(target + i + (2 * V.Count));
            fourth |= V.Load(target + i + (3 * V.Count));
        }

        for (; i < count; i += V.Count)
            first |= V.Load(target + i);
        return first | second | (third | fourth);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static V UnionBut(T* target, int count, V ignored)
    {
        V found = V.Zero;
        for (nint i = 0; i < count; i += V.Count)
        {
            V number = V.Load(target + i);
            found |= number & ~V.Equal(number, ignored);
        }

        return found;
    }

    private static void FindBadTarget(in CallState run, in TileMemory memory, int image, long start, long end)
    {
        for (long pixel = start; pixel < end; pixel += run.Width)
        {
            int count = (int)Math.Min(run.Width, end - pixel);
            var tile = new Tile<T> { Width = run.Width };
            PrepareTarget(run, memory, ref tile, new PixelSpan(image, pixel, count, (count + V.Count - 1) / V.Count * V.Count),
                isStaged: true);
            for (int c = 0; c < run.Classes; c++)
            {
                for (int i = 0; i < count; i++)
                {
                    double number = CallChecks.ToDouble(tile.Target[(c * tile.TargetStride) + i]);
                    if (!UnitTargets.IsBad(number, run.Definition.IgnoreIndex))
                        continue;
                    (long badImage, long badPixel, _) = run.Locate(image, pixel + i, 1);
                    throw UnitTargets.Bad(run.Definition, number, badImage, c, badPixel);
                }
            }
        }
    }

    // Each element of its own. True where any is ignored, or is padding.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    // What a target needs no copy of.
    private static TargetElement OwnElement => typeof(T) == typeof(double) ? TargetElement.Double : TargetElement.Single;

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
