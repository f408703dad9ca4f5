using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Prepares a tile: in place where the caller's memory can be read as it is, else through a padded copy.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private static void RunTile(ref CallState run, PassLayout pass, int image, long pixel, int count)
    {
        int classes = run.Classes, width = run.Width;
        long pixels = run.Pixels;
        bool isPadded = count % V.Count != 0;
        bool isMasked = isPadded;
        var tile = new Tile<T>
        {
            Classes = classes,
            Width = width,
            Pixels = (count + V.Count - 1) / V.Count * V.Count,
            Scratch = run.Scratch,
            Sums = run.LaneSums,
            Constants = run.TileConstants,
            Valid = run.ValidTile,
        };

        T* logits = run.Logits + ((long)image * classes * pixels) + pixel;
        if (isPadded)
        {
            Stage(logits, pixels, run.LogitTile, width, classes, count, tile.Pixels);
            tile.Logits = run.LogitTile;
            tile.LogitStride = width;
        }
        else
        {
            tile.Logits = logits;
            tile.LogitStride = (nint)pixels;
        }

        bool ignores = run.Definition.IgnoreIndex is not null;
        if (run.HasLabels)
        {
            isMasked |= ReadLabels(ref run, image, pixel, count);
            for (int i = count; i < tile.Pixels; i++)
                run.LabelTile[i] = T.NegativeOne;
            tile.Labels = run.LabelTile;
            if (isMasked)
                MarkValidLabels(run, count, tile.Pixels);
        }
        else
        {
            ReadTarget(ref run, ref tile, image, pixel, count, isPadded);
            if (ignores)
            {
                isMasked = true;
                MarkValidElements(run, ref tile, count);
            }
            else if (isPadded)
            {
                for (int i = 0; i < tile.Pixels; i++)
                    run.ValidTile[i] = i < count ? AllBits : T.Zero;
            }
        }

        if (pass.WritesGradient)
        {
            tile.Gradient = isPadded ? run.GradientTile : run.Gradient + ((long)image * classes * pixels) + pixel;
            tile.GradientStride = isPadded ? width : (nint)pixels;
        }

        bool hasPixelElements = run.Layout.ElementAxes.HasFlag(ElementAxes.Pixel);
        bool hasClassElements = run.Layout.ElementAxes.HasFlag(ElementAxes.Class);
        int elementClasses = hasClassElements ? classes : 1;
        long elementOffset = ((long)image * elementClasses * pixels) + pixel;
        if (hasPixelElements)
        {
            if (run.UpstreamElements is null)
            {
                tile.Upstream = run.Ones;
            }
            else if (isPadded)
            {
                Stage(run.UpstreamElements + elementOffset, pixels, run.UpstreamTile, width, elementClasses, count, tile.Pixels);
                tile.Upstream = run.UpstreamTile;
                tile.UpstreamStride = hasClassElements ? width : 0;
            }
            else
            {
                tile.Upstream = run.UpstreamElements + elementOffset;
                tile.UpstreamStride = hasClassElements ? (nint)pixels : 0;
            }
        }

        if (pass.WritesElements)
        {
            tile.Elements = isPadded ? run.ElementTile : run.Elements + elementOffset;
            tile.ElementStride = !hasClassElements ? 0 : isPadded ? width : (nint)pixels;
        }

        if (isMasked)
            TKernel.Tile<T, V, MaskedTile>(pass.Id, ref tile);
        else
            TKernel.Tile<T, V, FullTile>(pass.Id, ref tile);

        if (isPadded && pass.WritesGradient)
            Unstage(run.GradientTile, width, run.Gradient + ((long)image * classes * pixels) + pixel, pixels, classes, count);
        if (isPadded && pass.WritesElements)
            Unstage(run.ElementTile, width, run.Elements + elementOffset, pixels, elementClasses, count);
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

    private static void MarkValidLabels(in CallState run, int count, int padded)
    {
        T all = AllBits;
        for (int i = 0; i < count; i++)
            run.ValidTile[i] = !run.Labels.HasIgnored || run.IntTile[i] != run.Labels.IgnoreIndex ? all : T.Zero;
        new Span<T>(run.ValidTile + count, padded - count).Clear();
    }

    private static void MarkValidElements(in CallState run, ref Tile<T> tile, int count)
    {
        T ignored = T.CreateTruncating(run.Definition.IgnoreIndex!.Value), all = AllBits;
        tile.ValidStride = run.Width;
        for (int c = 0; c < run.Classes; c++)
        {
            T* target = tile.Target + (c * tile.TargetStride);
            T* valid = run.ValidTile + ((long)c * run.Width);
            for (int i = 0; i < tile.Pixels; i++)
                valid[i] = i < count && target[i] != ignored ? all : T.Zero;
        }
    }

    // In place where the pixels are adjacent and of the kernel's type; through a copy otherwise.
    private static void ReadTarget(ref CallState run, ref Tile<T> tile, int image, long pixel, int count, bool isPadded)
    {
        LossDefinition definition = run.Definition;
        int channels = run.Classes + (definition.DropLastTargetChannel ? 1 : 0);
        bool isLast = definition.TargetClassAxis == ClassAxis.Last;
        bool sameType = (run.TargetElement == TargetElement.Double) == (typeof(T) == typeof(double));
        long imageOffset = (long)image * channels * run.Pixels;
        if (!isLast && sameType && !isPadded)
        {
            tile.Target = (T*)run.Target + imageOffset + pixel;
            tile.TargetStride = (nint)run.Pixels;
            return;
        }

        for (int c = 0; c < run.Classes; c++)
        {
            T* row = run.TargetTile + ((long)c * run.Width);
            long offset = imageOffset + (isLast ? (pixel * channels) + c : (c * run.Pixels) + pixel);
            int step = isLast ? channels : 1;
            if (run.TargetElement == TargetElement.Double)
            {
                double* target = (double*)run.Target + offset;
                for (int i = 0; i < count; i++)
                    row[i] = T.CreateSaturating(target[(long)i * step]);
            }
            else
            {
                float* target = (float*)run.Target + offset;
                for (int i = 0; i < count; i++)
                    row[i] = T.CreateSaturating(target[(long)i * step]);
            }

            for (int i = count; i < tile.Pixels; i++)
                row[i] = T.Zero;
        }

        tile.Target = run.TargetTile;
        tile.TargetStride = run.Width;
    }

    private static void Stage(T* source, long sourceStride, T* tile, int width, int rows, int count, int padded)
    {
        for (int c = 0; c < rows; c++)
        {
            T* row = tile + ((long)c * width);
            new ReadOnlySpan<T>(source + (c * sourceStride), count).CopyTo(new Span<T>(row, count));
            new Span<T>(row + count, padded - count).Clear();
        }
    }

    private static void Unstage(T* tile, int width, T* target, long targetStride, int rows, int count)
    {
        for (int c = 0; c < rows; c++)
            new ReadOnlySpan<T>(tile + ((long)c * width), count).CopyTo(new Span<T>(target + (c * targetStride), count));
    }
}
