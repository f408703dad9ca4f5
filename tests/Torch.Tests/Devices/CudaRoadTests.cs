using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LossGen.Generated;
using LossGen.Gpu;
using LossGen.Gpu.Tests;
using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests.Devices;

/// <summary>The road to CUDA on the mock of a driver: which memory and stream kernels are given, and what comes of failures.</summary>
public class CudaRoadTests
{
    private const int Stream = MockTensors.Number;

    /// <summary>Kernels get the tensors' own memory, on torch's stream, and nothing waits or takes memory of the driver.</summary>
    [MockFact]
    public void Kernels_are_given_the_tensors_and_nothing_waits()
    {
        using var scope = NewDisposeScope();
        using var mock = Mock();
        using CudaDevice cuda = Open(mock);
        var device = new MockTensors(cuda);
        using var loss = new DiceCrossEntropy();
        Tensor large = randn(4, 4, 7, 11), x = large[TensorIndex.Slice(step: 2)].detach().requires_grad_();
        Tensor labels = randint(0, 4, [2, 7, 11], dtype: ScalarType.Int32);
        for (int step = 0; step < 2; step++)
        {
            x.grad = null;
            mock.Forget();
            device.Run(() => loss.call(x, labels)).backward();
        }

        Assert.Null(loss.DeviceKernelsReason);
        Assert.All(mock.Log, line => Assert.True(line is "cuMemsetD8Async" || line.StartsWith("cuLaunchKernel", StringComparison.Ordinal),
            line));
        (string Kernel, int Stream, byte[][] Arguments)[] launches = Launches(mock);
        string[] kernels = ["scalars0", "pass0", "reduce", "scalars1", "slopes0", "slopes1", "pass1"];
        Assert.Equal(kernels, launches.Select(launch => launch.Kernel));
        Assert.All(launches, launch => Assert.Equal(Stream, launch.Stream));
        foreach (int pass in (int[])[1, 6])
        {
            Assert.Equal(DeviceTensor.Address(x), BitConverter.ToInt64(launches[pass].Arguments[0]));
            Assert.Equal(DeviceTensor.Address(labels), BitConverter.ToInt64(launches[pass].Arguments[1]));

            // Images, pixels; logits and labels by stride, no copy; the gradient is a tensor of its own.
            long[] shape = [.. Enumerable.Range(0, 11).Select(k => BitConverter.ToInt64(launches[pass].Arguments[8], 8 * k))];
            Assert.Equal([2, 77, 616, 77, 1, 77, 0, 1], shape[..8]);
            if (pass == 6)
                Assert.Equal([308, 77, 1], shape[8..]);
        }

        Assert.NotEqual(0, BitConverter.ToInt64(launches[6].Arguments[5]));
        Assert.NotEqual(DeviceTensor.Address(x), BitConverter.ToInt64(launches[6].Arguments[5]));
        Assert.Equal(launches[2].Arguments[1], launches[5].Arguments[0]);
        Assert.Contains("--define-macro=TARGET_TYPE=5", mock.Options, StringComparison.Ordinal);
    }

