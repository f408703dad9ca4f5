using System.Runtime.InteropServices;
using LossGen.Generated;
using LossGen.Gpu;

namespace LossGen.Torch.Tests.Devices;

/// <summary>
/// CPU tensors on an OpenCL device: each is copied there for a call and back where kernels wrote to it. All else is the road of a tensor
/// on a GPU.
/// </summary>
internal sealed class OpenClTensors : TensorDevice, IDisposable
{
    private readonly OpenClDevice device = OpenClDevice.Open();
    private readonly List<(nint Memory, nint Host, int Bytes, bool IsWritten)> copies = [];

    /// <summary>Why there is no device; null where there is one.</summary>
    public static string? Missing { get; } = Look();

    /// <summary>How often kernels ran.</summary>
    public int Calls { get; private set; }

    /// <summary>The memory of tensors that kernels were given.</summary>
    public HashSet<nint> Given { get; } = [];

    /// <summary>Memory that exists beside the tensors'.</summary>
    public int Allocated { get; private set; }

    public override GpuDevice Device => device;

    public override nint Stream => 0;

    public override void Enter(nint stream) => Assert.Empty(copies);

    public override nint Address(Tensor tensor, bool isWritten)
    {
        Span<long> sizes = stackalloc long[16], strides = stackalloc long[16];
        int axes = DeviceTensor.Extents(tensor, sizes, strides);
        long count = 1;
        for (int axis = 0; axis < axes; axis++)
            count += (sizes[axis] - 1) * strides[axis];
        var numbers = new byte[count * tensor.element_size()];
        nint host = DeviceTensor.Address(tensor), memory = device.Allocate(numbers.Length);
        Marshal.Copy(host, numbers, 0, numbers.Length);
        device.Write(memory, (ReadOnlySpan<byte>)numbers);
        copies.Add((memory, host, numbers.Length, isWritten));
        Given.Add(host);
        return memory;
    }

    public override void Leave()
    {
        if (copies.Any(copy => copy.IsWritten))
            Calls++;
        foreach ((nint memory, nint host, int bytes, bool isWritten) in copies)
        {
            if (isWritten)
            {
                var numbers = new byte[bytes];
                device.Read(memory, numbers.AsSpan());
                Marshal.Copy(numbers, 0, host, bytes);
            }

            device.Free(memory);
        }

        copies.Clear();
    }

    public override nint Allocate(long bytes)
    {
        Allocated++;
        return device.Allocate(bytes);
    }

    public override void Free(nint memory)
    {
        Allocated--;
        device.Free(memory);
    }

    public override Tensor NewFlags(int count) => zeros(count, dtype: ScalarType.Int32).DetachFromDisposeScope();

    public void Dispose() => device.Dispose();

    private static string? Look()
    {
        if (!OpenClDevice.TryOpen(out OpenClDevice? device, out string? reason))
            return reason;
        device.Dispose();
        return null;
    }
}

/// <summary>A test that needs OpenCL: skipped, with the reason, on a machine without.</summary>
internal sealed class OpenClFactAttribute : FactAttribute
{
    public OpenClFactAttribute() => Skip = OpenClTensors.Missing;
}

/// <summary>As <see cref="OpenClFactAttribute"/>, with data.</summary>
internal sealed class OpenClTheoryAttribute : TheoryAttribute
{
    public OpenClTheoryAttribute() => Skip = OpenClTensors.Missing;
}
