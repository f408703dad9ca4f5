using LossGen.Differential.Losses;
using LossGen.Gpu;

namespace LossGen.Differential.Checks;

/// <summary>The kernels for GPUs, in double, on an OpenCL device: pocl makes the CPU one.</summary>
internal static class DeviceBackend
{
    /// <summary>What the device gives of a loss that has kernels.</summary>
    public static Found InDouble(GpuDevice device, ILoss loss, Batch batch, double[] upstream)
    {
        bool isUnreduced = loss.Definition.Reduction == Reduction.None;
        int count = isUnreduced ? checked((int)Cpu.CallChecks.ElementCount(CpuBackend.AxesOf(loss, batch), batch.Shape)) : 1;
        (double[] elements, double[] gradient) = DeviceCall.InDouble(
            device, loss, batch.Shape, batch.Logits, batch.Labels, batch.Dense, batch.Maps, count, isUnreduced && upstream.Length == count
                ? upstream : []);
        return new(elements, gradient);
    }
}