    /// <summary>A text that the compiler refuses: tensor operations, from that call on, and it is not tried again.</summary>
    [MockFact]
    public void What_does_not_compile_takes_tensor_operations_for_good()
    {
        using var scope = NewDisposeScope();
        using var mock = Mock();
        using CudaDevice cuda = Open(mock);
        var device = new MockTensors(cuda);
        using var loss = new DiceCrossEntropy();
        Example example = Example.WithLabels([2, 3, 6, 5], null, 4);
        Tensor logits = example.Logits.to_type(ScalarType.Float32);
        (Tensor value, Tensor gradient) = Check.Run(x => loss.call(x, example.Target), logits);
        mock.Fail("nvrtcCompileProgram", 6);
        for (int step = 0; step < 3; step++)
        {
            (Tensor own, Tensor ownGradient) = device.Run(() => Check.Run(x => loss.call(x, example.Target), logits));
            Check.Close(value, own, 1e-5, "value");
            Check.Close(gradient, ownGradient, 1e-5, "gradient");
            Assert.Contains("nvrtcCompileProgram", loss.DeviceKernelsReason, StringComparison.Ordinal);
        }

        // A coarser output, too: what its kernels would read of a finer target is taken for torch's operations.
        Tensor coarse = logits.narrow(2, 0, 3).narrow(3, 0, 2).contiguous();
        (value, gradient) = Check.Run(x => loss.forward([logits, x], example.Target, new DeepSupervision(1, 0.5)), coarse);
        (Tensor sampled, Tensor slope) =
            device.Run(() => Check.Run(x => loss.forward([logits, x], example.Target, new DeepSupervision(1, 0.5)), coarse));
        Check.Close(value, sampled, 1e-5, "value of outputs");
        Check.Close(gradient, slope, 1e-5, "gradient of the coarser output");
        Assert.Single(mock.Log, line => line == "nvrtcCompileProgram");
        Assert.Empty(Launches(mock));
    }

    /// <summary>
    /// Logits of another size go to the kernels that resize, passes get what those leave, and the gradient is of the logits' size.
    /// </summary>
    [MockFact]
    public void Logits_of_another_size_are_stretched_by_kernels()
    {
        using var scope = NewDisposeScope();
        using var mock = Mock();
        using CudaDevice cuda = Open(mock);
        var device = new MockTensors(cuda);
        using var loss = new ResizedDiceCrossEntropy();
        Tensor x = randn([2, 3, 4, 5]).to_type(ScalarType.Float16).requires_grad_(), labels = randint(0, 3, [2, 8, 9]);
        mock.Forget();
        Tensor value = device.Run(() => loss.call(x, labels));
        value.backward();
        Assert.Null(loss.DeviceKernelsReason);
        Assert.Equal([2, 3, 4, 5], x.grad!.shape);
        (string Kernel, int Stream, byte[][] Arguments)[] launches = Launches(mock);
        string[] stretching = ["resizePoints", "resizeLogits"];
        string[] forward = [.. stretching, "scalars0", "pass0", "reduce", "scalars1"];
        string[] backward = [.. stretching, "slopes0", "slopes1", "pass1", "resizeGather", "resizeGradient"];
        Assert.Equal([.. forward, .. backward], launches.Select(launch => launch.Kernel));
        Assert.All(launches, launch => Assert.Equal(Stream, launch.Stream));
        long At(int launch, int argument) => BitConverter.ToInt64(launches[launch].Arguments[argument]);
        foreach ((int stretch, int pass) in new[] { (1, 3), (7, 10) })
        {
            Assert.Equal(DeviceTensor.Address(x), At(stretch, 0));
            Assert.Equal(At(stretch, 3), At(pass, 0));
            Assert.Equal([2, 72, 216, 72, 1], Enumerable.Range(0, 5).Select(k => BitConverter.ToInt64(launches[pass].Arguments[8], 8 * k)));
        }

        // What the pass leaves is gathered along the rows into the memory of the stretched logits, and from there along their pixels.
        Assert.Equal([At(10, 5), At(7, 3), At(11, 3)], [At(11, 2), At(11, 3), At(12, 2)]);
        Assert.Equal([60, 20, 1], Enumerable.Range(0, 3).Select(k => BitConverter.ToInt64(launches[12].Arguments[4], 8 * k)));
    }

