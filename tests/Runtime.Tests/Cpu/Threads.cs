using LossGen.Cpu;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Any number of threads gives the same bits, and the same error.</summary>
public sealed class Threads : IDisposable
{
    private readonly long serialBelow = BlockPool.SerialBelow;

    public Threads() => BlockPool.SerialBelow = 0;

    public void Dispose()
    {
        BlockPool.SerialBelow = serialBelow;
        LossRuntime.Threads = 1;
    }

    [Fact]
    public void AnyNumberGivesTheSameBits()
    {
        ILoss[] losses = [new DiceCrossEntropy(), new Ignoring(), new PerImage(), new SigmoidIgnoring(), new Balanced()];
        foreach (ILoss loss in losses)
        {
            var data = new Batch(new(3, 3, 50_001), 2, loss.Definition.IgnoreIndex);
            LossRuntime.Threads = 1;
            (double value, float[] gradient) = Run(loss, data);
            foreach (int threads in new[] { 2, 3, 8 })
            {
                LossRuntime.Threads = threads;
                for (int repeat = 0; repeat < 3; repeat++)
                {
                    (double found, float[] foundGradient) = Run(loss, data);
                    Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(found));
                    Assert.Equal(gradient, foundGradient);
                }
            }
        }
    }

    [Fact]
    public void TheFirstBadLabelIsNamedWhicheverThreadFindsOne()
    {
        var data = new Batch(new(2, 3, 100_000));
        data.Labels[70_000] = 7;
        data.Labels[170_000] = 9;
        LossRuntime.Threads = 4;
        for (int repeat = 0; repeat < 10; repeat++)
        {
            var gradient = new float[data.Logits.Length];
            Array.Fill(gradient, 5);
            var error = Assert.Throws<ArgumentOutOfRangeException>(
                () => new DiceCrossEntropy().EvaluateWithGradient(data.SingleLogits, data.Labels, data.Shape, gradient));
            Assert.Contains("image 0, pixel 70000 is 7", error.Message);
            Assert.All(gradient, g => Assert.Equal(5, g));
        }
    }

    [Fact]
    public void CallsAtOnceDoNotDisturbEachOther()
    {
        var loss = new DiceCrossEntropy();
        Batch[] data = [.. Enumerable.Range(0, 4).Select(i => new Batch(new(1, 3, 40_000 + i), i))];
        LossRuntime.Threads = 1;
        double[] expected = [.. data.Select(d => loss.Evaluate(d.Logits, d.Labels, d.Shape))];
        LossRuntime.Threads = 3;
        var callers = data.Select((d, i) => new Thread(() =>
        {
            for (int repeat = 0; repeat < 20; repeat++)
            {
                if (loss.Evaluate(d.Logits, d.Labels, d.Shape) != expected[i])
                    expected[i] = double.NaN;
            }
        })).ToList();
        callers.ForEach(caller => caller.Start());
        callers.ForEach(caller => caller.Join());
        Assert.All(expected, value => Assert.False(double.IsNaN(value)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1025)]
    public void TheNumberIsChecked(int threads)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => LossRuntime.Threads = threads);
        Assert.Contains("from 1 to 1024", error.Message);
    }

    private static (double Value, float[] Gradient) Run(ILoss loss, Batch data)
    {
        var gradient = new float[data.Logits.Length];
        return (loss.EvaluateWithGradient(data.SingleLogits, data.Labels, data.Shape, gradient), gradient);
    }
}
