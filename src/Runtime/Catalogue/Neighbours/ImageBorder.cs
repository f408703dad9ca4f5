namespace LossGen;

/// <summary>Which windows of an image count, and what those at its edge read.</summary>
public enum ImageBorder
{
    /// <summary>Windows that lie inside the image and have no ignored pixel: a valid convolution.</summary>
    Valid,

    /// <summary>All pixels' windows, which read 0 beyond the edge.</summary>
    Zero,

    /// <summary>All pixels' windows, which read the nearest pixel beyond the edge.</summary>
    Replicate,

    /// <summary>All pixels' windows, which read the image mirrored at its last pixel beyond the edge.</summary>
    Reflect,
}
