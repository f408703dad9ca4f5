using LossGen.Cpu;
using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Losses that look at neighbouring pixels, by the span API.</summary>
public sealed class Neighbours : IDisposable
{
    private readonly long serialBelow = BlockPool.SerialBelow;

    public void Dispose()
    {
        BlockPool.SerialBelow = serialBelow;
        LossRuntime.Threads = 1;
    }

    public static TheoryData<string> Losses => ["Similarity", "DiceCentreLine", "Vessels", "WorstErrors", "SimilarityAtScales", "Borders",
        "Differences", "ProbabilityDifferences"];

    [Theory]
    [MemberData(nameof(Losses))]
    public void FloatAgreesWithTheReference(string name)
    {
        ILoss loss = Create(name);
        Data data = Data.Of(loss, large: false);
        float[] gradient = new float[data.Logits.Length], single = Array.ConvertAll(data.Logits, x => (float)x);
        double value = data.Labels is { } labels
            ? loss.EvaluateWithGradient(single, labels, data.Shape, gradient)
            : loss.EvaluateWithGradient(single, data.Target!, data.Shape, gradient);
        double expected = data.Labels is { } known
            ? ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, known)
            : ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Target!);
        Assert.Equal(expected, value, 2e-5 * Math.Max(1, Math.Abs(expected)));

        // In double the same call has the gradient, to which that of float is near.
        var exact = new double[data.Logits.Length];
        if (data.Labels is { } own)
            loss.EvaluateWithGradient(data.Logits, own, data.Shape, exact);
        else
            loss.EvaluateWithGradient(data.Logits, data.Target!, data.Shape, exact);
        double scale = exact.Max(Math.Abs);
        Assert.True(scale > 0);
        Assert.All(exact.Zip(gradient), pair => Assert.Equal(pair.First, pair.Second, 1e-3 * scale));
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void AnyNumberOfThreadsGivesTheSameBits(string name)
    {
        BlockPool.SerialBelow = 0;
        ILoss loss = Create(name);
        Data data = Data.Of(loss, large: true);
        LossRuntime.Threads = 1;
        (double value, float[] gradient) = Run();
        foreach (int threads in new[] { 2, 5 })
        {
            LossRuntime.Threads = threads;
            (double found, float[] foundGradient) = Run();
            Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(found));
            Assert.Equal(gradient, foundGradient);
        }

        (double Value, float[] Gradient) Run()
        {
            float[] own = new float[data.Logits.Length], single = Array.ConvertAll(data.Logits, x => (float)x);
            return (data.Labels is { } labels ? loss.EvaluateWithGradient(single, labels, data.Shape, own)
                : loss.EvaluateWithGradient(single, data.Target!, data.Shape, own), own);
        }
    }

    /// <summary>Whatever stands at ignored pixels reaches neither the value nor the gradient of their neighbours.</summary>
    [Theory]
    [InlineData("DiceCentreLine")]
    [InlineData("WorstErrors")]
    [InlineData("Borders")]
    public void IgnoredPixelsDoNotLeak(string name)
    {
        ILoss loss = Create(name);
        Data data = Data.Of(loss, large: false);
        double[] gradient = new double[data.Logits.Length], other = new double[data.Logits.Length], changed = (double[])data.Logits.Clone();
        for (int i = 0; i < changed.Length; i++)
        {
            if (data.IsIgnored(i))
                changed[i] = i % 3 == 0 ? double.NaN : 1e6;
        }

        double value = loss.EvaluateWithGradient(data.Logits, data.Labels!, data.Shape, gradient),
            found = loss.EvaluateWithGradient(changed, data.Labels!, data.Shape, other);
        Assert.Equal(value, found);
        Assert.Equal(gradient, other);
        Assert.All(Enumerable.Range(0, gradient.Length).Where(data.IsIgnored), i => Assert.Equal(0, gradient[i]));
    }

    [Fact]
    public void ImagesOfOtherAxesAreRefused()
    {
        var flat = new LossShape(1, 1, 64);
        string message = Assert.Throws<ArgumentException>(() => new Similarity().Evaluate(new float[64], new float[64], flat)).Message;
        Assert.Contains("has 1 axis of an image; Similarity looks at neighbouring pixels along 2 axes", message, StringComparison.Ordinal);
        Assert.Contains("new LossShape(batch, classes, height, width)", message, StringComparison.Ordinal);
        message = Assert.Throws<ArgumentException>(() => new Vessels().Evaluate(new float[64], new long[64], new LossShape(1, 1, 8, 8)))
            .Message;
        Assert.Contains("new LossShape(batch, classes, depth, height, width), or state Dimensions = 2", message, StringComparison.Ordinal);
    }

    /// <summary>Those of the border would read 0 in place of what another piece has, though one pass may have the value.</summary>
    [Fact]
    public void PiecesAreRefused()
    {
        foreach (ILoss loss in new ILoss[] { new Similarity(), new Differences() })
        {
            string message = Assert.Throws<NotSupportedException>(() => loss.CreateStatistics(new LossShape(1, 1, 16, 16))).Message;
            Assert.Contains("looks at neighbouring pixels", message, StringComparison.Ordinal);
        }
    }

    /// <summary>Outputs of several resolutions keep their axes.</summary>
    [Fact]
    public void OutputsOfSeveralResolutionsAreImages()
    {
        var loss = new DiceCentreLine();
        Data data = Data.Of(loss, large: false);
        int[][] extents = [[14, 21], [7, 10]];
        var supervision = new DeepSupervision(1, 0.5);
        double[] coarse = [.. Enumerable.Range(0, 2 * 3 * 70).Select(i => Math.Sin(3.7 * i))];
        long[] labels = [.. from n in Enumerable.Range(0, 2)
                            from row in Enumerable.Range(0, 7)
                            from column in Enumerable.Range(0, 10)
                            let y = Kernels.LabelGrid.At(row, 7, 14, supervision.Sampling)
                            let x = Kernels.LabelGrid.At(column, 10, 21, supervision.Sampling)
                            select data.Labels![(((n * 14) + y) * 21) + x]];
        LevelOutput<double>[] outputs =
            [new(data.Logits, new double[data.Logits.Length], extents[0]), new(coarse, new double[coarse.Length], extents[1])];
        double value = loss.EvaluateLevelsWithGradient(supervision, outputs, data.Labels!, 2, 3, extents[0]);
        double expected = loss.Evaluate(data.Logits, data.Labels!, data.Shape)
            + (0.5 * loss.Evaluate(coarse, labels, new LossShape(2, 3, 7, 10)));
        Assert.Equal(expected, value, 1e-12);
    }

    /// <summary>Classes last, half and bfloat16 are read where they lie.</summary>
    [Theory]
    [InlineData("DiceCentreLine")]
    [InlineData("Differences")]
    [InlineData("ProbabilityDifferences")]
    public void StoragesAgree(string name)
    {
        ILoss loss = Create(name);
        Data data = Data.Of(loss, large: false);
        float[] single = Array.ConvertAll(data.Logits, x => (float)(Half)x), gradient = new float[single.Length];
        float[]? target = data.Target is null ? null : Array.ConvertAll(data.Target, y => (float)y);
        double value = Run<float>(single, data.Shape, gradient);
        var halves = new Half[single.Length];
        Assert.Equal(value, Run<Half>(Array.ConvertAll(single, x => (Half)x), data.Shape, halves), 1e-12);

        int classes = data.Shape.Classes, pixels = (int)data.Shape.Pixels;
        float[] last = new float[single.Length], found = new float[single.Length];
        int At(int i) => (((i / pixels / classes) * pixels) + (i % pixels)) * classes + (i / pixels % classes);
        for (int i = 0; i < single.Length; i++)
            last[At(i)] = single[i];
        Assert.Equal(value, Run<float>(last, data.Shape.WithClassesLast(), found), 1e-12);
        Assert.All(Enumerable.Range(0, gradient.Length), i => Assert.Equal(gradient[i], found[At(i)], 1e-9f));

        double Run<T>(T[] logits, LossShape shape, T[] into)
            where T : unmanaged => data.Labels is { } labels ? loss.EvaluateWithGradient(logits, labels, shape, into)
                : loss.EvaluateWithGradient(logits, target, shape, into);
    }

    /// <summary>Images so small that a tile has several of them are each by themselves.</summary>
    [Theory]
    [MemberData(nameof(Losses))]
    public void ImagesOfABatchAreNoNeighbours(string name)
    {
        ILoss loss = Create(name);
        if (loss.Definition.PerImage || name == "SimilarityAtScales")
            return;
        var random = new Random(11);
        int classes = loss.Definition.Activation == Activation.Softmax ? 3 : loss.Definition.Activation == Activation.Sigmoid ? 1 : 2;
        LossShape shape = loss.Definition.Dimensions == 3 ? new(9, classes, 2, 3, 4) : new(9, classes, 3, 5);
        int pixels = (int)shape.Pixels;
        float[] logits = [.. Enumerable.Range(0, 9 * classes * pixels).Select(_ => (float)Math.Round((random.NextDouble() * 4) - 2, 3))],
            gradient = new float[logits.Length];
        long[] labels = [.. Enumerable.Range(0, 9 * pixels).Select(_ => (long)random.Next(Math.Max(classes, 2)))];
        double[] exact = Array.ConvertAll(logits, x => (double)x), target = [.. exact.Select(x => x + 0.25)];
        bool isDense = loss.Definition.Activation == Activation.None;
        double value = isDense ? loss.EvaluateWithGradient(logits, Array.ConvertAll(target, y => (float)y), shape, gradient)
            : loss.EvaluateWithGradient(logits, labels, shape, gradient);
        Assert.Equal(isDense ? ReferenceEvaluation.Evaluate(loss, shape, exact, target) : ReferenceEvaluation.Evaluate(loss, shape, exact,
            labels), value, 1e-5);
        var found = new double[logits.Length];
        _ = isDense ? loss.EvaluateWithGradient(exact, target, shape, found) : loss.EvaluateWithGradient(exact, labels, shape, found);
        Assert.All(found.Zip(gradient), pair => Assert.Equal(pair.First, pair.Second, 1e-3 * found.Max(Math.Abs)));
    }

    private static ILoss Create(string name) =>
        (ILoss)Activator.CreateInstance(typeof(Similarity).Assembly.GetType("LossGen.Runtime.Tests.Losses." + name)!)!;

    private sealed record Data(LossShape Shape, double[] Logits, long[]? Labels, double[]? Target)
    {
        public static Data Of(ILoss loss, bool large)
        {
            var random = new Random(3);
            int classes = loss.Definition.Activation == Activation.Softmax ? 3 : loss.Definition.Activation == Activation.Sigmoid ? 1 : 2;
            LossShape shape = loss.Definition.Dimensions == 3
                ? large ? new(2, classes, 9, 40, 51) : new(2, classes, 4, 7, 9)
                : large ? new(3, classes, 150, 131) : new(2, classes, 14, 21);
            int pixels = (int)shape.Pixels, count = shape.Batch * classes * pixels;
            double[] logits = [.. Enumerable.Range(0, count).Select(_ => Math.Round((random.NextDouble() * 4) - 2, 3))];
            if (loss.Definition.Activation == Activation.None)
                return new(shape, logits, null, [.. logits.Select(x => x + (0.3 * random.NextDouble()))]);
            bool isIgnored = loss.Definition.IgnoreIndex is not null;
            return new(shape, logits, [.. Enumerable.Range(0, shape.Batch * pixels).Select(_ => isIgnored && random.Next(6) == 0 ? 255L
                : random.Next(Math.Max(classes, 2)))], null);
        }

        public bool IsIgnored(int element)
        {
            int pixels = (int)Shape.Pixels;
            return Labels![(element / pixels / Shape.Classes * pixels) + (element % pixels)] == 255;
        }
    }
}
