using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using LossGen.Kernels;
using LossGen.Simd;

namespace LossGen.Cpu;

/// <content>Prepares a tile: in place where the caller's memory can be read as it is, else through a padded copy.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    // Less than this lies in the second-level cache as it is.
    private const long PrefetchedBytes = 1 << 20;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTile(in CallState run, in TileMemory memory, PassLayout pass, int image, long pixel, int count)
    {
        int classes = run.Classes, width = run.Width;
        bool isPadded = count % V.Count != 0;
        bool isStaged = isPadded || run.IsPacked;
        var tile = new Tile<T>
        {
            Classes = classes,
            Width = width,
            Pixels = (count + V.Count - 1) / V.Count * V.Count,
            Scratch = memory.Scratch,
            Staging = run.CopiesAhead ? memory.Staging : null,
            Sums = memory.LaneSums,
            Products = memory.Products,
            Constants = memory.Constants,
            Valid = memory.Valid,
        };
        MarkProducts(run, ref tile, pixel);
        var span = new PixelSpan(image, pixel, count, tile.Pixels);
        bool isTranslated = run.IsTranslated;
        (tile.Logits, tile.LogitStride) = isTranslated
            ? TranslateLogits(run, memory, span, WrittenSoon(run, pass))
            : Input(run, span, (T*)run.Logits, classes, memory.Logits, isStaged);

        bool isMasked = run.HasLabels
            ? PrepareLabels(run, memory, pass, ref tile, span)
            : PrepareTarget(run, memory, ref tile, span, isStaged);

        PreparePlaces(run, memory, pass, ref tile, span, isStaged);
        if (pass.WritesGradient)
        {
            (tile.Gradient, tile.GradientStride) = Output(run, span, (T*)run.Gradient, classes, memory.Gradient, isStaged || isTranslated);
            tile.IsStreamed = run.IsStreamed && !isStaged && !isTranslated;
        }

        if (IsPrefetched(run) && !isStaged && !isTranslated)
            FetchAhead(run, pass, ref tile, pixel + (2 * count) <= run.Pixels);
        if (isMasked)
            TKernel.Tile<T, V, MaskedTile>(pass.Id, ref tile);
        else
            TKernel.Tile<T, V, FullTile>(pass.Id, ref tile);
        if (run.ChecksTarget)
            NoteTarget(run, memory, tile.Target, tile.TargetStride, span.Padded);

        if (isTranslated && pass.WritesGradient)
            TranslateGradient(run, memory, span);
        else if (isStaged && pass.WritesGradient)
            Unstage(run, span, memory.Gradient, (T*)run.Gradient, classes);
        if (isStaged && pass.WritesElements)
            Unstage(run, span, memory.Elements, run.Elements, ElementRows(run));
        if (isStaged && pass.MapStores.Length > 0)
            UnstageMaps(run, memory, pass, span);
    }

    // Whole tiles, in place, with next to no work between them: what is read and written lies a tile further in each. Gives the first pixel
    // that is left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long RunPlainTiles(in CallState run, in TileMemory memory, PassLayout pass, int image, long pixel, long end)
    {
        int width = run.Width, classes = run.Classes;
        if (!run.IsPlain || pixel + width > end)
            return pixel;
        long start = (long)image * classes * run.Pixels, targetStart = TargetOf(run, image);
        var tile = new Tile<T>
        {
            Classes = classes,
            Width = width,
            Pixels = width,
            Scratch = memory.Scratch,
            Staging = run.CopiesAhead ? memory.Staging : null,
            Sums = memory.LaneSums,
            Products = memory.Products,
            Constants = memory.Constants,
            Valid = memory.Valid,
            LogitStride = (nint)run.Pixels,
            GradientStride = (nint)run.Pixels,
            TargetStride = (nint)run.Pixels,
            IsStreamed = run.IsStreamed && !run.IsTranslated,
        };
        bool isTranslated = run.IsTranslated, isFar = IsFar(run), readsLabels = ReadsLabels(run, pass);
        bool isPrefetched = IsPrefetched(run) && !isTranslated;
        if (isTranslated && pass.WritesGradient)
        {
            tile.Gradient = memory.Gradient;
            tile.GradientStride = width;
        }

        PreparePlaces(run, memory, pass, ref tile, new(image, pixel, width, width), isStaged: false);
        int places = run.Sizes.Places, elements = run.Layout.ElementAxes.Has(ElementAxes.Pixel) ? width : 0;
        nint upstream = run.UpstreamElements is null ? 0 : elements;
        for (; pixel + width <= end; pixel += width, Advance(memory.Inputs, places, ref tile, elements, upstream))
        {
            var span = new PixelSpan(image, pixel, width, width);
            MarkProducts(run, ref tile, pixel);
            if (!isTranslated)
            {
                tile.Logits = (T*)run.Logits + start + pixel;
                if (pass.WritesGradient)
                    tile.Gradient = (T*)run.Gradient + start + pixel;
            }

            if (!run.HasLabels)
            {
                tile.Target = (T*)run.Target + targetStart + pixel;
            }
            else
            {
                tile.Labels = memory.Labels;
                if (readsLabels && !LabelReader.TryRead(run.Labels, (image * run.Pixels) + pixel, width, memory.Labels, isFar))
                {
                    RunTile(run, memory, pass, image, pixel, width);
                    continue;
                }
            }

            if (isTranslated)
                (tile.Logits, tile.LogitStride) = TranslateLogits(run, memory, span, WrittenSoon(run, pass));
            if (isPrefetched)
                FetchAhead(run, pass, ref tile, pixel + (2 * width) <= run.Pixels);
            TKernel.Tile<T, V, FullTile>(pass.Id, ref tile);
            if (isTranslated && pass.WritesGradient)
                TranslateGradient(run, memory, span);
        }

        return pixel;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Advance(T** places, int count, ref Tile<T> tile, nint elements, nint upstream)
    {
        for (int k = 0; k < count; k++)
            places[k] += tile.Width;
        tile.Elements += elements;
        tile.Upstream += upstream;
    }

    // Where a tile reads and writes what it has beside logits, target and gradient.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PreparePlaces(
        in CallState run, in TileMemory memory, PassLayout pass, ref Tile<T> tile, in PixelSpan span, bool isStaged)
    {
        T* copies = PrepareInputs(run, memory, ref tile, span, isStaged);
        if (run.Sizes.Maps > 0)
            copies = PrepareMaps(run, memory, pass, ref tile, span, isStaged, copies);
        if (pass.Neighbours.Length > 0)
            PrepareNeighbours(run, memory, pass, ref tile, span, isStaged, copies);
        if (!run.Layout.ElementAxes.Has(ElementAxes.Pixel))
            return;
        int rows = ElementRows(run);
        (tile.Upstream, nint stride) = run.UpstreamElements is null
            ? ((Pointer<T>)memory.Ones, 0)
            : Input(run, span, run.UpstreamElements, rows, memory.Upstream, isStaged);
        tile.UpstreamStride = rows > 1 ? stride : 0;
        if (pass.WritesElements)
        {
            (tile.Elements, stride) = Output(run, span, run.Elements, rows, memory.Elements, isStaged);
            tile.ElementStride = rows > 1 ? stride : 0;
        }
    }

    private static int ElementRows(in CallState run) => run.Layout.ElementAxes.Has(ElementAxes.Class) ? run.Classes : 1;

    // The gradient that a pass writes through the caches.
    private static void* WrittenSoon(in CallState run, PassLayout pass) => pass.WritesGradient && !run.IsStreamed ? run.Gradient : null;

    // They end where the sums in lanes go to double at the latest.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MarkProducts(in CallState run, ref Tile<T> tile, long pixel)
    {
        long next = pixel + run.Width;
        tile.BeginsProducts = (pixel & (run.ProductPixels - 1)) == 0;
        tile.EndsProducts = (next & (run.ProductPixels - 1)) == 0 || next >= run.Pixels;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPrefetched(in CallState run) =>
        run.CopiesAhead || (run.Sizes.Neighbours == 0 && Softmax.IsFetchedAhead(run.Classes) && IsFar(run));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsFar(in CallState run) => run.LogitCount * sizeof(T) > PrefetchedBytes;

    // Rows of a tile are short and far apart, which the processor does not see coming: the next tile is fetched while this one is computed.
    // A softmax does that line by line itself, and copies the logits of many classes, even out of a cache. What is written past the caches
    // has no business in them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchAhead(in CallState run, PassLayout pass, ref Tile<T> tile, bool hasNext)
    {
        T* next = hasNext ? tile.Logits + tile.Pixels : null, nextGradient = hasNext && pass.WritesGradient && !tile.IsStreamed
            ? tile.Gradient + tile.Pixels : null;
        if (run.Definition.Activation == Activation.Softmax)
        {
            tile.Ahead = next;
            tile.GradientAhead = nextGradient;
        }
        else if (run.Classes > RowsSeen)
        {
            FetchRows(run.Classes, tile, next, nextGradient);
        }
    }

    // Of few rows the processor sees the next tile coming, and asking for it costs 5 to 13 % of BCE + Dice.
    private const int RowsSeen = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FetchRows(int classes, in Tile<T> tile, T* next, T* nextGradient)
    {
        for (int c = 0; c < classes && Sse.IsSupported; c++)
        {
            for (int i = 0; i < tile.Pixels; i += Prefetch.CacheLine / sizeof(T))
            {
                if (next != null)
                    Sse.Prefetch1(next + (c * tile.LogitStride) + i);
                if (nextGradient != null)
                    Sse.Prefetch1(nextGradient + (c * tile.GradientStride) + i);
            }
        }
    }

    // Gives the memory behind the copies.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T* PrepareInputs(in CallState run, in TileMemory memory, ref Tile<T> tile, in PixelSpan span, bool isStaged)
    {
        T* copy = memory.InputCopies;
        for (int k = 0; k < run.Sizes.Inputs; k++)
        {
            int rows = run.Definition.Inputs[k].Kind == InputKind.Element ? run.Classes : 1;
            (Pointer<T> address, tile.InputStride) = Input(run, span, run.Inputs[k], rows, copy, isStaged);
            memory.Inputs[k] = address;
            copy += (long)rows * run.Width;
        }

        tile.Inputs = memory.Inputs;
        return copy;
    }

    // For the pass itself, or to know which pixels count.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadsLabels(in CallState run, PassLayout pass) => pass.ReadsLabels || run.Labels.HasIgnored;

    // Labels as numbers, and which are valid. True where not all are.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool PrepareLabels(in CallState run, in TileMemory memory, PassLayout pass, ref Tile<T> tile, in PixelSpan span)
    {
        bool hasIgnored = ReadsLabels(run, pass) && ReadLabels(run, memory, span.Image, span.Pixel, span.Count), isMasked = hasIgnored
            || span.Count != span.Padded;
        tile.Labels = memory.Labels;
        if (isMasked)
        {
            if (hasIgnored)
                LabelReader.MarkValid(run.Labels, memory.Integers, span.Count, memory.Valid);
            else
                new Span<byte>(memory.Valid, span.Count * sizeof(T)).Fill(0xFF);
            new Span<T>(memory.Labels + span.Count, span.Padded - span.Count).Fill(T.NegativeOne);
            new Span<T>(memory.Valid + span.Count, span.Padded - span.Count).Clear();
        }

        return isMasked;
    }
}
