using LossGen.Kernels;

namespace LossGen.Gpu.Tests.Kernels;

/// <summary>
/// Deep supervision: coarser outputs read target and maps of the finest where they lie, and give what they give on the CPU.
/// </summary>
public sealed class LevelTests : IDisposable
{
    private const string Ignoring =
        "[Loss(Activation.Softmax, IgnoreIndex = 255)] [Dice] [CrossEntropy(Weight = 0.5)] public sealed partial class Declared;";

    private const string Sorting = "[Loss(Activation.Softmax, IgnoreIndex = 255)] [LovaszSoftmax] [TopKCrossEntropy(Fraction = 0.4)] [CrossEntropy] public sealed partial class Declared;";

    private const string Mapped = """
        [Loss(Activation.Sigmoid, Target = TargetKind.Dense, TargetClassAxis = ClassAxis.Last, PerImage = true)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y, PixelMap near, ElementMap costs) =>
                MeanOverClasses(Sum(near * x.Probability * y) / (1 + Sum(x.Probability)) + Mean(costs * Square(x.Logit - y)));
        }
        """;

    private const string Unreduced =
        "[Loss(Activation.Softmax, Reduction = Reduction.None)] [CrossEntropy] public sealed partial class Declared;";

    private static readonly DeclarationCompiler Compiler = DeclarationCompiler.Compile([Ignoring, Sorting, Mapped, Unreduced],
        properties: ("LossGenGpu", "true"));

    private readonly OpenClDevice device = OpenClMachine.Reason is null ? OpenClDevice.Open() : null!;

    public LevelTests()
    {
        if (device is not null)
            device.CompilesQuickly = true;
    }

    public void Dispose() => device?.Dispose();

    public static TheoryData<bool, LabelSampling, int[][]> Grids => new()
    {
        { false, LabelSampling.Center, [[24, 18], [12, 9], [7, 5], [1, 1]] },
        { false, LabelSampling.First, [[6, 5, 4], [3, 5, 2], [1, 2, 4], [6, 5, 4]] },
        { true, LabelSampling.Center, [[6, 5, 4], [3, 5, 2], [1, 2, 4], [2, 2, 2]] },
        { true, LabelSampling.First, [[77], [38], [20], [10]] },
    };

    [OpenClTheory]
    [MemberData(nameof(Grids))]
    public void CoarserOutputsReadWhatTheyNeed(bool dense, LabelSampling sampling, int[][] extents)
    {
        foreach (string declaration in dense ? (string[])[Mapped] : [Ignoring, Sorting])
            Check(Compiler.Create(declaration), dense, sampling, extents);
    }

