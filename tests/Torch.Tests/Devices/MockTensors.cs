using LossGen.Generated;
using LossGen.Gpu;

namespace LossGen.Torch.Tests.Devices;

/// <summary>CPU tensors in the place of a GPU's: the mock runs no kernel.</summary>
internal sealed class MockTensors(CudaDevice cuda) : TensorDevice
{
    private readonly Dictionary<nint, Tensor> held = [];

    public override GpuDevice Device => cuda;

    public override nint Stream => Number;

    /// <summary>Of its stream.</summary>
    public const int Number = 9;

    public override void Enter(nint stream) => cuda.Stream = stream;

    public override void Leave()
    {
    }

    public override nint Address(Tensor tensor, bool isWritten) => DeviceTensor.Address(tensor);

    public override nint Allocate(long bytes)
    {
        Tensor memory = empty(bytes, dtype: ScalarType.Byte).DetachFromDisposeScope();
        held.Add(DeviceTensor.Address(memory), memory);
        return DeviceTensor.Address(memory);
    }

    public override void Free(nint memory)
    {
        held[memory].Dispose();
        held.Remove(memory);
    }

    public override Tensor NewFlags(int count) => zeros(count, dtype: ScalarType.Int32).DetachFromDisposeScope();
}
