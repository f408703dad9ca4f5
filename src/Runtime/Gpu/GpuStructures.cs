using System.Runtime.InteropServices;

namespace LossGen.Gpu;

/// <summary><c>Shape</c> of the prelude: which memory a pass has.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpuShape
{
    public long Images;
    public long Pixels;
    public GpuStrides Logits;
    public GpuStrides Target;
    public GpuStrides Gradient;
    public long Constants;
    public long Sums;
    public int Blocks;
    public int BlocksOfImage;
    public int Depth;
    public int Height;
    public int Width;
    public int TargetDepth;
    public int TargetHeight;
    public int TargetWidth;
    public int TakesFirst;
    public int Classes;
}

/// <summary><c>Reduction</c> of the prelude: the sums of a pass over its blocks.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpuReduction
{
    public long Sums;
    public int Count;
    public int Blocks;
    public int BlocksOfImage;
    public int FirstClassMaximum;
    public int EndOfClasses;
    public int FirstPixelMaximum;
}

/// <summary><c>Sort</c> of the kernels that sort: segments of pixels and where their numbers lie.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpuSegments
{
    public long Pixels;
    public long Count;
    public long Map;
    public int Rows;
    public int PerImage;
    public int First;
    public int Strips;
    public int Blocks;
    public int Shift;
}

/// <summary><c>Step</c> of the kernels over whole images: an axis, maps and the window.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpuStep
{
    public long Pixels;
    public long Count;
    public long From;
    public long Arriving;
    public long To;
    public long Inner;
    public double Spacing;
    public int Size;
    public int Rows;
    public int FromRows;
    public int ArrivingRows;
    public int First;
    public int Taps;
    public int Weights;
    public int Border;
    public int IsMinimum;
    public int Joins;
    public int IsLast;
    public int Unused;
}

/// <summary><c>Resize</c> of the kernels that resize logits: both sizes, and the axis that is gathered along.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpuResize
{
    public GpuStrides Logits;
    public int Pixels;
    public int Blocks;
    public int Classes;
    public int IsAligned;
    public int Depth;
    public int Height;
    public int Width;
    public int TargetDepth;
    public int TargetHeight;
    public int TargetWidth;
    public int Inner;
    public int Size;
    public int TargetSize;
    public int Points;
    public int Starts;
    public int Unused;
}

/// <summary><c>Pairs</c> of the kernels of pairs: where embeddings lie, or their gradient, and what becomes of them.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpuEmbeddings
{
    public long Row;
    public long Feature;
    public double Factor;
    public double Floor;
    public int Rows;
    public int Features;
    public int IsScaled;
    public int Parts;
}

/// <summary><c>Product</c> of the kernels of pairs: two matrices, their product, and the tiles that it has.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpuProduct
{
    public long LeftRow;
    public long LeftStep;
    public long LeftImage;
    public long RightStep;
    public long RightColumn;
    public long RightImage;
    public long RightFirst;
    public long ToRow;
    public long ToColumn;
    public long ToImage;
    public long ToPart;
    public long ToFirst;
    public double Factor;
    public int Rows;
    public int Columns;
    public int Depth;
    public int Tiles;
    public int TilesAcross;
    public int Parts;
    public int DepthOfPart;
    public int IsMirrored;
}

/// <summary><c>Section</c> of the prelude: what the scalar section has of the batch.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpuSection
{
    public long Pixels;
    public double Scale;
    public double Weight;
    public int Images;
    public int Adds;
    public int Classes;
    public int Unused;
}