    private void Check(ILoss loss, bool dense, LabelSampling sampling, int[][] extents)
    {
        const int Batch = 2, Classes = 3;
        int axes = extents[0].Length, pixels = Product(extents[0]);
        var random = new Random(axes);
        double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() * 4) - 2)];
        double[][] logits = [.. extents.Select(own => Numbers(Batch * Classes * Product(own)))],
            slopes = [.. logits.Select(own => new double[own.Length])];
        long[] labels = [.. Enumerable.Range(0, Batch * pixels).Select(_ => random.Next(5) == 0 ? 255L : random.Next(Classes))];
        double[] target = Numbers(Batch * Classes * pixels), near = Numbers(Batch * pixels), costs = Numbers(target.Length);

        // The third output counts for nothing, and its numbers are not read.
        var supervision = new DeepSupervision(1, 0.5, 0, 0.25) { Sampling = sampling };
        logits[2][0] = double.NaN;
        LevelOutput<double>[] outputs = [.. extents.Select((own, k) => new LevelOutput<double>(logits[k], slopes[k], own))];
        double value = dense
            ? loss.EvaluateLevelsWithGradient<double, double>(supervision, outputs, target, Batch, Classes, extents[0], new(near, costs),
            upstream: -3)
            : loss.EvaluateLevelsWithGradient<double, long>(supervision, outputs, labels, Batch, Classes, extents[0], upstream: -3);

        using var memory = new DeviceMemory(device);
        using var evaluator = new GpuEvaluator(loss, device);
        nint y = dense ? memory.Of(target) : memory.Of(labels), result = memory.Of([double.NaN]), alone = memory.Of([double.NaN]);
        nint[] maps = dense ? [memory.Of(near), memory.Of(costs)] : [],
            gradients = [.. slopes.Select(own => memory.Of(own.Select(_ => double.NaN).ToArray()))];
        GpuBatch[] levels = [.. extents.Select((own, k) => new GpuBatch
        {
            Shape = Shape(Batch, Classes, own),
            Logits = memory.Of(logits[k]),
            LogitElement = LogitElement.Double,
            Target = y,
            TargetElement = dense ? TargetElement.Double : TargetElement.Int64,
            Inputs = maps,
        })];
        evaluator.EvaluateLevelsWithGradient(supervision, levels, extents[0], result, gradients, scale: -3);
        evaluator.EvaluateLevels(supervision, levels, extents[0], alone);
        evaluator.ThrowIfFault();
        Assert.Equal(value, memory.Read<double>(result, 1)[0], 1e-12 * Math.Abs(value));
        Assert.Equal(value, memory.Read<double>(alone, 1)[0], 1e-12 * Math.Abs(value));
        for (int k = 0; k < extents.Length; k++)
        {
            double[] found = memory.Read<double>(gradients[k], slopes[k].Length);
            double largest = slopes[k].Max(Math.Abs);
            Assert.Equal(k == 2, largest == 0);
            for (int i = 0; i < found.Length; i++)
                Assert.Equal(slopes[k][i], found[i], 1e-11 * largest);
        }
    }

    /// <summary>A label that only the finest output reads is a fault of the whole, though coarser outputs come after it.</summary>
    [OpenClFact]
    public void AFaultOfOneOutputIsOneOfAll()
    {
        ILoss loss = Compiler.Create(Ignoring);
        using var memory = new DeviceMemory(device);
        using var evaluator = new GpuEvaluator(loss, device);
        long[] labels = new long[24 * 18];
        labels[1] = 3;
        nint y = memory.Of(labels), value = memory.Of(new double[1]);
        GpuBatch Level(params int[] own) => new()
        {
            Shape = Shape(1, 3, own),
            Logits = memory.Of(new double[3 * Product(own)]),
            LogitElement = LogitElement.Double,
            Target = y
        };
        evaluator.EvaluateLevels(new(1, 1), [Level(24, 18), Level(12, 9)], [24, 18], value);
        Assert.True(double.IsNaN(memory.Read<double>(value, 1)[0]));
        Assert.Throws<ArgumentException>(evaluator.ThrowIfFault);
        evaluator.EvaluateLevels(new(1, 1), [Level(12, 9), Level(12, 9)], [24, 18], value);
        evaluator.ThrowIfFault();
        Assert.True(double.IsFinite(memory.Read<double>(value, 1)[0]));
    }

    [OpenClFact]
    public void WhatDoesNotFitIsSaid()
    {
        using var evaluator = new GpuEvaluator(Compiler.Create(Ignoring), device);
        GpuBatch fine = new() { Shape = new(1, 3, 24, 18), Logits = 0, Target = 0 }, coarse = fine with { Shape = new(1, 3, 12, 9) };
        GpuBatch resized = coarse with { Shape = coarse.Shape.WithLogits(6, 9) };
        Says<ArgumentException>("Output 1 has the spatial extents (12, 9) and logits of 1 x 6 x 9",
            () => evaluator.EvaluateLevels(new(1, 1), [fine, resized], [24, 18], 0));
        Says<ArgumentException>("3 outputs and 2 weights", () => evaluator.EvaluateLevels(new(1, 1), [fine, coarse, coarse], [24, 18], 0));
        Says<ArgumentException>("Output 1 has the spatial extents (24, 18) and the target (24, 17)",
            () => evaluator.EvaluateLevels(new(1, 1), [fine with { Shape = new(1, 3, 24, 17) }, fine], [24, 17], 0));
        Says<ArgumentException>("Output 0 has the spatial extents (24, 18) and the target (432)", () => evaluator.EvaluateLevels(new(1, 1),
            [fine, coarse], [432], 0));
        Says<ArgumentException>("1 gradients and 2 outputs", () => evaluator.EvaluateLevelsWithGradient(new(1, 1), [fine, coarse], [24, 18],
            0, [1]));
        Says<ArgumentException>("The grid is one over pixels of 1 x 6 x 18",
            () => evaluator.Evaluate(coarse with { Grid = new([6, 18], [24, 18], LabelSampling.First) }, 0));
        using var unreduced = new GpuEvaluator(Compiler.Create(Unreduced), device);
        Says<InvalidOperationException>("deep supervision needs one", () => unreduced.EvaluateLevels(new(1, 1), [fine, coarse], [24, 18],
            0));
        Says<NotSupportedException>("no one value that terms have a share in", () => unreduced.Evaluate(fine, 0, components: 1));
    }

    private static void Says<T>(string words, Action call)
        where T : Exception => Assert.Contains(words, Assert.Throws<T>(call).Message, StringComparison.Ordinal);

    private static int Product(int[] extents) => extents.Aggregate(1, (product, extent) => product * extent);

    private static LossShape Shape(int batch, int classes, int[] own) => own.Length switch
    {
        1 => new(batch, classes, own[0]),
        2 => new(batch, classes, own[0], own[1]),
        _ => new(batch, classes, own[0], own[1], own[2]),
    };
}
