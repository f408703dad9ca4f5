using System.Runtime.CompilerServices;
using LossGen.Generated;
using LossGen.Gpu;
using LossGen.Gpu.Tests;
using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests.Devices;

/// <summary>
/// Modules of losses of pairs where embeddings are on a GPU: kernels inside autograd give what the CPU's give, and torch makes no matrix.
/// </summary>
public sealed class PairDeviceTests : IDisposable
{
    private readonly OpenClTensors device = OpenClTensors.Missing is null ? new() : null!;

    public static TheoryData<string> All => [.. PairTests.Named.Keys];

    public static TheoryData<string> OfRows => [.. PairTests.Named.Keys.Where(name => !name.EndsWith("Columns", StringComparison.Ordinal))];

    public void Dispose() => device?.Dispose();

    [OpenClTheory]
    [MemberData(nameof(OfRows))]
    public void Labels_give_what_they_give_on_the_CPU(string name)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor, Tensor> loss = PairTests.Named[name]();
        Tensor labels = torch.tensor((long[])[.. Enumerable.Range(0, 37).Select(row => (row * row % 7) - 5L)]);
        Compare(loss, x => loss.call(x, labels), randn(37, 6), 2e-5, "float");
        Compare(loss, x => loss.call(x, labels), randn([37, 6], dtype: ScalarType.Float64), 1e-11, "double");
    }

    [OpenClTheory]
    [MemberData(nameof(All))]
    public void Views_give_what_they_give_on_the_CPU(string name)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor, Tensor> loss = PairTests.Named[name]();
        Compare(loss, x => loss.call(x.narrow(0, 0, 9), x.narrow(0, 9, 9)), randn(18, 11), 2e-5, "float");
    }

    /// <summary>Of any type, and rows and numbers of any distance.</summary>
    [OpenClFact]
    public void Types_and_layouts()
    {
        using var scope = NewDisposeScope();
        using var loss = new SameLabels();
        Tensor labels = torch.tensor((long[])[.. Enumerable.Range(0, 12).Select(row => row % 5L)]), large = randn(24, 16);
        Compare(loss, x => loss.call(x, labels), large[TensorIndex.Slice(step: 2), TensorIndex.Slice(1, 8)], 2e-5, "a part");
        Compare(loss, x => loss.call(x, labels), randn(5, 12).t(), 2e-5, "transposed");
        Compare(loss, x => loss.call(x, labels), randn(12, 5).to_type(ScalarType.Float16), 4e-3, "half");
        Compare(loss, x => loss.call(x, labels), randn(12, 5).to_type(ScalarType.BFloat16), 3e-2, "bfloat16");
        foreach (ScalarType type in (ScalarType[])[ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Bool])
            Compare(loss, x => loss.call(x, labels.to_type(type)), randn(12, 5), 2e-5, $"labels of {type}");
        Compare(loss, x => loss.call(x, labels.repeat_interleave(2)[TensorIndex.Slice(step: 2)]), randn(12, 5), 2e-5, "labels by stride");
        Compare(loss, x => loss.call(x, labels.unsqueeze(1)), randn(12, 5), 2e-5, "labels with an axis");
    }

    /// <summary>Value and backward pass in one call, shares of terms, run-time parameters, and what is differentiated twice.</summary>
    [OpenClFact]
    public void What_else_a_module_does()
    {
        using var scope = NewDisposeScope();
        using var loss = new SameLabels { Temperature = 0.7 };
        Tensor labels = torch.tensor((long[])[0, 1, 0, 2, 1, -5, 2, 0]), source = randn([8, 4], dtype: ScalarType.Float64);
        Tensor[] gradients = [.. new[] { false, true }.Select(onDevice =>
        {
            Tensor x = source.clone().requires_grad_();
            if (onDevice)
                device.Run(() => loss.Backward(x, labels, upstream: 3));
            else
                loss.Backward(x, labels, upstream: 3);
            return x.grad!.clone();
        })];
        Check.Close(gradients[0], gradients[1], 1e-11, "backward");
        Assert.Equal(0, gradients[1][5].abs().sum().item<double>());
        Assert.Null(loss.DeviceKernelsReason);

        using var both = new DotPairs();
        LossComponents[] parts = [both.CreateComponents(4), both.CreateComponents(4)];
        both.Components = parts[0];
        both.call(source, labels);
        both.Components = parts[1];
        device.Run(() => both.call(source, labels));
        foreach (string term in new[] { "SupervisedContrastive", "NtXent" })
            Assert.Equal(parts[0][term], parts[1][term], 1e-11);

        Tensor[] found = [.. new[] { false, true }.Select(onDevice =>
        {
            Tensor x = source.clone().requires_grad_();
            Tensor value = onDevice ? device.Run(() => loss.call(x, labels)) : loss.call(x, labels);
            Tensor slope = autograd.grad([value], [x], create_graph: true)[0];
            slope.square().sum().backward();
            return cat([slope.detach(), x.grad!]);
        })];
        Check.Close(found[0], found[1], 1e-9, "differentiated twice");
    }

    /// <summary>Kernels get the embeddings and labels where they lie, and nothing waits; torch is asked for no matrix.</summary>
    [MockFact]
    public void Kernels_are_given_the_tensors_and_nothing_waits()
    {
        using var scope = NewDisposeScope();
        using var mock = Mock();
        Assert.True(CudaDevice.TryOpen(0, mock.Setup, out CudaDevice? cuda, out string? reason), reason);
        using (cuda)
        {
            var mocked = new MockTensors(cuda);
            using var loss = new SameLabels();
            Tensor x = randn(70, 10)[TensorIndex.Slice(step: 2), TensorIndex.Slice(0, 6)].detach().requires_grad_();
            Tensor labels = arange(35, dtype: ScalarType.Int32);
            for (int step = 0; step < 2; step++)
            {
                x.grad = null;
                mock.Forget();
                mocked.Run(() => loss.call(x, labels)).backward();
            }

            Assert.Null(loss.DeviceKernelsReason);
            Assert.All(mock.Log, line => Assert.True(line is "cuMemsetD8Async" || line.StartsWith("cuLaunchKernel",
                StringComparison.Ordinal), line));
            string[][] launches = [.. mock.Log.Where(line => line.StartsWith("cuLaunchKernel", StringComparison.Ordinal))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
            string[] kernels = ["pairRows", "pairProduct", "pass0", "reduce", "scalars1", "pairRows", "pairProduct", "slopes1", "pass1",
                "pairSymmetric", "pairRowsBack"];
            Assert.Equal(kernels, launches.Select(words => words[1]).Where(name => name is not ("scalars0" or "slopes0")));
            long At(string kernel, int argument, int place = 0) => BitConverter.ToInt64(
                Convert.FromHexString(launches.First(words => words[1] == kernel)[15 + argument]), 8 * place);
            Assert.Equal(DeviceTensor.Address(x), At("pairRows", 0));
            Assert.Equal([20, 1], [At("pairRows", 3), At("pairRows", 3, 1)]);
            Assert.Equal(At("pairProduct", 2), At("pass0", 0));
            Assert.Equal(DeviceTensor.Address(labels), At("pass0", 1));

            // The matrix: one image of 35 rows, whose classes are adjacent; its gradient takes its place.
            Assert.Equal([1, 35, 35 * 35, 1, 35, 1], Enumerable.Range(0, 6).Select(k => At("pass0", 8, k)));
            Assert.Equal(At("pass1", 0), At("pass1", 5));
            Assert.Equal(At("pass1", 5), At("pairSymmetric", 0));
        }
    }

    /// <summary>Where nothing compiles the matrix is a tensor, in the call that finds out as in those behind it, and the note says why.</summary>
    [MockFact]
    public void What_does_not_compile_takes_tensor_operations_for_good()
    {
        using var scope = NewDisposeScope();
        using var mock = Mock();
        Assert.True(CudaDevice.TryOpen(0, mock.Setup, out CudaDevice? cuda, out string? reason), reason);
        using (cuda)
        {
            var mocked = new MockTensors(cuda);
            using var loss = new TwinColumns();
            Tensor embeddings = randn([12, 5], dtype: ScalarType.Float64);
            Tensor Twins(Tensor x) => loss.call(x.narrow(0, 0, 6), x.narrow(0, 6, 6));
            (Tensor value, Tensor gradient) = Check.Run(Twins, embeddings);
            mock.Fail("nvrtcCompileProgram", 6);
            for (int step = 0; step < 2; step++)
            {
                (Tensor own, Tensor ownGradient) = mocked.Run(() => Check.Run(Twins, embeddings));
                Check.Close(value, own, 1e-11, "value");
                Check.Close(gradient, ownGradient, 1e-11, "gradient");
                Assert.Contains("nvrtcCompileProgram", loss.DeviceKernelsReason, StringComparison.Ordinal);
            }

            Assert.Single(mock.Log, line => line == "nvrtcCompileProgram");
        }
    }

    private void Compare(nn.Module loss, Func<Tensor, Tensor> call, Tensor embeddings, double tolerance, string what)
    {
        (Tensor value, Tensor gradient) = Graph(call, embeddings);
        int calls = device.Calls;
        (Tensor own, Tensor ownGradient) = device.Run(() => Graph(call, embeddings));
        Assert.Equal(2, device.Calls - calls);
        Assert.Null((string?)loss.GetType().GetProperty("DeviceKernelsReason")!.GetValue(loss));
        Assert.Equal((value.dtype, gradient.dtype), (own.dtype, ownGradient.dtype));
        Check.Close(value, own, tolerance, what + ": value");
        Check.Close(gradient, ownGradient, tolerance, what + ": gradient");
    }

    // The embeddings keep their layout: a leaf that is a view of itself.
    private static (Tensor Value, Tensor Gradient) Graph(Func<Tensor, Tensor> call, Tensor embeddings)
    {
        Tensor x = embeddings.detach().requires_grad_(), value = call(x);
        (value * 2).backward();
        Tensor gradient = x.grad!.detach().clone();
        x.grad = null;
        return (value.detach(), gradient);
    }

    private static MockLibrary Mock()
    {
        var mock = new MockLibrary();
        mock.Kernel("pairRows", 8, 8, 8, Unsafe.SizeOf<GpuEmbeddings>());
        mock.Kernel("pairRowsBack", 8, 8, 8, 8, Unsafe.SizeOf<GpuEmbeddings>());
        foreach (string product in new[] { "pairProduct", "pairSymmetric" })
            mock.Kernel(product, 8, 8, 8, Unsafe.SizeOf<GpuProduct>());
        foreach (string pass in new[] { "pass0", "pass1" })
            mock.Kernel(pass, 8, 8, 8, 8, 8, 8, 8, 8, Unsafe.SizeOf<GpuShape>());
        mock.Kernel("reduce", 8, 8, Unsafe.SizeOf<GpuReduction>());
        foreach (string section in new[] { "scalars0", "scalars1", "slopes0", "slopes1" })
            mock.Kernel(section, 8, 8, 8, 8, 8, 8, 8, Unsafe.SizeOf<GpuSection>());
        return mock;
    }
}
