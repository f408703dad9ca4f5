using LossGen.Kernels;
using static LossGen.Gpu.Tests.Kernels.PairLosses;

namespace LossGen.Gpu.Tests.Kernels;

/// <summary>How a loss of pairs is called on a device: labels, storages and layouts, memory, shares of terms, and what is refused.</summary>
public sealed class PairCallTests : IDisposable
{
    private readonly OpenClDevice device = OpenClMachine.Reason is null ? OpenClDevice.Open() : null!;

    public PairCallTests()
    {
        if (device is not null)
            device.CompilesQuickly = true;
    }

    public void Dispose() => device?.Dispose();

    /// <summary>Labels are names of any size and type; those that are ignored take their rows out, whose gradient is 0.</summary>
    [OpenClFact]
    public void LabelsAreNames()
    {
        const int Rows = 9, Features = 4;
        ILoss loss = Declared.Create(Ignoring);
        using var evaluator = new GpuEvaluator(loss, device);
        using var memory = new DeviceMemory(device);
        LossShape shape = LossShape.OfRows(Rows, Features);
        double[] embeddings = Numbers(Rows * Features, 5), gradient = new double[embeddings.Length];
        long[] labels = [long.MinValue, -3, (1L << 32) - 3, long.MaxValue, -3, 0, (1L << 32) - 3, long.MaxValue, long.MinValue];
        double value = loss.EvaluateWithGradient<double, long>(embeddings, labels, shape, gradient);
        nint result = memory.Of(new double[1]), slopes = memory.Of(new double[embeddings.Length]), x = memory.Of(embeddings);
        void Found(nint target, TargetElement element, GpuStrides? strides = null)
        {
            evaluator.EvaluateWithGradient(new()
            {
                Shape = shape,
                Logits = x,
                LogitElement = LogitElement.Double,
                Target = target,
                TargetElement = element,
                TargetStrides = strides,
            }, result, slopes);
            evaluator.ThrowIfFault();
            Near(value, memory.Read<double>(result, 1)[0], 1e-12, $"{element}");
            double[] found = memory.Read<double>(slopes, gradient.Length);
            Same(gradient, found, 1e-11, $"{element}");
            foreach (int row in (int[])[1, 4])
                Assert.Equal(new double[Features], found[(row * Features)..((row + 1) * Features)]);
        }

        nint apart = memory.Of([.. labels.SelectMany(label => (long[])[label, 7])]);
        Found(memory.Of(labels), TargetElement.Int64);
        Found(apart, TargetElement.Int64, new GpuStrides(2, 0, 0));
        int[] small = [5, -3, 6, 7, -3, 8, 6, 7, 5];
        Found(memory.Of(small), TargetElement.Int32);
        Found(memory.Of([.. small.Select(label => (short)label)]), TargetElement.Int16);
        Found(memory.Of([.. small.Select(label => (sbyte)label)]), TargetElement.SByte);

        evaluator.EvaluateWithGradient(
            new() { Shape = shape, Logits = x, LogitElement = LogitElement.Double, Target = memory.Of(Enumerable.Repeat(-3L, Rows).ToArray()) },
            result, slopes);
        Assert.Equal(0, memory.Read<double>(result, 1)[0]);
        Assert.All(memory.Read<double>(slopes, gradient.Length), slope => Assert.Equal(0, slope));
    }

    /// <summary>Embeddings and gradient of any storage, their rows and numbers any distance apart.</summary>
    [OpenClTheory]
    [InlineData(Supervised, LogitElement.Single, 2e-5)]
    [InlineData(Supervised, LogitElement.Half, 2e-3)]
    [InlineData(Twins, LogitElement.Half, 2e-3)]
    [InlineData(Spread, LogitElement.BFloat16, 2e-2)]
    public void AnyStorageAndLayout(string declaration, LogitElement element, double tolerance)
    {
        const int Rows = 14, Features = 5, Count = Rows * Features;
        ILoss loss = Declared.Create(declaration);
        using var evaluator = new GpuEvaluator(loss, device);
        using var memory = new DeviceMemory(device);
        LossShape shape = LossShape.OfRows(Rows, Features);

        // Numbers that all types hold.
        double[] embeddings = [.. Numbers(Count, 8).Select(number => Math.Round(number * 8) / 8)], right = new double[Count];
        double value = loss.EvaluateViewsWithGradient<double>(embeddings, shape, right);
        double[] turned = new double[Count];
        for (int i = 0; i < Count; i++)
            turned[(i % Features * Rows) + (i / Features)] = embeddings[i];
        int size = element == LogitElement.Single ? 4 : 2;
        nint result = memory.Of(new double[1]);
        foreach (bool isTurned in new[] { false, true })
        {
            // A gradient with a gap behind each row.
            nint slopes = memory.Of(new byte[Rows * (Features + 2) * size]);
            var batch = new GpuBatch
            {
                Shape = shape,
                Logits = memory.Of(Bytes(isTurned ? turned : embeddings, element)),
                LogitElement = element,
                LogitStrides = isTurned ? new GpuStrides(1, Rows, 0) : null,
                Target = 0,
            };
            evaluator.EvaluateWithGradient(batch, result, slopes, new GpuStrides(Features + 2, 1, 1), scale: 64);
            Near(value, memory.Read<double>(result, 1)[0], 2e-5, $"{element}");
            double[] found = Read(slopes, Rows * (Features + 2));
            double largest = 64 * right.Max(Math.Abs);
            for (int i = 0; i < found.Length; i++)
            {
                (int row, int feature) = (i / (Features + 2), i % (Features + 2));
                Assert.Equal(feature < Features ? 64 * right[(row * Features) + feature] : 0, found[i], tolerance * largest);
            }

            // By default it lies as the embeddings do.
            evaluator.EvaluateWithGradient(batch, result, slopes, scale: 64);
            double[] own = Read(slopes, Count);
            for (int i = 0; i < Count; i++)
                Assert.Equal(found[(i / Features * (Features + 2)) + (i % Features)], own[isTurned ? (i % Features * Rows) + (i / Features) : i]);
        }

        double[] Read(nint address, int count) => Numbers(memory.Read<byte>(address, count * size), element);
    }

