using System.Runtime.CompilerServices;

namespace LossGen.Gpu.Tests;

/// <summary>Losses of pairs on the mock of a CUDA device: what is asked for, how often a text is compiled, and what comes of failures.</summary>
public sealed class CudaPairTests
{
    private const string Rows = "[Loss(Pairs = Pairs.Cosine)]\n[SupervisedContrastive]\npublic sealed partial class Declared;";

    private const string Twins = "[Loss(Pairs = Pairs.Correlation)]\n[BarlowTwins]\npublic sealed partial class Declared;";

    private const string Spread = "[Loss(Pairs = Pairs.Covariance)]\n[VarianceCovariance]\npublic sealed partial class Declared;";

    // Memory that somebody else made: the device is only told where it is.
    private const int Embeddings = 0x10000, Labels = 0x20000, Value = 0x30000, Gradient = 0x40000;

    private static readonly Lazy<DeclarationCompiler> s_compiler =
        new(() => DeclarationCompiler.Compile([Rows, Twins, Spread], properties: ("LossGenGpu", "true")));

    /// <summary>
    /// 130 rows are 3 x 3 tiles, of which 6 are computed, 70 columns 2 x 2 of each view, of which 3 are, or of both; a row of pairs is a
    /// block. The 33 tiles of the gradient at 2049 rows are cut into 15 parts of 144 rows.
    /// </summary>
    [MockTheory]
    [InlineData(Rows, 130, 70, "pairRows 130, pairProduct 6, pass0 130, reduce 3, slopes1 1, pass1 130, pairSymmetric 6, pairRowsBack 130")]
    [InlineData(Rows, 2049, 3,
        "pairRows 2049, pairProduct 561, pass0 2049, reduce 3, slopes1 1, pass1 2049, pairSymmetric 495, pairRowsBack 2049")]
    [InlineData(Twins, 260, 70,
        "pairColumns 6, pairProduct 4, slopes0 1, pass2 70, reduce 1, slopes1 1, pairProduct 6, pairProduct 6, pairColumnsBack 6")]
    [InlineData(Spread, 260, 70,
        "pairColumns 6, pairProduct 6, slopes0 1, pass2 140, reduce 2, slopes1 1, pairSymmetric 12, pairColumnsBack 6")]
    public void KernelsAreAskedForAndNothingWaits(string declaration, int rows, int features, string expected)
    {
        using var mock = Mock();
        using (CudaDevice device = Open(mock))
        {
            using var evaluator = new GpuEvaluator(s_compiler.Value.Create(declaration), device);
            GpuBatch batch = Batch(rows, features, declaration == Rows);
            evaluator.EvaluateWithGradient(batch, Value, Gradient);
            int[] before = mock.Live;
            mock.Forget();
            evaluator.EvaluateWithGradient(batch, Value, Gradient);
            Assert.Equal(before, mock.Live);
            Assert.All(mock.Log, line => Assert.True(line is "cuMemsetD8Async" || line.StartsWith("cuLaunchKernel",
                StringComparison.Ordinal), line));
            string[] launches = [.. Launches(mock).Where(words => words[1] != "slopes0" || declaration != Rows)
                .Select(words => $"{words[1]} {words[3]}")];
            Assert.Equal(expected.Split(", "), launches);
        }

        Assert.Equal([0, 0, 0, 0, 0, 0, 0], mock.Live);
    }

    /// <summary>Batches up to the next power of two have one text: a last one that is smaller compiles nothing.</summary>
    [MockFact]
    public void ATextServesManySizes()
    {
        using var mock = Mock();
        using CudaDevice device = Open(mock);
        using var evaluator = new GpuEvaluator(s_compiler.Value.Create(Rows), device);
        int Compiled(int rows)
        {
            mock.Forget();
            evaluator.EvaluateWithGradient(Batch(rows, 8, hasLabels: true), Value, Gradient);
            return mock.Log.Count(line => line == "nvrtcCompileProgram");
        }

        // The kernels of pairs, and those of the loss.
        Assert.Equal(2, Compiled(1024));
        Assert.Equal(0, Compiled(1000));
        Assert.Equal(0, Compiled(513));
        Assert.Equal(1, Compiled(512));
        Assert.Equal(0, Compiled(257));
    }

