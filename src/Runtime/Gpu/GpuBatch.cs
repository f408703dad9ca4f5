using LossGen.Kernels;

namespace LossGen.Gpu;

/// <summary>
/// A batch in a device's memory: addresses as <see cref="GpuDevice.Allocate"/> gives them, or as another binding of the same driver does.
/// Numbers are read where they are, in any layout that strides can tell.
/// </summary>
public sealed record GpuBatch
{
    /// <summary>
    /// The extents: N, C, S. Logits that the loss resizes have their own: <see cref="LossShape.WithLogits(int, int)"/>. Embeddings that the
    /// loss compares have rows and features: <see cref="LossShape.OfRows"/>.
    /// </summary>
    public required LossShape Shape { get; init; }

    /// <summary>The logits, or embeddings, (N, D).</summary>
    public required nint Logits { get; init; }

    /// <summary>The type of logits and gradient. Half and bfloat16 are computed in float, double in double.</summary>
    public LogitElement LogitElement { get; init; } = LogitElement.Single;

    /// <summary>
    /// Where the logit of an image, class and pixel lies. By default (N, C, S), the pixels adjacent; (N, S, C) with
    /// <see cref="LossShape.ClassesLast"/>. Of embeddings a row is an image and a feature a class.
    /// </summary>
    public GpuStrides? LogitStrides { get; init; }

    /// <summary>
    /// Labels (N, S), or a dense target (N, C, S) in the layout that the loss declares. Of a loss that compares pairs a label for each row,
    /// or 0: the rows are two views of the same samples, one after the other.
    /// </summary>
    public required nint Target { get; init; }

    /// <summary>The type of the target's numbers: integers are labels.</summary>
    public TargetElement TargetElement { get; init; } = TargetElement.Int64;

    /// <summary>Where the target of an image, class and pixel lies; of embeddings that of a row, <see cref="GpuStrides.Image"/>.</summary>
    public GpuStrides? TargetStrides { get; init; }

    /// <summary>
    /// Where target and inputs are of a finer grid than the logits, whose extents are those of <see cref="Shape"/>: which of them a pixel
    /// takes. They are read where they lie.
    /// </summary>
    public LabelGrid Grid { get; init; }

    /// <summary>
    /// How logits of another size than the target's are resized where the loss declares nothing of that, as
    /// <see cref="DeepSupervision.Resize"/> asks; <see cref="Resize.None"/> for what the loss declares.
    /// </summary>
    public Resize Resize { get; init; }

    /// <summary>
    /// The loss's own inputs in the order of its definition, (N, S) or (N, C, S): double where the logits are, else float.
    /// </summary>
    public IReadOnlyList<nint> Inputs { get; init; } = [];
}

/// <summary>How far apart neighbours lie in memory, in numbers.</summary>
/// <param name="Image">From an image to the next.</param>
/// <param name="Class">From a class to the next.</param>
/// <param name="Pixel">From a pixel to the next.</param>
public readonly record struct GpuStrides(long Image, long Class, long Pixel)
{
    /// <summary>Where logits lie, and their gradient, by default.</summary>
    internal static GpuStrides OfLogits(LossShape shape) =>
        shape.ClassesLast ? ClassesLast(shape.Classes, shape.LogitPixels) : ClassesFirst(shape.Classes, shape.LogitPixels);

    internal static GpuStrides ClassesFirst(int classes, long pixels) => new(classes * pixels, pixels, 1);

    internal static GpuStrides ClassesLast(int classes, long pixels) => new(classes * pixels, 1, classes);
}
