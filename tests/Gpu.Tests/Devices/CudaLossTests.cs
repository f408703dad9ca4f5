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
            Assert.All(mock.Log, line => Assert.True(line is "cuMemsetD8Async" || line.StartsWith("cuLaunchKernel",
                StringComparison.Ordinal), line));
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

    /// <summary>The terms' shares come last and from the sums; outputs of several sizes read one target and join one value.</summary>
    [MockFact]
    public void ComponentsAndLevelsAreAskedForWithTheRest()
    {
        const int Components = 0x70000;
        using var mock = Mock();
        foreach (string section in new[] { "scalars0", "scalars1", "components" })
            mock.Kernel(section, 8, 8, 8, 8, 8, 8, 8, Unsafe.SizeOf<GpuSection>());
        using CudaDevice device = Open(mock);
        using var evaluator = new GpuEvaluator(s_loss.Value, device);
        var fine = new GpuBatch { Shape = new LossShape(2, 4, 21, 37), Logits = Logits, Target = Target };
        Assert.Equal(2 + 4, evaluator.ComponentLength(4));
        evaluator.Evaluate(fine, Value, Components);
        Launch[] launches = Launches(mock);
        Assert.Equal(["scalars0", "pass0", "reduce", "scalars1", "components"], launches.Select(launch => launch.Kernel));
        Assert.Equal([Value, Components], launches[3..].Select(launch => launch.Addresses(3)[0]));
        Assert.Equal(launches[3].Addresses(0), launches[4].Addresses(0));
        Assert.DoesNotContain("SAMPLED", mock.Options, StringComparison.Ordinal);

        mock.Forget();
        evaluator.EvaluateLevels(new(1, 0, 0.5), [fine, fine, fine with { Shape = new LossShape(2, 4, 10, 18), Logits = Gradient }],
            [21, 37], Value);
        launches = Launches(mock);
        Assert.Equal(["scalars0", "pass0", "reduce", "scalars1", "scalars0", "pass0", "reduce", "scalars1"],
            launches.Select(launch => launch.Kernel));
        Assert.Contains("--define-macro=SAMPLED=1", mock.Options, StringComparison.Ordinal);
        Assert.Single(mock.Log, line => line == "cuMemsetD8Async");

        // The weight of the value, and whether it joins; the extents of pixels and target.
        Assert.Equal([(1, 0), (0.5, 1)],
            new[] { launches[3], launches[7] }.Select(launch => (BitConverter.ToDouble(launch.Arguments[7], 16),
            BitConverter.ToInt32(launch.Arguments[7], 28))));
        Assert.Equal([Logits, Target, Gradient, Target], [.. launches[1].Addresses(0, 1), .. launches[5].Addresses(0, 1)]);
        Assert.Equal([1, 10, 18, 1, 21, 37, 0], Enumerable.Range(0, 7).Select(k => BitConverter.ToInt32(launches[5].Arguments[8],
            112 + (4 * k))));
    }

    /// <summary>
    /// Steps run between the passes, on what those left. What the gradient reads of that lies behind the caller's sums, so that nothing of
    /// the value runs again.
    /// </summary>
    [MockFact]
    public void StepsRunBetweenThePasses()
    {
        const string Pooled = """
            [Loss(Activation.None, Target = TargetKind.Index)]
            public sealed partial class Declared
            {
                private static Value Formula(Prediction x, Target y) => Mean(MaxPool(x.Logit, 3) * y);
            }
            """;
        ILoss loss = DeclarationCompiler.Compile([Pooled], properties: ("LossGenGpu", "true")).Create(Pooled);
        using var mock = new MockLibrary();
        int[] pointers = [8, 8, 8, 8, 8, 8, 8, 8];
        mock.Kernel("reduce", 8, 8, Unsafe.SizeOf<GpuReduction>());
        foreach (int k in Enumerable.Range(0, 4))
            mock.Kernel($"pass{k}", [.. pointers, Unsafe.SizeOf<GpuShape>(), 8, 8]);
        foreach (int k in Enumerable.Range(0, 3))
        {
            mock.Kernel($"scalars{k}", [.. pointers[1..], Unsafe.SizeOf<GpuSection>()]);
            mock.Kernel($"slopes{k}", [.. pointers[1..], Unsafe.SizeOf<GpuSection>()]);
        }

        mock.Kernel("stepPool", 8, 8, Unsafe.SizeOf<GpuStep>());
        mock.Kernel("stepChoose", 8, 8, Unsafe.SizeOf<GpuStep>());
        mock.Kernel("stepGather", 8, 8, 8, Unsafe.SizeOf<GpuStep>());
        using (CudaDevice device = Open(mock))
        {
            using var evaluator = new GpuEvaluator(loss, device);
            var batch = new GpuBatch { Shape = new LossShape(2, 3, 10, 11), Logits = Logits, Target = Target };
            evaluator.Forward(batch, Value, Sums, 0);
            Launch[] launches = [.. Launches(mock).Where(launch => !launch.Kernel.StartsWith('s') || launch.Kernel.StartsWith("step",
                StringComparison.Ordinal))];
            Assert.Equal(["pass0", "stepPool", "stepPool", "pass1", "reduce"], launches.Select(launch => launch.Kernel));

            // A thread for each of 2 x 3 x 110 numbers. From a map that is kept along the rows into memory of the step's own, and from there
            // along the columns into a map that is not.
            Assert.All(launches[1..3], launch => Assert.Equal((3, 256), (launch.Grid, launch.Block)));
            long maps = launches[0].Addresses(10)[0];
            Assert.Equal([Sums, maps], [launches[1].Addresses(0)[0], launches[2].Addresses(1)[0]]);
            Assert.Equal(launches[1].Addresses(1), launches[2].Addresses(0));
            Assert.NotEqual(maps, launches[1].Addresses(1)[0]);
            Assert.Equal([(1, 11), (11, 10)], launches[1..3].Select(launch => (BitConverter.ToInt64(launch.Arguments[2], 40),
                BitConverter.ToInt32(launch.Arguments[2], 56))));
            Assert.Equal(maps, launches[3].Addresses(10)[0]);

            mock.Forget();
            evaluator.Backward(batch, Sums, Gradient);
            string[] kernels = [.. Launches(mock).Select(launch => launch.Kernel).Where(kernel => kernel.StartsWith("step",
                StringComparison.Ordinal) || kernel.StartsWith("pass", StringComparison.Ordinal))];
            Assert.DoesNotContain("pass0", kernels);
            Assert.DoesNotContain("pass1", kernels);
            Assert.Equal(2, kernels.Count(kernel => kernel == "stepGather"));
            Assert.StartsWith("pass", kernels[^1], StringComparison.Ordinal);
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
