using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Gpu.Tests;

/// <summary>A declared loss on the mock of a CUDA device: which kernels are asked for, with what, and what comes of failures.</summary>
public sealed class CudaLossTests
{
    private const string Declaration =
        "[Loss(Activation.Softmax)]\n[Dice(Smooth = 1e-5)]\n[CrossEntropy(Weight = 0.5)]\npublic sealed partial class Declared;";

    // Memory that somebody else made: the device is only told where it is.
    private const int Logits = 0x10000, Target = 0x20000, Value = 0x30000, Gradient = 0x40000, Upstream = 0x50000, Sums = 0x60000;

    private static readonly Lazy<ILoss> s_loss =
        new(() => DeclarationCompiler.Compile([Declaration], properties: ("LossGenGpu", "true")).Create(Declaration));

    [MockFact]
    public void KernelsAreAskedForAndNothingWaits()
    {
        using var mock = Mock();
        using (CudaDevice device = Open(mock))
        {
            using var evaluator = new GpuEvaluator(s_loss.Value, device);
            device.Stream = 9;
            Run(evaluator);
            Assert.Contains("--define-macro=CLASSES=4", mock.Options, StringComparison.Ordinal);
            int[] before = mock.Live;
            mock.Forget();
            Run(evaluator);

            // The kernels and the memory are there now: the second call asks for nothing but work, on the stream.
            Assert.Equal(before, mock.Live);
            Assert.All(mock.Log, line => Assert.True(line is "cuMemsetD8Async" || line.StartsWith("cuLaunchKernel", StringComparison.Ordinal), line));
            Launch[] launches = Launches(mock);
            Assert.Equal(["slopes0", "pass0", "reduce", "slopes1", "pass1"], launches.Select(launch => launch.Kernel));
            Assert.All(launches, launch => Assert.Equal(9, launch.Stream));

            // Blocks enough for 2 x 777 pixels; a block each for 3 sums of each of 4 classes and for 1 more.
            (int threads, int blocks) = Blocks();
            Assert.Equal([1, blocks, 13, 1, blocks], launches.Select(launch => launch.Grid));
            Assert.All(launches, launch => Assert.Equal(threads, launch.Block));

            // Logits, target, constants, partials, fault, gradient, value, upstream; images, pixels, strides.
            foreach (Launch pass in new[] { launches[1], launches[4] })
            {
                Assert.Equal([Logits, Target], pass.Addresses(0, 1));
                Assert.Equal([Gradient, 0, Upstream], pass.Addresses(5, 6, 7));
                byte[] shape = pass.Arguments[8];
                long[] numbers = [.. Enumerable.Range(0, 8).Select(k => BitConverter.ToInt64(shape, 8 * k))];
                Assert.Equal([2, 777, 4 * 777, 777, 1, 777, 0, 1], numbers);
            }

            // What the first pass leaves the reduction finds; what that leaves, the scalar section; its constants, the gradient.
            Assert.Equal(launches[1].Addresses(3), launches[2].Addresses(0));
            Assert.Equal(launches[2].Addresses(1), launches[3].Addresses(0));
            Assert.Equal(launches[3].Addresses(1), launches[4].Addresses(2));
            Assert.Equal([Value, Upstream], launches[3].Addresses(3, 5));
            Assert.Equal(0.25, BitConverter.ToDouble(launches[3].Arguments[7], 8));
        }

        Assert.Equal([0, 0, 0, 0, 0, 0, 0], mock.Live);
    }

