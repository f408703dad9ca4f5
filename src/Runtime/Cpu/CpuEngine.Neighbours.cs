using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>
/// Where a tile reads neighbours: in the image, as far as all of them lie there, or in a copy that has the border's numbers beyond the
/// edge.
/// </content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PrepareNeighbours(in CallState run, in TileMemory memory, PassLayout pass, ref Tile<T> tile, in PixelSpan span,
        bool isStaged, T* copies)
    {
        T** addresses = Stores(run, memory) + run.Sizes.Maps;
        ImageGrid grid = GridOf(run);
        for (int k = 0; k < pass.Neighbours.Length; k++, copies += (long)run.Classes * run.Width)
        {
            NeighbourLayout neighbour = pass.Neighbours[k];
            ImageAxis axis = grid.Along(neighbour.Axis);
            bool isOnes = neighbour.Image == NeighbourLayout.Ones;
            int rows = isOnes ? 1 : neighbour.Image == NeighbourLayout.Logits ? run.Classes : MapRows(run, neighbour.Image);
            long block = (long)axis.Size * axis.Inner, distance = (long)neighbour.By * axis.Inner, first = Within(span.Pixel, block),
                last = first + span.Count - 1;
            if (!isStaged && last < block && first + distance >= 0 && last + distance < block)
            {
                addresses[k] = isOnes ? memory.Ones : ImagesOf(run, neighbour) + (span.Image * rows * run.Pixels) + span.Pixel + distance;
                memory.NeighbourStrides[k] = (nint)run.Pixels;
                continue;
            }

            addresses[k] = copies;
            memory.NeighbourStrides[k] = run.Width;

            // Where there are neighbours is often the same as in the tile before.
            if (isOnes && !isStaged && memory.OnesAt[k] == first)
                continue;
            memory.OnesAt[k] = isOnes && !isStaged ? first : -1;
            CopyNeighbours(run, axis, neighbour, span, rows, copies);
            Pad(run, span, rows, copies);
        }

        tile.NeighbourStrides = memory.NeighbourStrides;
    }

    private static T* ImagesOf(in CallState run, NeighbourLayout neighbour) => neighbour.Image == NeighbourLayout.Logits ? run.LogitImages
        : run.Maps[neighbour.Image];

    // A division of 32 bits takes a fraction of the time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Within(long pixel, long block) => pixel < block ? pixel : (pixel | block) <= uint.MaxValue
        ? (uint)pixel % (uint)block : pixel % block;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyNeighbours(in CallState run, in ImageAxis axis, NeighbourLayout neighbour, in PixelSpan span, int rows, T* copy)
    {
        long block = (long)axis.Size * axis.Inner, distance = (long)neighbour.By * axis.Inner;

        // Pixels of a block before the first and from the second of these have their neighbours beyond the edge.
        long begin = Math.Clamp(-distance, 0, block), end = Math.Clamp(block - distance, begin, block);
        for (int i = 0, length; i < span.Count; i += length)
        {
            (long image, long pixel, length) = run.Locate(span.Image, span.Pixel + i, span.Count - i);
            long within = Within(pixel, block), source = pixel + distance;
            bool isInside = within >= begin && within < end;
            length = (int)Math.Min(length, (isInside ? end : within < begin ? begin : block) - within);
            if (!isInside && neighbour.Border == Border.Zero)
            {
                source = -1;
            }
            else if (!isInside)
            {
                // A row of the image at a time.
                (long place, long inner) = Math.DivRem(within, axis.Inner);
                length = (int)Math.Min(length, axis.Inner - inner);
                source = pixel - within + ((long)axis.Source((int)place + neighbour.By, neighbour.Border) * axis.Inner) + inner;
            }

            for (int row = 0; row < rows; row++)
            {
                T* to = copy + ((long)row * run.Width) + i;
                if (source < 0)
                    new Span<T>(to, length).Clear();
                else if (neighbour.Image == NeighbourLayout.Ones)
                    new Span<T>(to, length).Fill(T.One);
                else
                    Copy(ImagesOf(run, neighbour) + (((image * rows) + row) * run.ImagePixels) + source, to, length);
            }
        }
    }

    // They lie otherwise than passes read neighbours.
    private static bool CopiesLogits(in CallState run) => run.Logits is not null && (run.IsConverted || run.ClassesLast)
        && run.Layout.ReadsLogitsOfNeighbours;

    private static T* CopyLogits(in CallState run, T* images)
    {
        TileMemory memory = TileMemory.Rent(run.Sizes);
        for (int image = 0; image < run.Images; image++)
        {
            for (long pixel = 0; pixel < run.Pixels; pixel += run.Width)
            {
                int count = (int)Math.Min(run.Width, run.Pixels - pixel);
                var span = new PixelSpan(image, pixel, count, count);
                TranslateLogits(run, memory, span);
                Unstage(run, span, memory.Logits, images, run.Classes);
            }
        }

        return images;
    }
}
