using LossGen.Gpu;
using LossGen.Kernels;

namespace LossGen.TestSupport;

/// <summary>A call of kernels for GPUs in double, with the memory that it takes for so long.</summary>
internal sealed class DeviceCall(GpuDevice device) : IDisposable
{
    private readonly List<nint> addresses = [];

    /// <summary>Value and gradient of a loss that has kernels.</summary>
    /// <param name="device">The device.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="logits">(N, C, S).</param>
    /// <param name="labels">(N, S), or null.</param>
    /// <param name="dense">The dense target, where there are no labels; null where embeddings are two views, too.</param>
    /// <param name="maps">The loss's own inputs.</param>
    /// <param name="count">How many numbers the value has.</param>
    /// <param name="upstream">The gradient that arrives at each; empty for ones.</param>
    /// <param name="isApart">By a forward pass and a backward pass of what it left, and not in one call.</param>
    public static (double[] Value, double[] Gradient) InDouble(
        GpuDevice device, ILoss loss, LossShape shape, double[] logits, long[]? labels, double[]? dense, double[][] maps, int count,
            double[] upstream, bool isApart = false)
    {
        using var call = new DeviceCall(device);
        using var evaluator = new GpuEvaluator(loss, device);
        var batch = new GpuBatch
        {
            Shape = shape,
            Logits = call.Of(logits),
            LogitElement = LogitElement.Double,
            Target = labels is not null ? call.Of(labels) : dense is not null ? call.Of(dense) : 0,
            TargetElement = labels is null ? TargetElement.Double : TargetElement.Int64,
            Inputs = [.. maps.Select(call.Of)],
        };
        double[] values = new double[count], slopes = new double[logits.Length];
        nint value = call.Of(values), gradient = call.Of(slopes);
        nint arriving = upstream.Length == 0 ? 0 : call.Of(upstream);
        if (isApart)
        {
            nint sums = call.Of(new double[evaluator.SumLength(batch)]);
            evaluator.Forward(batch, value, sums);
            evaluator.Backward(batch, sums, gradient, upstream: arriving);
        }
        else
        {
            evaluator.EvaluateWithGradient(batch, value, gradient, upstream: arriving);
        }

        evaluator.ThrowIfFault();
        device.Read(value, values.AsSpan());
        device.Read(gradient, slopes.AsSpan());
        return (values, slopes);
    }

    public void Dispose() => addresses.ForEach(device.Free);

    private nint Of<T>(T[] numbers)
        where T : unmanaged
    {
        nint address = device.Allocate(Math.Max(8L, numbers.Length * 8L));
        addresses.Add(address);
        device.Write(address, (ReadOnlySpan<T>)numbers);
        return address;
    }
}