    /// <summary>The backward pass goes on from the sums: it computes the scalar section and the gradient, and no statistics.</summary>
    [MockFact]
    public void TheValueIsNotComputedAgainForTheGradient()
    {
        using var mock = Mock();
        foreach (string section in new[] { "scalars0", "scalars1" })
            mock.Kernel(section, 8, 8, 8, 8, 8, 8, 8, Unsafe.SizeOf<GpuSection>());
        using (CudaDevice device = Open(mock))
        {
            // The mock clears it.
            nint fault = device.Allocate(sizeof(int));
            var made = new List<nint>();
            using (var evaluator = new GpuEvaluator(s_loss.Value, device, bytes =>
            {
                made.Add(device.Allocate(bytes));
                return made[^1];
            }, memory =>
            {
                Assert.True(made.Remove(memory));
                device.Free(memory);
            }))
            {
                var batch = new GpuBatch { Shape = new LossShape(2, 4, 777), Logits = Logits, Target = Target };
                Assert.Equal(13, evaluator.SumLength(batch));
                mock.Forget();
                evaluator.Forward(batch, Value, Sums, fault);
                Launch[] forward = Launches(mock);
                Assert.Equal(["scalars0", "pass0", "reduce", "scalars1"], forward.Select(launch => launch.Kernel));
                Assert.Equal([fault], forward[1].Addresses(4));
                Assert.Equal([Sums], forward[2].Addresses(1));
                Assert.Equal([Sums], forward[3].Addresses(0));
                Assert.Equal([Value, fault], forward[3].Addresses(3, 6));
                mock.Forget();
                evaluator.Backward(batch, Sums, Gradient, upstream: Upstream, scale: 0.25);
                Launch[] backward = Launches(mock);
                Assert.Equal(["slopes0", "slopes1", "pass1"], backward.Select(launch => launch.Kernel));
                Assert.Equal([Sums], backward[1].Addresses(0));
                Assert.DoesNotContain(Value, backward.Take(2).Select(launch => launch.Addresses(3)[0]));
                Assert.Equal([Gradient, 0, Upstream], backward[2].Addresses(5, 6, 7));
                Assert.NotEmpty(made);
                Assert.Throws<ArgumentException>(() => evaluator.Forward(batch, Value, 0));
                Assert.Throws<ArgumentException>(() => evaluator.Backward(batch, 0, Gradient));
                Assert.Throws<ArgumentException>(() => evaluator.Backward(batch, Sums, 0));
                Assert.Throws<ArgumentException>(() => evaluator.Forward(batch, Value, Sums, fault, [1]));
            }

            Assert.Empty(made);
        }

        Assert.Equal([0, 0, 0, 0, 0, 0, 0], mock.Live);
    }

    [MockFact]
    public void WhereMemoryOrALaunchFailsTheCallThrowsAndTheNextOneIsRight()
    {
        using var mock = Mock();
        using (CudaDevice device = Open(mock))
        {
            using (var whole = new GpuEvaluator(s_loss.Value, device))
                Run(whole);
            int allocations = mock.Log.Count(line => line == "cuMemAlloc"), launches = Launches(mock).Length;
            Assert.Equal(6, allocations);
            foreach ((string function, int error, int count) in new[] { ("cuMemAlloc", 2, allocations), ("cuLaunchKernel", 701, launches) })
            {
                for (int k = 0; k < count; k++)
                {
                    using var evaluator = new GpuEvaluator(s_loss.Value, device);
                    mock.Fail(function, error, k);
                    var exception = Assert.Throws<GpuException>(() => Run(evaluator));
                    Assert.Contains($"{function} answered CUDA_ERROR_", exception.Message, StringComparison.Ordinal);
                    mock.Fail("", 0);
                    mock.Forget();
                    Run(evaluator);
                    Assert.Equal(launches, Launches(mock).Length);
                }
            }

            Assert.Equal([0, mock.Live[1], 1, 1, mock.Live[4], 0, 0], mock.Live);
        }

        Assert.Equal([0, 0, 0, 0, 0, 0, 0], mock.Live);
    }

    private static void Run(GpuEvaluator evaluator)
    {
        var batch = new GpuBatch { Shape = new LossShape(2, 4, 777), Logits = Logits, Target = Target };
        evaluator.EvaluateWithGradient(batch, Value, Gradient, upstream: Upstream, scale: 0.25);
    }

    private static MockLibrary Mock()
    {
        var mock = new MockLibrary();
        foreach (string pass in new[] { "pass0", "pass1" })
            mock.Kernel(pass, 8, 8, 8, 8, 8, 8, 8, 8, Unsafe.SizeOf<GpuShape>());
        mock.Kernel("reduce", 8, 8, Unsafe.SizeOf<GpuReduction>());
        foreach (string section in new[] { "slopes0", "slopes1" })
            mock.Kernel(section, 8, 8, 8, 8, 8, 8, 8, Unsafe.SizeOf<GpuSection>());
        return mock;
    }

    private static CudaDevice Open(MockLibrary mock)
    {
        Assert.True(CudaDevice.TryOpen(0, mock.Setup, out CudaDevice? device, out string? reason), reason);
        return device;
    }

    private static (int Threads, int Blocks) Blocks()
    {
        var block = GpuBlock.For(4, 777, 777);
        int chunk = block.Pixels * block.Rows;
        return (block.Threads, ((2 * 777) + chunk - 1) / chunk);
    }

    // cuLaunchKernel NAME grid X Y Z block X Y Z shared N stream N arguments HEX ...
    private static Launch[] Launches(MockLibrary mock) =>
    [
        .. from line in mock.Log
           where line.StartsWith("cuLaunchKernel", StringComparison.Ordinal)
           let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           select new Launch(
               words[1], int.Parse(words[3]), int.Parse(words[7]), nint.Parse(words[13]), [.. words[15..].Select(Convert.FromHexString)]),
    ];

    private sealed record Launch(string Kernel, int Grid, int Block, nint Stream, byte[][] Arguments)
    {
        public long[] Addresses(params int[] arguments) => [.. arguments.Select(k => BitConverter.ToInt64(Arguments[k]))];
    }
}