    /// <summary>The backward pass makes the matrix again and goes on from the sums.</summary>
    [MockFact]
    public void TheMatrixIsNotKeptForTheGradient()
    {
        using var mock = Mock();
        using CudaDevice device = Open(mock);
        using var evaluator = new GpuEvaluator(s_compiler.Value.Create(Rows), device);
        GpuBatch batch = Batch(130, 70, hasLabels: true);
        nint sums = device.Allocate(sizeof(double) * evaluator.SumLength(batch));
        Assert.Equal(3, evaluator.SumLength(batch));
        evaluator.Forward(batch, Value, sums);
        string[] forward = ["pairRows", "pairProduct", "pass0", "reduce", "scalars1"];
        Assert.Equal(forward, Launches(mock).Select(words => words[1]).Where(name => name != "scalars0"));
        mock.Forget();
        evaluator.Backward(batch, sums, Gradient);
        string[] backward = ["pairRows", "pairProduct", "slopes1", "pass1", "pairSymmetric", "pairRowsBack"];
        Assert.Equal(backward, Launches(mock).Select(words => words[1]).Where(name => name != "slopes0"));
        device.Free(sums);
    }

    /// <summary>Memory that the device has not is an error of the call, and nothing is lost.</summary>
    [MockFact]
    public void AMatrixThatDoesNotFitIsAnError()
    {
        using var mock = Mock();
        using (CudaDevice device = Open(mock))
        {
            using var evaluator = new GpuEvaluator(s_compiler.Value.Create(Rows), device);
            mock.Fail("cuMemAlloc", 2);
            Assert.Throws<GpuException>(() => evaluator.EvaluateWithGradient(Batch(130, 70, hasLabels: true), Value, Gradient));
            mock.Fail("", 0);
            evaluator.EvaluateWithGradient(Batch(130, 70, hasLabels: true), Value, Gradient);
        }

        Assert.Equal([0, 0, 0, 0, 0, 0, 0], mock.Live);
    }

    private static GpuBatch Batch(int rows, int features, bool hasLabels) =>
        new() { Shape = LossShape.OfRows(rows, features), Logits = Embeddings, Target = hasLabels ? Labels : 0 };

    private static MockLibrary Mock()
    {
        var mock = new MockLibrary();
        foreach (string kernel in new[] { "pairRows", "pairColumns" })
            mock.Kernel(kernel, 8, 8, 8, Unsafe.SizeOf<GpuEmbeddings>());
        foreach (string kernel in new[] { "pairRowsBack", "pairColumnsBack" })
            mock.Kernel(kernel, 8, 8, 8, 8, Unsafe.SizeOf<GpuEmbeddings>());
        foreach (string kernel in new[] { "pairProduct", "pairSymmetric" })
            mock.Kernel(kernel, 8, 8, 8, Unsafe.SizeOf<GpuProduct>());
        foreach (string pass in new[] { "pass0", "pass1", "pass2" })
            mock.Kernel(pass, 8, 8, 8, 8, 8, 8, 8, 8, Unsafe.SizeOf<GpuShape>());
        mock.Kernel("reduce", 8, 8, Unsafe.SizeOf<GpuReduction>());
        foreach (string section in new[] { "scalars0", "scalars1", "slopes0", "slopes1" })
            mock.Kernel(section, 8, 8, 8, 8, 8, 8, 8, Unsafe.SizeOf<GpuSection>());
        return mock;
    }

    private static CudaDevice Open(MockLibrary mock)
    {
        Assert.True(CudaDevice.TryOpen(0, mock.Setup, out CudaDevice? device, out string? reason), reason);
        return device;
    }

    private static string[][] Launches(MockLibrary mock) =>
        [.. mock.Log.Where(line => line.StartsWith("cuLaunchKernel", StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
}