    /// <summary>Where nothing compiles torch resizes, in the call that finds out as in those behind it.</summary>
    [MockFact]
    public void Logits_of_another_size_need_no_kernels()
    {
        using var scope = NewDisposeScope();
        using var mock = Mock();
        using CudaDevice cuda = Open(mock);
        var device = new MockTensors(cuda);
        using var loss = new UnalignedDiceCrossEntropy();
        Example example = Example.WithLabels([2, 3, 9, 7], 255, 1);
        Tensor logits = randn(2, 3, 4, 5);
        (Tensor value, Tensor gradient) = Check.Run(x => loss.call(x, example.Target), logits);
        mock.Fail("nvrtcCompileProgram", 6);
        for (int step = 0; step < 2; step++)
        {
            (Tensor own, Tensor ownGradient) = device.Run(() => Check.Run(x => loss.call(x, example.Target), logits));
            Check.Close(value, own, 1e-5, "value");
            Check.Close(gradient, ownGradient, 1e-5, "gradient");
            Assert.Contains("nvrtcCompileProgram", loss.DeviceKernelsReason, StringComparison.Ordinal);
        }

        Assert.Single(mock.Log, line => line == "nvrtcCompileProgram");
    }

    [MockFact]
    public void A_launch_that_fails_is_an_error_of_the_call()
    {
        using var scope = NewDisposeScope();
        using var mock = Mock();
        using CudaDevice cuda = Open(mock);
        var device = new MockTensors(cuda);
        using var loss = new DiceCrossEntropy();
        Tensor x = randn(1, 3, 5, 5).requires_grad_(), labels = zeros(1, 5, 5, dtype: ScalarType.Int64);
        mock.Fail("cuLaunchKernel", 701);
        var error = Assert.Throws<GpuException>(() => device.Run(() => loss.call(x, labels)));
        Assert.Contains("CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", error.Message, StringComparison.Ordinal);
        mock.Fail("", 0);
        Tensor value = device.Run(() => loss.call(x, labels));
        mock.Fail("cuLaunchKernel", 701);
        var failed = Assert.Throws<ExternalException>(() => value.backward());
        Assert.Contains("DiceCrossEntropy: the gradient failed. GpuException", failed.Message, StringComparison.Ordinal);
        mock.Fail("", 0);
        device.Run(() => loss.call(x, labels)).backward();
        Assert.NotNull(x.grad);
    }

    [Fact]
    public void Devices_without_kernels_are_named()
    {
        Assert.Null(TensorDevice.Of(empty(2, device: META), out string? reason));
        Assert.Contains("meta", reason, StringComparison.Ordinal);
        if (torch.cuda.is_available())
            return;
        Assert.Null(CudaTensors.Of(0, out reason));
        Assert.Contains("aoti_torch_get_current_cuda_stream", reason, StringComparison.Ordinal);
    }

    private static MockLibrary Mock()
    {
        var mock = new MockLibrary();
        foreach (string pass in new[] { "pass0", "pass1" })
            mock.Kernel(pass, 8, 8, 8, 8, 8, 8, 8, 8, Unsafe.SizeOf<GpuShape>());
        mock.Kernel("reduce", 8, 8, Unsafe.SizeOf<GpuReduction>());
        mock.Kernel("resizePoints", 8, 8, Unsafe.SizeOf<GpuResize>());
        foreach (string kernel in new[] { "resizeLogits", "resizeGather", "resizeGradient" })
            mock.Kernel(kernel, 8, 8, 8, 8, Unsafe.SizeOf<GpuResize>());
        foreach (string section in new[] { "scalars0", "scalars1", "slopes0", "slopes1" })
            mock.Kernel(section, 8, 8, 8, 8, 8, 8, 8, Unsafe.SizeOf<GpuSection>());
        return mock;
    }

    private static CudaDevice Open(MockLibrary mock)
    {
        Assert.True(CudaDevice.TryOpen(0, mock.Setup, out CudaDevice? device, out string? reason), reason);
        return device;
    }

    // cuLaunchKernel NAME grid X Y Z block X Y Z shared N stream N arguments HEX ...
    private static (string Kernel, int Stream, byte[][] Arguments)[] Launches(MockLibrary mock) =>
    [
        .. from line in mock.Log
           where line.StartsWith("cuLaunchKernel", StringComparison.Ordinal)
           let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           select (words[1], int.Parse(words[13]), words[15..].Select(Convert.FromHexString).ToArray()),
    ];
}
