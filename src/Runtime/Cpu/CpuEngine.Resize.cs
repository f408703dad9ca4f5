using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Resizes the logits to the target's size before the passes, and takes the gradient back.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private static void RunResized(ref CpuCall call, LossDefinition definition) => throw new NotImplementedException();
}
