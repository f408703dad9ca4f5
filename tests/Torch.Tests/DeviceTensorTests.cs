using LossGen.Generated;
using LossGen.Gpu;

namespace LossGen.Torch.Tests;

/// <summary>What torch's C interface tells of tensors, against what TorchSharp tells.</summary>
public class DeviceTensorTests
{
    [Fact]
    public void Address_extents_and_type_are_those_of_TorchSharp()
    {
        using var scope = NewDisposeScope();
        Tensor whole = arange(120, dtype: ScalarType.Float32).reshape(2, 3, 4, 5);
        Span<long> sizes = stackalloc long[8], strides = stackalloc long[8];
        foreach (Tensor tensor in (Tensor[])
            [whole, whole.transpose(1, 3), whole[TensorIndex.Colon, 1], whole.to_type(ScalarType.BFloat16), whole.to_type(ScalarType.Int64),
                whole.to_type(ScalarType.Bool), whole.expand(7, 2, 3, 4, 5), torch.tensor(3.0), zeros(0, 4)])
        {
            int axes = DeviceTensor.Extents(tensor, sizes, strides);
            Assert.Equal(tensor.shape, sizes[..axes].ToArray());
            Assert.Equal(tensor.stride(), strides[..axes].ToArray());
            Assert.Equal(tensor.dtype, DeviceTensor.Type(tensor));
            Assert.Equal(TensorMemory.Data(tensor), DeviceTensor.Address(tensor));
            Assert.Equal(-1, DeviceTensor.CudaOrdinal(tensor));
        }

        // A part begins where it begins: 1 row of 4 x 5 floats of 4 bytes further.
        Assert.Equal(80, DeviceTensor.Address(whole[TensorIndex.Colon, 1]) - DeviceTensor.Address(whole));
        Assert.Throws<ArgumentException>(() => DeviceTensor.Extents(whole, new long[3], new long[8]));
    }

    [Fact]
    public void Pixels_that_are_evenly_spaced_need_no_copy()
    {
        using var scope = NewDisposeScope();
        Tensor x = zeros(2, 3, 4, 5);
        Assert.Equal(new GpuStrides(60, 20, 1), DeviceTensor.Strides(x, hasClasses: true));
        Assert.Equal(new GpuStrides(60, 0, 1), DeviceTensor.Strides(x, hasClasses: false));

        // Classes last, a part of the images or classes, and every second column.
        Assert.Equal(new GpuStrides(60, 1, 3), DeviceTensor.Strides(x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), true));
        Assert.Equal(new GpuStrides(60, 20, 1), DeviceTensor.Strides(x[TensorIndex.Colon, TensorIndex.Slice(1, 3)], true));
        Assert.Equal(new GpuStrides(120, 20, 1), DeviceTensor.Strides(zeros(4, 3, 4, 5)[TensorIndex.Slice(step: 2)], true));
        Assert.Equal(new GpuStrides(48, 16, 2), DeviceTensor.Strides(zeros(2, 3, 4, 4)[.., .., .., TensorIndex.Slice(step: 2)], true));

        // Axes of one and repeated elements.
        Assert.Equal(new GpuStrides(60, 20, 5), DeviceTensor.Strides(x[.., .., .., TensorIndex.Slice(0, 1)], true));
        Assert.Equal(new GpuStrides(3, 1, 1), DeviceTensor.Strides(zeros(2, 3), true));
        Assert.Equal(new GpuStrides(1, 0, 1), DeviceTensor.Strides(zeros(2), false));
        Assert.Equal(new GpuStrides(0, 1, 0), DeviceTensor.Strides(zeros(3, 1, 1).expand(2, 3, 4, 5), true));

        // Rows with a gap, columns before rows, rows that are repeated, columns that are.
        Assert.Null(DeviceTensor.Strides(x[.., .., .., TensorIndex.Slice(0, 4)], true));
        Assert.Null(DeviceTensor.Strides(x.transpose(2, 3), true));
        Assert.Null(DeviceTensor.Strides(zeros(2, 3, 1, 5).expand(2, 3, 4, 5), true));
        Assert.Null(DeviceTensor.Strides(zeros(2, 3, 4, 1).expand(2, 3, 4, 5), true));
        Assert.Throws<ArgumentException>(() => DeviceTensor.Strides(zeros(3), true));
    }

    [Fact]
    public void A_libtorch_without_CUDA_has_no_stream()
    {
        for (int k = 0; k < 2; k++)
        {
            bool found = DeviceTensor.TryGetStream(0, out nint stream);
            Assert.True(found ? cuda.is_available() : stream == 0);
        }
    }
}
