namespace LossGen.Kernels;

/// <summary>What a generated kernel needs of the driver in one pass over the pixels.</summary>
/// <param name="Id">The number handed to <see cref="ILossKernel.Tile"/>.</param>
/// <param name="ClassSums">Sums over pixels with one number a class.</param>
/// <param name="PixelSums">Sums over pixels without a class axis.</param>
/// <param name="ClassConstants">Rows of <see cref="Tile{T}.Constants"/> with one number a class.</param>
/// <param name="ScalarConstants">Numbers of <see cref="Tile{T}.Constants"/> without a class axis, after the rows.</param>
/// <param name="ClassRows">Scratch rows a class.</param>
/// <param name="PixelRows">Scratch rows without a class axis, after those.</param>
/// <param name="WritesGradient">The pass writes the gradient.</param>
/// <param name="WritesElements">The pass writes the unreduced values (only when they have a pixel axis).</param>
/// <param name="ClassProducts">Products over pixels with one number a class: <see cref="Tile{T}.Products"/>.</param>
/// <param name="PixelProducts">Those without a class axis.</param>
/// <param name="ClassMaxima">How many of <paramref name="ClassSums"/>, the last ones, are no sums but the largest over the pixels.</param>
/// <param name="PixelMaxima">How many of <paramref name="PixelSums"/>, the last ones, are.</param>
/// <param name="MapReads">The places of the maps that the pass reads.</param>
/// <param name="MapStores">The places of the maps that it stores.</param>
/// <param name="Neighbours">
/// The neighbours that it reads: behind what is stored in <see cref="Tile{T}.Inputs"/>, with <see cref="Tile{T}.NeighbourStrides"/>.
/// </param>
/// <param name="Sorts">What is sorted and summed up when the pass is done.</param>
/// <param name="Steps">What runs over whole images behind that.</param>
/// <param name="ReadsLabels">
/// The pass asks for labels otherwise than to know which pixels count. An earlier one has checked them where it does not.
/// </param>
public sealed class PassLayout(
    int Id, int ClassSums, int PixelSums, int ClassConstants, int ScalarConstants, int ClassRows, int PixelRows,
    bool WritesGradient, bool WritesElements, int ClassProducts = 0, int PixelProducts = 0,
    int ClassMaxima = 0, int PixelMaxima = 0, int[]? MapReads = null, int[]? MapStores = null,
    SortLayout[]? Sorts = null, StepLayout[]? Steps = null, NeighbourLayout[]? Neighbours = null, bool ReadsLabels = true)
{
    internal int Id { get; } = Id;

    internal int ClassSums { get; } = ClassSums;

    internal int PixelSums { get; } = PixelSums;

    internal int ClassConstants { get; } = ClassConstants;

    internal int ScalarConstants { get; } = ScalarConstants;

    internal int ClassRows { get; } = ClassRows;

    internal int PixelRows { get; } = PixelRows;

    internal bool WritesGradient { get; } = WritesGradient;

    internal bool WritesElements { get; } = WritesElements;

    internal int[] MapReads { get; } = MapReads ?? [];

    internal int[] MapStores { get; } = MapStores ?? [];

    internal SortLayout[] Sorts { get; } = Sorts ?? [];

    internal StepLayout[] Steps { get; } = Steps ?? [];

    internal NeighbourLayout[] Neighbours { get; } = Neighbours ?? [];

    internal bool ReadsLabels { get; } = ReadsLabels;

    /// <summary>The pass leaves nothing: only its steps run.</summary>
    internal bool IsIdle => ClassSums + PixelSums + MapStores.Length == 0 && !WritesGradient && !WritesElements;

    internal int ClassProducts { get; } = ClassProducts;

    internal int PixelProducts { get; } = PixelProducts;

    internal int ClassMaxima { get; } = ClassMaxima;

    internal int PixelMaxima { get; } = PixelMaxima;

    /// <summary>The length of the pass's statistics for an image.</summary>
    internal int SumLength(int classes) => ClassSums * classes + PixelSums;

    /// <summary>Some of the pass's statistics are maxima, which do not add up.</summary>
    internal bool HasMaxima => ClassMaxima + PixelMaxima > 0;

    /// <summary>Whether a statistic, at its place among those of an image, is a maximum.</summary>
    internal bool IsMaximum(int index, int classes) =>
        index < ClassSums * classes ? index >= (ClassSums - ClassMaxima) * classes : index >= SumLength(classes) - PixelMaxima;

    /// <summary>How many products the pass forms.</summary>
    internal int ProductLength(int classes) => ClassProducts * classes + PixelProducts;

    /// <summary>The length of the pass's constants for an image.</summary>
    internal int ConstantLength(int classes) => ClassConstants * classes + ScalarConstants;
}

