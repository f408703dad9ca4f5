namespace LossGen.Gpu.Tests.Kernels;

/// <summary>What docs/gpu.md shows, as it stands there.</summary>
public sealed class GuideTests
{
    [OpenClFact]
    public void TheExampleRuns()
    {
        const string Declaration = "[Loss(Activation.Softmax)] [Dice] [CrossEntropy] public sealed partial class Declared;";
        ILoss loss = DeclarationCompiler.Compile([Declaration], properties: ("LossGenGpu", "true")).Create(Declaration);
        const int n = 2, c = 3, h = 5, w = 7;
        float[] logits = [.. Enumerable.Range(0, n * c * h * w).Select(i => (float)Math.Sin(i))];
        long[] labels = [.. Enumerable.Range(0, n * h * w).Select(i => (long)(i % c))];

        using GpuDevice device = OpenClDevice.Open();
        using var evaluator = new GpuEvaluator(loss, device);
        nint x = device.Allocate(4L * logits.Length), y = device.Allocate(8L * labels.Length);
        nint value = device.Allocate(8), gradient = device.Allocate(4L * logits.Length);
        device.Write<float>(x, logits);
        device.Write<long>(y, labels);

        var batch = new GpuBatch { Shape = new LossShape(n, c, h, w), Logits = x, Target = y };
        evaluator.EvaluateWithGradient(batch, value, gradient);

        double[] result = new double[1];
        device.Read<double>(value, result);
        evaluator.ThrowIfFault();
        Assert.Equal(loss.Evaluate(logits, labels, new LossShape(n, c, h, w)), result[0], 1e-6);
    }

    /// <summary>The lines of the guide that call the library are those above.</summary>
    [Fact]
    public void TheGuideShowsTheExample()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "LossGen.sln")))
            folder = Path.GetDirectoryName(folder);
        string guide = File.ReadAllText(Path.Combine(folder!, "docs", "gpu.md")).ReplaceLineEndings("\n");
        string test = File.ReadAllText(Path.Combine(folder!, "tests", "Gpu.Tests", "Kernels", "GuideTests.cs"));
        int start = guide.IndexOf("```csharp\n", StringComparison.Ordinal) + 10;
        string[] lines = guide[start..guide.IndexOf("```", start, StringComparison.Ordinal)].Split('\n');
        foreach (string line in lines.Select(line => line.Split("  //")[0].Trim()).Where(line => line.Length > 0
            && !line.StartsWith("using LossGen", StringComparison.Ordinal)))
            Assert.Contains(line, test, StringComparison.Ordinal);
    }
}
