using System.Runtime.InteropServices;
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
    public void AnyNumberGivesTheSameBitsWhereTheCallerFlushesSubnormalNumbers()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return; // only there the test can set the register
        var loss = new DiceCrossEntropy();

        // Gradients of sure pixels around the smallest normal numbers.
        var data = new Batch(new(3, 3, 50_001), 2, null);
        float[] logits = [.. data.SingleLogits.Select((x, k) => x * (20 + (k % 40)))];
        var found = new Dictionary<(int Round, bool Flushes, int Threads), float[]>();
        for (int n = 0; n < 2; n++)
        {
            int round = n;
            foreach (bool flushes in (bool[])[round == 0, round == 1]) // each kind of threads is begun before, and after, the other
            {
                var caller = new Thread(() =>
                {
                    SetFlush(flushes);
                    foreach (int threads in (int[])[1, 2, 4])
                    {
                        LossRuntime.Threads = threads;
                        var gradient = new float[logits.Length];
                        loss.EvaluateWithGradient(logits, data.Labels, data.Shape, gradient);
                        found[(round, flushes, threads)] = gradient;
                    }
                });
                caller.Start();
                caller.Join();
            }
        }

        foreach (((int Round, bool Flushes, int Threads) call, float[] gradient) in found)
            Assert.Equal(found[(0, call.Flushes, 1)].Select(BitConverter.SingleToInt32Bits),
                gradient.Select(BitConverter.SingleToInt32Bits));
        Assert.Contains(found[(0, false, 1)], float.IsSubnormal);
        Assert.DoesNotContain(found[(0, true, 1)], float.IsSubnormal);
    }

    // The register of the calling thread: results that are subnormal become 0, and operands count as 0.
    private static void SetFlush(bool flushes)
    {
        const int At = 28, Flags = 0x8040;
        byte[] environment = new byte[64];
        fegetenv(environment);
        int register = BitConverter.ToInt32(environment, At);
        BitConverter.TryWriteBytes(environment.AsSpan(At), flushes ? register | Flags : register & ~Flags);
        fesetenv(environment);
    }

    [DllImport("libm.so.6")]
    private static extern int fegetenv(byte[] environment);

    [DllImport("libm.so.6")]
    private static extern int fesetenv(byte[] environment);

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
