using System.ComponentModel;

namespace LossGen.Gpu;

/// <summary>
/// A loss with kernels for GPUs: generated where the project property <c>LossGenGpu</c> is true. Call it through
/// <see cref="GpuEvaluator"/>.
/// </summary>
public interface IGpuLoss : ILoss
{
    /// <summary>The kernels. Called by the library.</summary>
    /// <param name="dense">For dense targets; otherwise for class indices.</param>
    /// <returns>Null where the loss takes no such target.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    GpuKernels? Kernels(bool dense);
}
