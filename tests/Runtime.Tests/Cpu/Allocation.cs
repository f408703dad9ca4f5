using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>A call allocates nothing on the managed heap.</summary>
public sealed class Allocation : IDisposable
{
    public void Dispose() => LossRuntime.Threads = 1;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void NoCallAllocates(int threads)
    {
        LossRuntime.Threads = threads;
        var data = new Batch(new(2, 3, 60_000));
        float[] logits = data.SingleLogits, gradient = new float[logits.Length];
        double[] doubles = new double[logits.Length];
        var adjustable = new Adjustable();
        var loss = new DiceCrossEntropy();
        LossStatistics sums = loss.CreateStatistics(data.Shape);
        None(() => loss.Evaluate(logits, data.Labels, data.Shape));
        None(() => loss.EvaluateWithGradient(logits, data.Labels, data.Shape, gradient));
        None(() => loss.EvaluateWithGradient(data.Logits, data.Dense, data.Shape, doubles));
        None(() => adjustable.EvaluateWithGradient(logits, data.Labels, data.Shape, gradient));
        None(() => loss.Accumulate(logits, data.Labels, data.Shape, sums));
        None(() => loss.Finish(sums));
        None(() => loss.Gradient(logits, data.Labels, data.Shape, sums, gradient));
    }

    [Fact]
    public void NoUnreducedOrResizedCallAllocates()
    {
        var data = new Batch(new(2, 3, 50));
        double[] gradient = new double[data.Logits.Length];
        var region = new RegionElements();
        var pixel = new PixelElements();
        double[] six = new double[6], hundred = new double[100];
        None(() => region.EvaluateElementsWithGradient(data.Logits, data.Labels, data.Shape, six, [], gradient));
        None(() => pixel.EvaluateElementsWithGradient(data.Logits, data.Labels, data.Shape, hundred, [], gradient));

        var resized = new Batch(new LossShape(2, 3, 12, 9).WithLogits(4, 5));
        var loss = new ResizedIndex();
        double[] small = new double[resized.Logits.Length];
        None(() => loss.EvaluateWithGradient(resized.Logits, resized.Labels, resized.Shape, small));
    }

    private static void None(Action call)
    {
        // What the runtime itself allocates on the thread, while it compiles a method anew, comes once.
        long fewest = long.MaxValue;
        for (int attempt = 0; attempt < 4 && fewest > 0; attempt++)
        {
            for (int i = 0; i < 3; i++)
                call();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                call();
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, fewest);
    }
}