    /// <summary>One matrix, in which its gradient takes the numbers' place; all is given back.</summary>
    [OpenClFact]
    public void MemoryIsThatOfOneMatrix()
    {
        const int Rows = 300, Features = 4;
        ILoss loss = Declared.Create(Supervised);
        using var memory = new DeviceMemory(device);
        var live = new Dictionary<nint, long>();
        using (var evaluator = new GpuEvaluator(loss, device, bytes =>
        {
            nint address = device.Allocate(bytes);
            live.Add(address, bytes);
            return address;
        }, address =>
        {
            Assert.True(live.Remove(address));
            device.Free(address);
        }))
        {
            nint value = memory.Of(new double[1]), x = memory.Of(new float[Rows * Features]), gradient = memory.Of(new float[Rows * Features]);
            var batch = new GpuBatch { Shape = LossShape.OfRows(Rows, Features), Logits = x, Target = memory.Of(new long[Rows]) };
            evaluator.EvaluateWithGradient(batch, value, gradient);
            Assert.InRange(live.Values.Sum(), 4 * Rows * Rows, 4 * Rows * Rows * 1.1);
            int count = live.Count;
            evaluator.EvaluateWithGradient(batch, value, gradient);
            Assert.Equal(count, live.Count);
        }

        Assert.Empty(live);
    }

    [OpenClFact]
    public void TermsHaveTheirShares()
    {
        ILoss loss = Declared.Create(Both);
        using var evaluator = new GpuEvaluator(loss, device);
        using var memory = new DeviceMemory(device);
        LossShape shape = LossShape.OfRows(10, 3);
        double[] embeddings = Numbers(30, 2);
        long[] labels = [0, 1, 2, 0, 1, 2, 0, 1, 2, 3];
        LossComponents right = loss.CreateComponents(3), found = loss.CreateComponents(3);
        double expected = loss.Evaluate<double, long>(embeddings, labels, shape, right);
        nint value = memory.Of(new double[1]), shares = memory.Of(new double[evaluator.ComponentLength(3)]);
        nint x = memory.Of(embeddings), y = memory.Of(labels);
        evaluator.Evaluate(new() { Shape = shape, Logits = x, LogitElement = LogitElement.Double, Target = y }, value, shares);
        evaluator.ReadComponents(found, 3, shares);
        Near(expected, memory.Read<double>(value, 1)[0], 1e-12, "value");
        for (int term = 0; term < 2; term++)
            Near(right[term], found[term], 1e-12, $"term {term}");
    }

    [OpenClFact]
    public void WhatDoesNotFitIsSaid()
    {
        using GpuEvaluator rows = new(Declared.Create(Supervised), device), columns = new(Declared.Create(Spread), device);
        Says("needs at least 2", rows, Batch(LossShape.OfRows(1, 3), 8));
        Says("which have none. Pass LossShape.OfRows", rows, Batch(new LossShape(4, 3, 5), 8));
        Says("two views of the same samples, one after the other, are an even number", rows, Batch(LossShape.OfRows(7, 3), 0));
        Says("needs one label of an integer type for each row", rows,
            Batch(LossShape.OfRows(8, 3), 8) with { TargetElement = TargetElement.Single });
        Says("takes no labels", columns, Batch(LossShape.OfRows(8, 3), 8));
        Says("a covariance needs at least 2", columns, Batch(LossShape.OfRows(2, 3), 0));
        Says("have one label each", rows, Batch(LossShape.OfRows(8, 3), 8) with { Grid = new([1], [4], LabelSampling.First) });
        Says("takes 0", rows, Batch(LossShape.OfRows(8, 3), 8) with { Inputs = [8] });
        Assert.Contains("embeddings have no resolutions", Assert.Throws<NotSupportedException>(
            () => rows.EvaluateLevels(new(1, 0.5), [Batch(LossShape.OfRows(8, 3), 8), Batch(LossShape.OfRows(8, 3), 8)], [1], 8)).Message,
            StringComparison.Ordinal);

        // Only what has to be known is asked.
        Assert.NotEqual(0, rows.SumLength(Batch(LossShape.OfRows(7, 3), 0)));
        rows.Compile(Batch(LossShape.OfRows(7, 3), 0));

        static GpuBatch Batch(LossShape shape, nint target) => new() { Shape = shape, Logits = 8, Target = target };
        static void Says(string words, GpuEvaluator evaluator, GpuBatch batch) => Assert.Contains(words,
            Assert.Throws<ArgumentException>(() => evaluator.Evaluate(batch, 8)).Message, StringComparison.Ordinal);
    }
}
