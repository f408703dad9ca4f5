using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Benchmarks.Losses;

/// <summary>
/// Logits and a target in torch's memory, which every approach reads in place. Labels come in connected regions, as those of
/// images do, and the logits agree with them about as well as those of a half-trained network.
/// </summary>
internal sealed unsafe class Inputs : IDisposable
{
    private const int RegionEdge = 24;

    public Inputs(InputSize size)
    {
        Size = size;
        torch.manual_seed(7);
        using DisposeScope scope = NewDisposeScope();
        Tensor labels = Labels(size);
        Tensor seen = size.Shrink == 1 ? labels : labels.slice(1, 0, size.Extents[2], size.Shrink).slice(2, 0, size.Extents[3],
            size.Shrink);
        Tensor oneHot = size.IsSigmoid ? labels.unsqueeze(1).to(float32) : nn.functional.one_hot(seen, size.Classes).movedim([-1],
            [1]).to(float32);
        Tensor noise = randn(size.LogitExtents, dtype: float32);
        Logits = (2 * noise + 3 * oneHot - (size.IsSigmoid ? 1.5 : 0)).contiguous().requires_grad_().MoveToOuterDisposeScope();
        Target = (size.IsSigmoid ? oneHot : labels).contiguous().MoveToOuterDisposeScope();
        Gradient = zeros(size.LogitExtents, dtype: float32).MoveToOuterDisposeScope();
    }

    public InputSize Size { get; }

    /// <summary>float32, a leaf that requires a gradient.</summary>
    public Tensor Logits { get; }

    /// <summary>int64 class indices, or for sigmoid losses float32 in the shape of the logits.</summary>
    public Tensor Target { get; }

    /// <summary>A buffer of the caller's, in the shape of the logits.</summary>
    public Tensor Gradient { get; }

    public float* LogitData => (float*)Pointer(Logits);

    public void* TargetData => Pointer(Target);

    public float* GradientData => (float*)Pointer(Gradient);

    public void Dispose()
    {
        Logits.Dispose();
        Target.Dispose();
        Gradient.Dispose();
    }

    // Torch's memory does not move.
    private static void* Pointer(Tensor tensor) => Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    private static Tensor Labels(InputSize size)
    {
        int classes = Math.Max(2, size.Classes);
        long[] spatial = size.Extents[2..];
        Tensor coarse = randint(0, classes, [size.Batch, .. spatial.Select(extent => (extent + RegionEdge - 1) / RegionEdge)],
            dtype: int64);
        for (int axis = 0; axis < spatial.Length; axis++)
            coarse = coarse.repeat_interleave(RegionEdge, axis + 1).narrow(axis + 1, 0, spatial[axis]);
        return coarse;
    }
}
