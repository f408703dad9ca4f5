using LossGen.Differential.Losses;
using LossGen.Gpu;

namespace LossGen.Differential.Checks;

/// <summary>The kernels for GPUs, in double, on an OpenCL device: pocl makes the CPU one.</summary>
internal static class DeviceBackend
{
    /// <summary>What the device gives of a loss that has kernels.</summary>
    /// <param name="device">The device.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="upstream">The gradient that arrives.</param>
    /// <param name="isApart">By a forward and a backward pass.</param>
    public static Found InDouble(GpuDevice device, ILoss loss, Batch batch, double[] upstream, bool isApart = false)
    {
        bool isUnreduced = loss.Definition.Reduction == Reduction.None;
        int count = isUnreduced ? checked((int)Cpu.CallChecks.ElementCount(CpuBackend.AxesOf(loss, batch), batch.Shape)) : 1;
        (double[] elements, double[] gradient) = DeviceCall.InDouble(
            device, loss, batch.Shape, batch.Logits, batch.Labels, batch.Dense, batch.Maps, count, isUnreduced && upstream.Length == count
                ? upstream : [], isApart);
        return new(elements, gradient);
    }

    /// <summary>Value and gradient come in one pass where both are asked for at once: a backward pass may round in another way.</summary>
    public static bool IsFused(ILoss loss, Batch batch) => ((IGpuLoss)loss).Kernels(dense: batch.Labels is null)!.Layout.Fused is not null;
}
