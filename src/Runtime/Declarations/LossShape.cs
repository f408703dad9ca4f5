namespace LossGen;

/// <summary>
/// The extents of a batch: logits are (N, C, S) with the pixels adjacent, S the product of the spatial extents, or (N, S, C) with
/// <see cref="ClassesLast"/>.
/// </summary>
public readonly record struct LossShape
{
    /// <summary>A batch whose pixels need no arrangement, or lie in a row.</summary>
    /// <param name="batch">N, the number of images.</param>
    /// <param name="classes">C, the number of classes (channels of the logits).</param>
    /// <param name="pixels">S, the number of pixels an image.</param>
    public LossShape(int batch, int classes, int pixels)
        : this(batch, classes, 1, 1, pixels, dimensions: 1)
    {
    }

    /// <summary>A batch of two-dimensional images, for a loss that resizes its logits or looks at neighbouring pixels.</summary>
    /// <param name="batch">N, the number of images.</param>
    /// <param name="classes">C, the number of classes (channels of the logits).</param>
    /// <param name="height">Rows of the target.</param>
    /// <param name="width">Columns of the target.</param>
    public LossShape(int batch, int classes, int height, int width)
        : this(batch, classes, 1, height, width, dimensions: 2)
    {
    }

    /// <summary>
    /// A batch of volumes, for a loss that resizes its logits, or looks at neighbouring pixels and declares <c>Dimensions = 3</c>.
    /// </summary>
    /// <param name="batch">N, the number of images.</param>
    /// <param name="classes">C, the number of classes (channels of the logits).</param>
    /// <param name="depth">Slices.</param>
    /// <param name="height">Rows of a slice.</param>
    /// <param name="width">Columns of a slice.</param>
    public LossShape(int batch, int classes, int depth, int height, int width)
        : this(batch, classes, depth, height, width, dimensions: 3)
    {
    }

    /// <summary>Embeddings for a loss of pairs, (N, D): a batch of N rows with D classes and one pixel.</summary>
    /// <param name="rows">N; of two views of the same samples, one after the other, the rows of both.</param>
    /// <param name="features">D, the length of a row.</param>
    public static LossShape OfRows(int rows, int features) => new(rows, features, 1);

    private LossShape(int batch, int classes, int depth, int height, int width, int dimensions)
    {
        Batch = batch;
        Classes = classes;
        Dimensions = dimensions;
        Depth = depth;
        Height = height;
        Width = width;
        LogitDepth = depth;
        LogitHeight = height;
        LogitWidth = width;
    }

    /// <summary>N, the number of images.</summary>
    public int Batch { get; }

    /// <summary>C, the number of classes.</summary>
    public int Classes { get; }

    /// <summary>
    /// The axes of an image: 1 where only the number of its pixels was given, 2 for rows and columns, 3 for slices as well.
    /// </summary>
    public int Dimensions { get; }

    /// <summary>Slices of a volume; 1 of an image.</summary>
    public int Depth { get; }

    /// <summary>Rows of the target (1 where the arrangement was not given).</summary>
    public int Height { get; }

    /// <summary>Columns of the target.</summary>
    public int Width { get; }

    /// <summary>Slices of the logits: <see cref="Depth"/>, unless they are to be resized.</summary>
    public int LogitDepth { get; init; }

    /// <summary>Rows of the logits: <see cref="Height"/>, unless they are to be resized.</summary>
    public int LogitHeight { get; init; }

    /// <summary>Columns of the logits: <see cref="Width"/>, unless they are to be resized.</summary>
    public int LogitWidth { get; init; }

    /// <summary>
    /// Logits and gradient are (N, S, C), the classes of a pixel adjacent: NHWC, torch's channels_last. Targets, unreduced values and the
    /// loss's own inputs are laid out as ever.
    /// </summary>
    public bool ClassesLast { get; init; }

    /// <summary>S, the number of pixels of an image of the target.</summary>
    public long Pixels => (long)Depth * Height * Width;

    /// <summary>The number of pixels of an image of the logits.</summary>
    public long LogitPixels => (long)LogitDepth * LogitHeight * LogitWidth;

    /// <summary>The same batch with logits and gradient of (N, S, C).</summary>
    public LossShape WithClassesLast() => this with { ClassesLast = true };

    /// <summary>The same batch of signals with logits of another length than the target.</summary>
    /// <param name="pixels">Pixels of the logits.</param>
    public LossShape WithLogits(int pixels) => this with { LogitWidth = pixels };

    /// <summary>The same batch of images with logits of another size than the target.</summary>
    /// <param name="height">Rows of the logits.</param>
    /// <param name="width">Columns of the logits.</param>
    public LossShape WithLogits(int height, int width) => this with { LogitHeight = height, LogitWidth = width };

    /// <summary>The same batch of volumes with logits of another size than the target.</summary>
    /// <param name="depth">Slices of the logits.</param>
    /// <param name="height">Rows of the logits.</param>
    /// <param name="width">Columns of the logits.</param>
    public LossShape WithLogits(int depth, int height, int width) =>
        this with { LogitDepth = depth, LogitHeight = height, LogitWidth = width };

    /// <summary>Logits and target differ in their spatial size.</summary>
    internal bool IsResized => LogitDepth != Depth || LogitHeight != Height || LogitWidth != Width;

    /// <summary>The same batch with logits of the target's size.</summary>
    internal LossShape WithoutResize() => WithLogits(Depth, Height, Width);
}
