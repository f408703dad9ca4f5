using LossGen.Cpu;

namespace LossGen;

/// <summary>The smallest part of an image that holds two masks. Whatever is between their surfaces lies in it.</summary>
internal readonly struct MaskBox
{
    private readonly ImageGrid image;
    private readonly (int First, int Count) slices;
    private readonly (int First, int Count) rows;
    private readonly (int First, int Count) columns;

    private MaskBox(in ImageGrid image, (int, int) slices, (int, int) rows, (int, int) columns)
    {
        this.image = image;
        (this.slices, this.rows, this.columns) = (slices, rows, columns);
    }

    /// <summary>Neither mask has a pixel.</summary>
    public bool IsEmpty => columns.Count <= 0;

    /// <summary>The extents.</summary>
    public ImageGrid Grid => new(image.Dimensions, slices.Count, rows.Count, columns.Count);

    /// <summary>The box of two masks of an image.</summary>
    public static MaskBox Around(ReadOnlySpan<bool> a, ReadOnlySpan<bool> b, in ImageGrid image)
    {
        (int First, int Last) slices = (int.MaxValue, -1), rows = slices, columns = slices;
        for (int line = 0; line < image.Depth * image.Height; line++)
        {
            ReadOnlySpan<bool> ofA = a.Slice(line * image.Width, image.Width), ofB = b.Slice(line * image.Width, image.Width);
            int first = Math.Min((uint)ofA.IndexOf(true), (uint)ofB.IndexOf(true)) is uint found && found < image.Width ? (int)found : -1;
            if (first < 0)
                continue;
            columns = (Math.Min(columns.First, first), Math.Max(columns.Last, Math.Max(ofA.LastIndexOf(true), ofB.LastIndexOf(true))));
            (int slice, int row) = Math.DivRem(line, image.Height);
            slices = (Math.Min(slices.First, slice), slice);
            rows = (Math.Min(rows.First, row), Math.Max(rows.Last, row));
        }

        return new(image, Extent(slices), Extent(rows), Extent(columns));

        static (int, int) Extent((int First, int Last) places) => (places.First, places.Last < 0 ? 0 : places.Last - places.First + 1);
    }

    /// <summary>The pixels of a mask, inside the box, with a neighbour that is not in it or beyond the edge of the image.</summary>
    public bool[] Surface(ReadOnlySpan<bool> mask)
    {
        // All of the mask is in the box: what lies beyond the box is not in it.
        var surface = new bool[slices.Count * rows.Count * columns.Count];
        int row = image.Width, slice = image.Width * image.Height, to = 0;
        for (int z = slices.First; z < slices.First + slices.Count; z++)
        {
            for (int y = rows.First; y < rows.First + rows.Count; y++)
            {
                for (int x = columns.First; x < columns.First + columns.Count; x++, to++)
                {
                    int at = (z * slice) + (y * row) + x;
                    surface[to] = mask[at] && !(
                        x > 0 && x < image.Width - 1 && mask[at - 1] && mask[at + 1]
                        && (image.Dimensions < 2 || (y > 0 && y < image.Height - 1 && mask[at - row] && mask[at + row]))
                        && (image.Dimensions < 3 || (z > 0 && z < image.Depth - 1 && mask[at - slice] && mask[at + slice])));
                }
            }
        }

        return surface;
    }
}
