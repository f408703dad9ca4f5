using LossGen.Differential.Losses;
using LossGen.Gpu;
using LossGen.Kernels;

namespace LossGen.Differential.Checks;

/// <summary>The kernels for GPUs, in double, on an OpenCL device: pocl makes the CPU one.</summary>
internal sealed class DeviceBackend : IDisposable
{
    private readonly GpuDevice device;
    private readonly List<nint> addresses = [];

    private DeviceBackend(GpuDevice device) => this.device = device;

    /// <summary>Null where there is no device.</summary>
    public static DeviceBackend? Open() => OpenClDevice.TryOpen(out OpenClDevice? device, out _) ? new(device) : null;

    /// <summary>What the device gives; null where the loss has no kernels.</summary>
    public Found? InDouble(ILoss loss, Batch batch, double[] upstream)
    {
        if (GpuEvaluator.WhyNot(loss) is not null)
            return null;
        try
        {
            using var evaluator = new GpuEvaluator(loss, device);
            bool isUnreduced = loss.Definition.Reduction == Reduction.None;
            int count = isUnreduced ? checked((int)Cpu.CallChecks.ElementCount(CpuBackend.AxesOf(loss, batch), batch.Shape)) : 1;
            var numbers = new GpuBatch
            {
                Shape = batch.Shape,
                Logits = Of(batch.Logits),
                LogitElement = LogitElement.Double,
                Target = batch.Labels is { } labels ? Of([.. labels.Select(label => (long)label)]) : Of(batch.Dense!),
                TargetElement = batch.Labels is null ? TargetElement.Double : TargetElement.Int64,
                Inputs = [.. batch.Maps.Select(Of)],
            };
            nint value = Of(new double[count]), gradient = Of(new double[batch.Logits.Length]);
            evaluator.EvaluateWithGradient(numbers, value, gradient, upstream: isUnreduced && upstream.Length == count ? Of(upstream) : 0);
            evaluator.ThrowIfFault();
            var found = new Found(new double[count], new double[batch.Logits.Length]);
            device.Read(value, found.Elements.AsSpan());
            device.Read(gradient, found.Gradient.AsSpan());
            return found;
        }
        finally
        {
            addresses.ForEach(device.Free);
            addresses.Clear();
        }
    }

    public void Dispose() => device.Dispose();

    private nint Of<T>(T[] numbers)
        where T : unmanaged
    {
        nint address = device.Allocate(Math.Max(8L, numbers.Length * 8L));
        addresses.Add(address);
        device.Write(address, (ReadOnlySpan<T>)numbers);
        return address;
    }
}
