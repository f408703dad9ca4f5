using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Gpu;

/// <summary>What follows from the extents of a call: how many blocks there are, and where sums and constants lie.</summary>
internal sealed class GpuCall
{
    private readonly KernelLayout layout;
    private readonly LossShape shape;
    private readonly int blocksOfImage;

    public GpuCall(KernelLayout layout, LossShape shape, GpuBlock block)
    {
        this.layout = layout;
        this.shape = shape;
        Block = block;
        long pixels = layout.PerImage ? shape.Pixels : shape.Batch * shape.Pixels, chunk = (long)block.Pixels * block.Rows;
        blocksOfImage = checked((int)((pixels + chunk - 1) / chunk));
        Blocks = checked(blocksOfImage * Kept);
    }

    public GpuBlock Block { get; }

    /// <summary>The blocks of a pass.</summary>
    public int Blocks { get; }

    public int Classes => shape.Classes;

    public GpuStrides Logits { get; init; }

    public GpuStrides Target { get; init; }

    /// <summary>Of the target, where that has more pixels than the logits.</summary>
    public LabelGrid Grid { get; init; }

    public int Images => shape.Batch;

    public long Pixels => shape.Pixels;

    /// <summary>Pixels are computed in double.</summary>
    public bool IsDouble { get; init; }

    /// <summary>For how many images sums and constants are kept.</summary>
    public int Kept => layout.PerImage ? shape.Batch : 1;

    // As the kernels order them.
    private IEnumerable<PassLayout> All =>
        [.. layout.Passes, layout.Gradient, .. layout.Fused is { } fused ? [fused] : Array.Empty<PassLayout>(),
            .. layout.LabelSums is { } labels ? [labels] : Array.Empty<PassLayout>(),
            .. layout.Elements is { } elements ? [elements] : Array.Empty<PassLayout>()];

    public long PartialBytes => sizeof(double) * Math.Max(1, layout.Passes.Select(pass => (long)pass.SumLength(Classes) * Blocks)
        .DefaultIfEmpty(0).Max());

    public long ConstantBytes => sizeof(double) * Math.Max(1, All.Sum(pass => (long)pass.ConstantLength(Classes) * Kept));

    /// <summary>The sums over pixels.</summary>
    public long SumDoubles => Math.Max(1, layout.Passes.Sum(pass => (long)pass.SumLength(Classes) * Kept));

    /// <summary>Those and, behind them, the maps that the gradient reads of the value.</summary>
    public long SumBytes => sizeof(double)
        * (SumDoubles + (((MapsLength(isKept: true) * RealBytes) + sizeof(double) - 1) / sizeof(double)));

    /// <summary>What else passes store and steps leave.</summary>
    public long ScratchBytes => Math.Max(sizeof(double), MapsLength(isKept: false) * RealBytes);

    /// <summary>Passes store maps.</summary>
    public bool Stores => layout.Maps.Length > 0;

    /// <summary>A map in the memory of a call.</summary>
    /// <param name="place">Its place among the maps.</param>
    /// <param name="sums">The memory of the sums.</param>
    /// <param name="scratch">The memory of maps that nobody keeps.</param>
    public GpuMap Map(int place, nint sums, nint scratch)
    {
        bool isKept = IsKept(place);
        long first = isKept ? SumDoubles * (sizeof(double) / RealBytes) : 0;
        return new(isKept ? sums : scratch, first + MapsBefore(place, isKept), layout.MapRows(place, Classes));
    }

    private bool IsKept(int place) => Array.IndexOf(layout.KeptMaps, place) >= 0;

    private long MapsLength(bool isKept) => MapsBefore(layout.Maps.Length, isKept);

    // Maps lie in the order of their places, in numbers of a pixel's type.
    private long MapsBefore(int place, bool isKept)
    {
        long rows = 0;
        for (int before = 0; before < place; before++)
            rows += IsKept(before) == isKept ? layout.MapRows(before, Classes) : 0;
        return Images * Pixels * rows;
    }

    /// <summary>The axes that a loss of neighbours knows.</summary>
    public int Dimensions { get; init; }

    public ImageGrid ImageGrid => new(Dimensions, shape.Depth, shape.Height, shape.Width);

    private int RealBytes => IsDouble ? sizeof(double) : sizeof(float);

    /// <summary>The value that the scalar section writes: none where it has a number for each pixel.</summary>
    public long ValueBytes => sizeof(double) * (layout.ElementAxes.Has(ElementAxes.Pixel) ? 1 : CallChecks.ElementCount(layout.ElementAxes,
        shape));

    public long SlotBytes
    {
        get
        {
            (int scalar, int perClass, int image, int imageClass) = layout.Slots;
            return sizeof(double) * Math.Max(1, scalar + ((long)perClass * Classes) + ((long)image * shape.Batch)
                + ((long)imageClass * shape.Batch * Classes));
        }
    }

    public GpuShape Shape(PassLayout pass, GpuStrides gradient) => new()
    {
        Images = shape.Batch,
        Pixels = shape.Pixels,
        Logits = Logits,
        Target = Target,
        Gradient = gradient,
        Constants = All.TakeWhile(other => other != pass).Sum(other => (long)other.ConstantLength(Classes) * Kept),
        Sums = SumDoubles,
        Blocks = Blocks,
        BlocksOfImage = blocksOfImage,
        Depth = Grid.IsSampled ? Grid.Depth : shape.Depth,
        Height = Grid.IsSampled ? Grid.Height : shape.Height,
        Width = Grid.IsSampled ? Grid.Width : shape.Width,
        TargetDepth = Grid.TargetDepth,
        TargetHeight = Grid.TargetHeight,
        TargetWidth = Grid.TargetWidth,
        TakesFirst = Grid.Sampling == LabelSampling.First ? 1 : 0,
        Classes = Classes,
    };

    public GpuReduction Reduction(PassLayout pass, int index) => new()
    {
        Sums = layout.Passes.Take(index).Sum(other => (long)other.SumLength(Classes) * Kept),
        Count = pass.SumLength(Classes),
        Blocks = Blocks,
        BlocksOfImage = blocksOfImage,
        FirstClassMaximum = (pass.ClassSums - pass.ClassMaxima) * Classes,
        EndOfClasses = pass.ClassSums * Classes,
        FirstPixelMaximum = pass.SumLength(Classes) - pass.PixelMaxima,
    };

    /// <summary>What the scalar section has; the value that it stores, times the weight, may join what is there.</summary>
    public GpuSection Section(double scale, double weight, bool adds) => new()
    {
        Pixels = shape.Pixels,
        Scale = scale,
        Weight = weight,
        Images = shape.Batch,
        Adds = adds ? 1 : 0,
        Classes = Classes,
    };
}

/// <summary>Numbers of each pixel, or of each class of a pixel, in a device's memory.</summary>
/// <param name="Memory">The memory.</param>
/// <param name="Begin">Where they begin there, in numbers of a pixel's type.</param>
/// <param name="Rows">How many numbers a pixel has.</param>
internal readonly record struct GpuMap(nint Memory, long Begin, int Rows);
