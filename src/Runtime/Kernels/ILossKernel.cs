using LossGen.Simd;

namespace LossGen.Kernels;

/// <summary>Whether every pixel of a tile is valid. A marker, so that the check is gone where it is not needed.</summary>
public interface ITileMask
{
    /// <summary>True when <see cref="Tile{T}.Valid"/> has to be read.</summary>
    static abstract bool IsMasked { get; }
}

/// <summary>A tile in which some pixels may be invalid (ignored, or padding at an image's end).</summary>
internal readonly struct MaskedTile : ITileMask
{
    /// <inheritdoc/>
    public static bool IsMasked => true;
}

/// <summary>A tile in which every pixel is valid.</summary>
internal readonly struct FullTile : ITileMask
{
    /// <inheritdoc/>
    public static bool IsMasked => false;
}

/// <summary>
/// The memory of one tile: up to <see cref="Width"/> adjacent pixels of one image, all classes. Rows of scratch memory have
/// <see cref="Width"/> elements. The driver pads a short tile to a multiple of the lane count with zeros (label -1, not valid).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public struct Tile<T>
    where T : unmanaged
{
    /// <summary>Logits: class c at <c>Logits + c * LogitStride</c>.</summary>
    public Pointer<T> Logits;

    /// <summary>Elements between the classes of the logits.</summary>
    public nint LogitStride;

    /// <summary>Dense targets: class c at <c>Target + c * TargetStride</c>; null with index targets.</summary>
    public Pointer<T> Target;

    /// <summary>Elements between the classes of the target.</summary>
    public nint TargetStride;

    /// <summary>Index targets: the label as a number, -1 where the pixel is not valid; null with dense targets.</summary>
    public Pointer<T> Labels;

    /// <summary>
    /// The loss's own inputs, in the order of its definition, behind them the maps by their places, and behind <see cref="Stores"/> the
    /// neighbours of the pass; class c of one with classes at <c>Inputs[k] + c * InputStride</c>.
    /// </summary>
    public PointerTable<T> Inputs;

    /// <summary>Elements between the classes of an input that has them.</summary>
    public nint InputStride;

    /// <summary>Elements between the classes of each neighbour that the pass reads.</summary>
    public Pointer<nint> NeighbourStrides;

    /// <summary>Where the maps go that the pass stores, by their places; class c of one with classes at <c>+ c * StoreStride</c>.</summary>
    public PointerTable<T> Stores;

    /// <summary>Elements between the classes of what is stored.</summary>
    public nint StoreStride;

    /// <summary>
    /// All bits set where the pixel is valid, else zero; only read when the tile is masked. Class c at <c>Valid + c * ValidStride</c>.
    /// </summary>
    public Pointer<T> Valid;

    /// <summary>Elements between the classes of the mask; 0 where it does not depend on the class.</summary>
    public nint ValidStride;

    /// <summary>Where the gradient goes: class c at <c>Gradient + c * GradientStride</c>.</summary>
    public Pointer<T> Gradient;

    /// <summary>Elements between the classes of the gradient.</summary>
    public nint GradientStride;

    /// <summary>The gradient is written past the caches; its rows then begin at multiples of a register's bytes.</summary>
    public bool IsStreamed;

    /// <summary>Unreduced values with a pixel axis: where they go.</summary>
    public Pointer<T> Elements;

    /// <summary>Elements between the classes of the unreduced values; 0 where they have no class axis.</summary>
    public nint ElementStride;

    /// <summary>The gradient that arrives for unreduced values with a pixel axis.</summary>
    public Pointer<T> Upstream;

    /// <summary>Elements between the classes of <see cref="Upstream"/>; 0 where it has no class axis.</summary>
    public nint UpstreamStride;

    /// <summary>The logits of the next tile, to be fetched while this one is computed; null where they need not be.</summary>
    internal Pointer<T> Ahead;

    /// <summary>Where the gradient of the next tile goes, likewise.</summary>
    internal Pointer<T> GradientAhead;

    /// <summary>Copies of the logits, where a softmax of many classes makes them a tile ahead; null where it does not.</summary>
    internal unsafe Staging<T>* Staging;

    /// <summary>Scratch rows: row r of class c at <c>Scratch + (r * Classes + c) * Width</c>, then the rows without a class axis.</summary>
    public Pointer<T> Scratch;

    /// <summary>
    /// Lane accumulators: class sum k of class c at <c>Sums + (k * Classes + c) * lanes</c>, then the sums without a class axis.
    /// </summary>
    public Pointer<T> Sums;

    /// <summary>
    /// Products in lanes whose logarithm is added to a sum. They are carried from tile to tile, as far as they cannot overflow: product k
    /// of class c at <c>Products + (k * Classes + c) * lanes</c>, then those without a class axis.
    /// </summary>
    public Pointer<T> Products;

    /// <summary>The products begin with this tile.</summary>
    public bool BeginsProducts;

    /// <summary>The products end with this tile: their logarithm is due.</summary>
    public bool EndsProducts;

    /// <summary>Results of the scalar section for this image: class row k at <c>Constants + k * Classes</c>, then the scalars.</summary>
    public Pointer<T> Constants;

    /// <summary>C.</summary>
    public int Classes;

    /// <summary>Pixels to process: a multiple of the lane count, at most <see cref="Width"/>.</summary>
    public int Pixels;

    /// <summary>Elements between scratch rows.</summary>
    public int Width;
}

/// <summary>The memory of the scalar section: statistics in, constants and value out. All in double.</summary>
public ref struct ScalarContext
{
    /// <summary>N.</summary>
    public int Batch;

    /// <summary>C.</summary>
    public int Classes;

    /// <summary>S.</summary>
    public long Pixels;

    /// <summary>Run-time parameters in the order of declaration.</summary>
    public Pointer<double> Parameters;

    /// <summary>Statistics of pass k at <c>Statistics[k]</c>: [N or 1][class sums: k * C + c, then the others].</summary>
    public PointerTable<double> Statistics;

    /// <summary>
    /// Constants for pass id k at <c>Constants[k]</c>: [N or 1][class rows, then scalars]; null when that pass will not run.
    /// </summary>
    public PointerTable<double> Constants;

    /// <summary>Memory that lives through the call: scalars, then class rows, then image rows, then image-class rows.</summary>
    public Pointer<double> Slots;

    /// <summary>
    /// The gradient that arrives: one number, or for unreduced values without a pixel axis one for each element; null when there is no
    /// gradient pass.
    /// </summary>
    public Pointer<double> Upstream;

    /// <summary>Unreduced values without a pixel axis; null otherwise.</summary>
    public Pointer<double> Elements;

    /// <summary>The value of a reduced loss.</summary>
    public double Value;

    /// <summary>
    /// Receives the terms' shares in the value, then the classes' of each term that has them; null where they are not asked for.
    /// </summary>
    public Pointer<double> Components;
}

/// <summary>What the generator emits for one loss and one kind of target.</summary>
public interface ILossKernel
{
    /// <summary>The passes.</summary>
    static abstract KernelLayout Layout { get; }

    /// <summary>Processes one tile in the pass of the given id.</summary>
    static abstract void Tile<T, V, M>(int pass, ref Tile<T> tile)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where M : struct, ITileMask;

    /// <summary>Computes what a stage of the scalar section computes.</summary>
    static abstract void Scalars(int stage, ref ScalarContext scalars);

    /// <summary>Fills <see cref="ScalarContext.Components"/> after the passes. It may use the slots anew.</summary>
    static virtual void Components(ref ScalarContext scalars) => scalars.Components[0] = scalars.Value;
}