/// <summary>The axes that the value of an unreduced loss keeps.</summary>
[Flags]
public enum ElementAxes
{
    /// <summary>A single number.</summary>
    None = 0,

    /// <summary>Images.</summary>
    Batch = 1,

    /// <summary>Classes.</summary>
    Class = 2,

    /// <summary>Pixels.</summary>
    Pixel = 4,
}

/// <summary>
/// The passes of a generated kernel. A call runs <c>Scalars(0)</c>, then for each k pass k and <c>Scalars(k + 1)</c>. The
/// value is ready after <c>Scalars(ValueStage)</c>; the gradient pass runs after <c>Scalars(Passes.Length)</c>.
/// </summary>
public sealed class KernelLayout
{
    /// <summary>The passes that add up statistics, in order.</summary>
    public required PassLayout[] Passes { internal get; init; }

    /// <summary>The stage of the scalar section at which the value is ready: at most <c>Passes.Length</c>.</summary>
    public required int ValueStage { internal get; init; }

    /// <summary>The pass that writes the gradient.</summary>
    public required PassLayout Gradient { internal get; init; }

    /// <summary>
    /// Computes <c>Passes[0]</c> and the gradient in one pass; only where the gradient needs no statistics, or those of
    /// <see cref="LabelSums"/>, and there is exactly one pass.
    /// </summary>
    public PassLayout? Fused { internal get; init; }

    /// <summary>
    /// Devices have kernels for <see cref="Fused"/>. Where sums of labels come ahead of it they read the matrix of pairs once more instead,
    /// which takes little of the time that its product takes.
    /// </summary>
    internal bool IsFusedOnDevices => Fused is not null && LabelSums is null;

    /// <summary>
    /// Computes those statistics of <c>Passes[0]</c> that read no logits, ahead of <see cref="Fused"/>, which then computes the others:
    /// <c>Scalars(1)</c> runs behind each of the two.
    /// </summary>
    public PassLayout? LabelSums { internal get; init; }

    /// <summary>The pass that writes unreduced values with a pixel axis; it runs after <c>Scalars(ValueStage)</c>.</summary>
    public PassLayout? Elements { internal get; init; }

    /// <summary>All passes that there are.</summary>
    internal PassLayout[] AllPasses =>
        allPasses ??= [.. Passes.Append(Gradient).Concat(new[] { Fused, LabelSums, Elements }.OfType<PassLayout>())];

    private PassLayout[]? allPasses;

    /// <summary>A pass reads numbers of other pixels where they lie.</summary>
    internal bool ReadsNeighbours => Array.Exists(AllPasses, pass => pass.Neighbours.Length > 0);

    /// <summary>Some of these are logits.</summary>
    internal bool ReadsLogitsOfNeighbours =>
        Array.Exists(AllPasses, pass => Array.Exists(pass.Neighbours, neighbour => neighbour.Image == NeighbourLayout.Logits));

    /// <summary>The axes of the value: none unless the loss declares <see cref="Reduction.None"/>.</summary>
    public ElementAxes ElementAxes { internal get; init; }

    /// <summary>
    /// The places of maps, which passes store for sorts, steps and later passes, and steps leave for passes: whether each has room for all
    /// classes.
    /// </summary>
    public bool[] Maps { internal get; init; } = [];

    /// <summary>
    /// The places of maps of the value that a gradient whose sums are known reads. Nothing of the gradient is put there.
    /// </summary>
    public int[] KeptMaps { internal get; init; } = [];

    /// <summary>Pixels are sorted.</summary>
    internal bool Sorts => Array.Exists(Passes, pass => pass.Sorts.Length > 0);

    /// <summary>How many numbers a pixel has in a map.</summary>
    internal int MapRows(int place, int classes) => Maps[place] ? classes : 1;

    /// <summary>
    /// Statistics and constants are kept for each image: [N][length]. Otherwise once, summed over the images in order: [length].
    /// </summary>
    public required bool PerImage { internal get; init; }

    /// <summary>The value depends on the number of images by itself, which sums over the batch do not tell.</summary>
    public bool CountsImages { internal get; init; }

    /// <summary>
    /// Registers are worked on in pairs where there are 16 of 256 bits: worth it where the runtime's softmax has taken the long
    /// computations out of the loops, and what they add up fits beside it.
    /// </summary>
    public bool Pairs { internal get; init; }

    /// <summary>Doubles of <see cref="ScalarContext.Slots"/>: Scalar + Class*C + Image*N + ImageClass*N*C.</summary>
    public required (int Scalar, int Class, int Image, int ImageClass) Slots { internal get; init; }
}
