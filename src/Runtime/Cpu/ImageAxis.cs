namespace LossGen.Cpu;

/// <summary>
/// Operations on the neighbours of each pixel along one axis, of one image of one class. The image is <paramref name="Outer"/> blocks of
/// <paramref name="Size"/> rows of <paramref name="Inner"/> adjacent numbers; along the last axis a row is one number.
/// </summary>
/// <param name="Outer">The product of the extents before the axis.</param>
/// <param name="Size">The extent of the axis.</param>
/// <param name="Inner">The product of the extents behind the axis.</param>
internal readonly record struct ImageAxis(int Outer, int Size, int Inner)
{
    /// <summary>The pixels of an image.</summary>
    public long Pixels => (long)Outer * Size * Inner;

    /// <summary>Which pixel is read at a place; -1 where none is.</summary>
    public int Source(int place, Border border)
    {
        if ((uint)place < (uint)Size)
            return place;
        if (border == Border.Zero)
            return -1;
        if (border == Border.Replicate || Size == 1)
            return place < 0 ? 0 : Size - 1;
        int period = 2 * (Size - 1), within = ((place % period) + period) % period;
        return within < Size ? within : period - within;
    }
}

/// <summary>The extents of an image of some dimensions, those before them 1.</summary>
internal readonly record struct ImageGrid(int Dimensions, int Depth, int Height, int Width)
{
    /// <summary>The image as blocks of rows along one of its axes, counted from its first.</summary>
    public ImageAxis Along(int axis) => (3 - Dimensions + axis) switch
    {
        0 => new(1, Depth, Height * Width),
        1 => new(Depth, Height, Width),
        _ => new(Depth * Height, Width, 1),
    };
}
