namespace LossGen.Generated;

using System;
using System.Collections.Generic;
using LossGen.Gpu;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>A device as kernels on tensors need it: its driver, and where a tensor's memory lies for that.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal abstract class TensorDevice
{
    /// <summary>
    /// Takes the calls of this thread on CPU tensors, which it has to copy there and back. For tests: the whole road of a GPU runs where
    /// there is none.
    /// </summary>
    [field: ThreadStatic]
    internal static TensorDevice? Forced { get; set; }

    /// <summary>The driver.</summary>
    public abstract GpuDevice Device { get; }

    /// <summary>The stream that torch's operations of this thread go to.</summary>
    public abstract nint Stream { get; }

    /// <summary>Sends what this thread asks the driver for to a stream.</summary>
    public abstract void Enter(nint stream);

    /// <summary>Everything that was to run has been asked for.</summary>
    public abstract void Leave();

    /// <summary>Memory of a tensor, as the driver names it, until <see cref="Leave"/>.</summary>
    /// <param name="tensor">A tensor on the device; the caller keeps it alive.</param>
    /// <param name="isWritten">Kernels write there.</param>
    public abstract nint Address(Tensor tensor, bool isWritten);

    /// <summary>Memory for what kernels leave to each other.</summary>
    public abstract nint Allocate(long bytes);

    /// <summary>Takes such memory back, which may still be in use.</summary>
    public abstract void Free(nint memory);

    /// <summary>Zeros in the host's memory that the device can write to while nobody waits; null where there is no such memory.</summary>
    public abstract Tensor? NewFlags(int count);

    /// <summary>The device of a tensor, where kernels can run on it.</summary>
    public static TensorDevice? Of(Tensor tensor, out string? reason)
    {
        reason = null;
        if (Forced is { } forced)
            return forced;
        int ordinal = DeviceTensor.CudaOrdinal(tensor);
        if (ordinal >= 0)
            return CudaTensors.Of(ordinal, out reason);
        reason = $"the tensors are on {tensor.device}, and kernels run on CUDA devices";
        return null;
    }
}

/// <summary>
/// An NVIDIA GPU of torch's: in its context, on its streams, and with memory of its pool, which takes memory back in the order of the
/// stream.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal sealed class CudaTensors : TensorDevice
{
    private static readonly Dictionary<int, (CudaTensors? Device, string? Reason)> s_opened = new();

    private readonly CudaDevice device;
    private readonly Dictionary<nint, Tensor> held = new();

    private CudaTensors(CudaDevice device) => this.device = device;

    /// <inheritdoc/>
    public override GpuDevice Device => device;

    /// <inheritdoc/>
    public override nint Stream => DeviceTensor.TryGetStream(device.Ordinal, out nint stream)
        ? stream
        : throw new InvalidOperationException("libtorch did not tell its current CUDA stream.");

    /// <summary>Opens a GPU once: what fails is not tried again.</summary>
    public static CudaTensors? Of(int ordinal, out string? reason)
    {
        lock (s_opened)
        {
            if (!s_opened.TryGetValue(ordinal, out (CudaTensors? Device, string? Reason) known))
                s_opened.Add(ordinal, known = Open(ordinal));
            reason = known.Reason;
            return known.Device;
        }
    }

    /// <inheritdoc/>
    public override void Enter(nint stream) => device.Stream = stream;

    /// <inheritdoc/>
    public override void Leave()
    {
    }

    /// <inheritdoc/>
    public override nint Address(Tensor tensor, bool isWritten) => DeviceTensor.Address(tensor);

    /// <inheritdoc/>
    public override nint Allocate(long bytes)
    {
        Tensor memory = torch.empty(new[] { bytes }, dtype: ScalarType.Byte, device: new Device(DeviceType.CUDA, device.Ordinal));
        memory.DetachFromDisposeScope();
        nint address = DeviceTensor.Address(memory);
        lock (held)
            held.Add(address, memory);
        return address;
    }

    /// <inheritdoc/>
    public override void Free(nint memory)
    {
        lock (held)
        {
            held[memory].Dispose();
            held.Remove(memory);
        }
    }

    /// <inheritdoc/>
    public override Tensor? NewFlags(int count)
    {
        try
        {
            using Tensor zeros = torch.zeros(count, dtype: ScalarType.Int32);
            return zeros.pin_memory().DetachFromDisposeScope();
        }
        catch (System.Runtime.InteropServices.ExternalException)
        {
            return null;
        }
    }

    private static (CudaTensors? Device, string? Reason) Open(int ordinal)
    {
        if (!DeviceTensor.TryGetStream(ordinal, out _))
            return (null, "this libtorch does not tell its CUDA stream (aoti_torch_get_current_cuda_stream): it is too old, or not for CUDA");
        return CudaDevice.TryOpen(ordinal, out CudaDevice? device, out string? reason) ? (new CudaTensors(device), null) : (null, reason);
    }
}
