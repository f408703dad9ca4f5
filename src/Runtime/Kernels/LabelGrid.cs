namespace LossGen.Kernels;

/// <summary>
/// Which label of a finer grid a pixel of a coarser one takes. The default is none: labels are those of the pixels themselves.
/// </summary>
public readonly struct LabelGrid
{
    /// <summary>A coarser grid over a finer one. Missing axes are 1.</summary>
    /// <param name="spatial">One to three extents of the logits.</param>
    /// <param name="target">As many of the labels, each at least as large.</param>
    /// <param name="sampling">Which of the labels that a pixel covers.</param>
    public LabelGrid(ReadOnlySpan<long> spatial, ReadOnlySpan<long> target, LabelSampling sampling)
    {
        int rank = spatial.Length;
        Width = (int)spatial[rank - 1];
        TargetWidth = (int)target[rank - 1];
        Height = rank > 1 ? (int)spatial[rank - 2] : 1;
        TargetHeight = rank > 1 ? (int)target[rank - 2] : 1;
        Depth = rank > 2 ? (int)spatial[0] : 1;
        TargetDepth = rank > 2 ? (int)target[0] : 1;
        Sampling = sampling;
    }

    internal int Depth { get; }

    internal int Height { get; }

    internal int Width { get; }

    internal int TargetDepth { get; }

    internal int TargetHeight { get; }

    internal int TargetWidth { get; }

    /// <summary>Which of the labels that a pixel covers.</summary>
    public LabelSampling Sampling { get; }

    /// <summary>The grids differ.</summary>
    public bool IsSampled => Width != TargetWidth || Height != TargetHeight || Depth != TargetDepth;

    /// <summary>The place of the label that a place along an axis takes.</summary>
    /// <param name="place">From 0.</param>
    /// <param name="extent">The extent of the coarser grid.</param>
    /// <param name="target">The extent of the finer grid.</param>
    /// <param name="sampling">Which of the labels that a pixel covers.</param>
    public static long At(long place, long extent, long target, LabelSampling sampling) =>
        sampling == LabelSampling.First ? place * target / extent : ((2 * place) + 1) * target / (2 * extent);

    internal long TargetPixels => (long)TargetDepth * TargetHeight * TargetWidth;

    // The offset of the label of a pixel, both counted over the whole batch.
    internal long Map(long offset)
    {
        (long row, long x) = Math.DivRem(offset, Width);
        return Row(row) + At(x, Width, TargetWidth, Sampling);
    }

    // The offset of the first label of a row's labels.
    internal long Row(long row)
    {
        (long plane, long y) = Math.DivRem(row, Height);
        (long image, long z) = Math.DivRem(plane, Depth);
        long targetPlane = (image * TargetDepth) + At(z, Depth, TargetDepth, Sampling);
        return ((targetPlane * TargetHeight) + At(y, Height, TargetHeight, Sampling)) * TargetWidth;
    }
}
