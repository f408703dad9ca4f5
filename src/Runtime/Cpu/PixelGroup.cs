namespace LossGen.Cpu;

/// <summary>Pixels that are sorted together: a row of each of some images of a map (N, rows, S).</summary>
internal readonly struct PixelGroup
{
    /// <param name="pixels">S.</param>
    /// <param name="images">How many images.</param>
    /// <param name="next">The elements from an image's row to the next image's.</param>
    /// <exception cref="NotSupportedException">There are more pixels than an int counts.</exception>
    public PixelGroup(long pixels, int images, long next)
    {
        if (pixels * images > int.MaxValue)
            throw new NotSupportedException($"{pixels * images} pixels are to be sorted; at most {int.MaxValue} can be.");
        Pixels = pixels;
        Images = images;
        Next = next;
        Count = (int)(pixels * images);
        long last = ((images - 1) * next) + pixels;
        IsWide = last > int.MaxValue;
        LeavesTwoBits = (IsWide ? Count : last) < 1 << 30;
    }

    public long Pixels { get; }

    public int Images { get; }

    public long Next { get; }

    public int Count { get; }

    /// <summary>
    /// A pixel's number is its place in the group. Otherwise it is its place in the map, which is faster; here a map has too many places.
    /// </summary>
    public bool IsWide { get; }

    /// <summary>Numbers of pixels are below 2^30.</summary>
    public bool LeavesTwoBits { get; }

    /// <summary>Where the pixel of a number lies in a map, from the group's first pixel on.</summary>
    /// <param name="number">Its place in the group.</param>
    /// <param name="end">The end of the numbers that are asked for.</param>
    /// <param name="stop">The first number that does not follow in the same row, or the end.</param>
    public long Row(int number, int end, out int stop)
    {
        (long image, long pixel) = Math.DivRem(number, Pixels);
        stop = (int)Math.Min(end, number + Pixels - pixel);
        return (image * Next) + pixel;
    }

    /// <summary>Where a pixel lies in a map, from the group's first pixel on.</summary>
    public long Offset(uint pixel) => IsWide ? pixel + (pixel / Pixels * (Next - Pixels)) : pixel;
}
