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
    public int Blocks;
    public int BlocksOfImage;
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

/// <summary><c>Section</c> of the prelude: what the scalar section has of the batch.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpuSection
{
    public long Pixels;
    public double Scale;
    public int Images;
    public int Unused;
}
