using System.Runtime.InteropServices;
using LossGen.Cpu;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Gradients that are written past the caches: the same bits, and only where it is faster.</summary>
public sealed unsafe class Streaming : IDisposable
{
    private const int Alignment = 64;

    private readonly long leastBytes = StreamingChoice.LeastBytes;
    private readonly long serialBelow = BlockPool.SerialBelow;

    public Streaming()
    {
        StreamingChoice.LeastBytes = 0;
        BlockPool.SerialBelow = 0;
    }

    public void Dispose()
    {
        StreamingChoice.LeastBytes = leastBytes;
        StreamingChoice.Forced = null;
        BlockPool.SerialBelow = serialBelow;
        LossRuntime.Threads = 1;
    }

    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 20_480, 1 },
        { 3, 20_480, 1 },
        { 4, 5_008, 1 }, // the last tile is a short one
        { 2, 5_008, 1 },
        { 4, 20_480, 3 },
        { 19, 2_048, 1 },
        { 70, 1_024, 1 },
        { 3, 5_001, 1 }, // rows that begin anywhere
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void TheBitsAreThoseOfOrdinaryStores(int classes, int pixels, int threads)
    {
        ILoss[] losses = classes == 1
            ? [new Sigmoid(), new SigmoidIgnoring()]
            : [new DiceCrossEntropy(), new Ignoring(), new PerImage(), new Balanced(), new SigmoidIgnoring()];
        LossRuntime.Threads = threads;
        foreach (ILoss loss in losses)
        {
            var data = new Batch(new(2, classes, pixels), 3, loss.Definition.IgnoreIndex);
            foreach (int bits in Registers.Widths)
            {
                foreach (LossShape shape in new[] { data.Shape, data.Shape.WithClassesLast() })
                {
                    Compare<float>(shape);
                    Compare<double>(shape);
                    Compare<Half>(shape);
                    Compare<BFloat16>(shape);
                }

                void Compare<T>(LossShape shape)
                    where T : unmanaged
                {
                    byte[] Aligned() => Gradient<T>(loss, data, shape, 0);
                    byte[] Beside() => Gradient<T>(loss, data, shape, 1);
                    StreamingChoice.Forced = false;
                    byte[] expected = Registers.With(bits, Aligned);
                    StreamingChoice.Forced = true;
                    Assert.Equal(expected, Registers.With(bits, Aligned));
                    Assert.Equal(expected, Registers.With(bits, Beside));
                }
            }
        }
    }

    [Fact]
    public void CallsTryBothAndKeepTheFaster()
    {
        Assert.True(Settled(cached: 2, streamed: 1));
        Assert.False(Settled(cached: 1, streamed: 2));
        Assert.False(Settled(cached: 1, streamed: 0.99)); // too little for a gradient that lies in no cache
    }

    [Fact]
    public void ADisturbedBeginningIsMended()
    {
        var choice = new StreamingChoice();
        for (int call = 0; call < 24; call++)
        {
            bool isStreamed = choice.Next();
            choice.Report(isStreamed, isStreamed ? 50 : 40);
        }

        int streamed = 0;
        for (int call = 24; call < 224; call++)
        {
            bool isStreamed = choice.Next();
            choice.Report(isStreamed, isStreamed ? 1 : 2);
            streamed += isStreamed ? 1 : 0;
        }

        Assert.InRange(streamed, 170, 199);
    }

    private static bool Settled(double cached, double streamed)
    {
        var choice = new StreamingChoice();
        var tried = new HashSet<bool>();
        for (int call = 0; call < 12; call++)
        {
            bool isStreamed = choice.Next();
            tried.Add(isStreamed);
            choice.Report(isStreamed, (isStreamed ? streamed : cached) * (call < 4 ? 30 - call : 1 + (call % 3)));
        }

        Assert.Equal(2, tried.Count);
        bool settled = choice.Next();
        for (int call = 0; call < 10; call++)
            Assert.Equal(settled, choice.Next());
        return settled;
    }

    // The gradient's bytes, written so many numbers after a multiple of a cache line.
    private static byte[] Gradient<T>(ILoss loss, Batch data, LossShape shape, int offset)
        where T : unmanaged
    {
        int count = data.Logits.Length, bytes = count * sizeof(T);
        void* memory = NativeMemory.AlignedAlloc((nuint)(bytes + Alignment), Alignment);
        try
        {
            var gradient = new Span<T>((T*)memory + offset, count);
            gradient.Clear();
            if (typeof(T) == typeof(float))
                Evaluate(loss, data.SingleLogits, data, shape, MemoryMarshal.Cast<T, float>(gradient));
            else if (typeof(T) == typeof(double))
                Evaluate(loss, data, shape, MemoryMarshal.Cast<T, double>(gradient));
            else if (typeof(T) == typeof(Half))
                Evaluate(loss, Array.ConvertAll(data.SingleLogits, x => (Half)x), data, shape, MemoryMarshal.Cast<T, Half>(gradient));
            else
                Evaluate(loss, Array.ConvertAll(data.SingleLogits, x => (BFloat16)x), data, shape, MemoryMarshal.Cast<T, BFloat16>(gradient));
            return MemoryMarshal.AsBytes(gradient).ToArray();
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static void Evaluate<T>(ILoss loss, T[] logits, Batch data, LossShape shape, Span<T> gradient)
        where T : unmanaged
    {
        if (loss.Definition.Activation == Activation.Sigmoid)
            loss.EvaluateWithGradient<T, float>(logits, data.SingleDense, shape, gradient);
        else
            loss.EvaluateWithGradient<T, long>(logits, data.Labels, shape, gradient);
    }

    private static void Evaluate(ILoss loss, Batch data, LossShape shape, Span<double> gradient)
    {
        if (loss.Definition.Activation == Activation.Sigmoid)
            loss.EvaluateWithGradient(data.Logits, data.Dense, shape, gradient);
        else
            loss.EvaluateWithGradient(data.Logits, data.Labels, shape, gradient);
    }
}
