using System.Runtime.InteropServices;
using LossGen.Kernels;

namespace LossGen.Gpu.Tests.Kernels;

/// <summary>Logits of another size than the target along one to three axes, up and down, against the kernels of the CPU.</summary>
public sealed class ResizeTests : IDisposable
{
    private const string Sums = """
        [Loss(Activation.Softmax, IgnoreIndex = 255, Resize = Resize.KIND)]
        [Dice]
        [CrossEntropy(Weight = 0.5)]
        public sealed partial class Declared;
        """;

    private const string PerImage = """
        [Loss(Activation.Sigmoid, PerImage = true, Resize = Resize.LinearUnaligned)]
        [Tversky]
        [BinaryCrossEntropy]
        public sealed partial class Declared;
        """;

    private const string Sorted = """
        [Loss(Activation.Softmax, IgnoreIndex = 255, Target = TargetKind.Index, Resize = Resize.LinearUnaligned)]
        [LovaszSoftmax]
        public sealed partial class Declared;
        """;

    private const string Plain = """
        [Loss(Activation.Softmax, IgnoreIndex = 255)]
        [Dice]
        [CrossEntropy(Weight = 0.5)]
        public sealed partial class Declared;
        """;

    // Neighbours, a map and class weights: all of the target's grid.
    private const string Around = """
        [Loss(Activation.Sigmoid, Dimensions = 3, Target = TargetKind.Dense, Resize = Resize.LinearAligned)]
        public sealed partial class Declared
        {
            public double[] Weights { get; set; } = [1, 0.5];

            private static Value Formula(Prediction x, Target y, ElementMap costs, Value weights) =>
                MeanOverClasses(weights * Mean(costs * Square(MaxPool(x.Probability, 3) - Shift(y, 0, 1)) + Square(Shift(x.Logit, 2, -1))));
        }
        """;

    // The stretched logits themselves.
    private const string Elements = """
        [Loss(Activation.None, Reduction = Reduction.None, Target = TargetKind.Dense, Resize = Resize.KIND)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y) => x.Logit - y;
        }
        """;

    private static readonly Resize[] Kinds = [Resize.Bilinear, Resize.LinearAligned, Resize.LinearUnaligned];

    private static readonly (int[] From, int[] To)[] Sizes =
    [
        ([1], [6]), ([5], [33]), ([33], [5]), ([6], [1]), ([7], [600]),
        ([1, 1], [5, 7]), ([2, 3], [9, 20]), ([5, 1], [8, 1]), ([7, 9], [3, 4]), ([4, 6], [1, 1]), ([6, 5], [1, 33]), ([3, 8], [6, 8]),
        ([16, 16], [31, 47]),
        ([1, 1, 1], [2, 3, 4]), ([2, 4, 5], [1, 8, 9]), ([1, 3, 4], [3, 5, 7]), ([5, 4, 6], [3, 4, 3]), ([4, 3, 9], [9, 1, 20]),
        ([3, 1, 1], [7, 1, 1]), ([9, 4, 16], [20, 5, 47]),
    ];

    private static readonly DeclarationCompiler Compiler = DeclarationCompiler.Compile(
        [.. Kinds.Select(kind => Of(Sums, kind)), .. Kinds.Select(kind => Of(Elements, kind)), PerImage, Sorted, Plain, Around],
        properties: ("LossGenGpu", "true"));

    private readonly OpenClDevice device = OpenClMachine.Reason is null ? OpenClDevice.Open() : null!;

    public ResizeTests()
    {
        if (device is not null)
            device.CompilesQuickly = true;
    }

    public static TheoryData<Resize> All => [.. Kinds];

    public void Dispose() => device?.Dispose();

    private static string Of(string declaration, Resize kind) => declaration.Replace("KIND", kind.ToString(), StringComparison.Ordinal);

    /// <summary>The stretched logits have the CPU's bits in double; so has their gradient but for two additions at an edge.</summary>
    [OpenClTheory]
    [MemberData(nameof(All))]
    public void LogitsAreStretchedAndTheirGradientGathered(Resize kind)
    {
        ILoss loss = Compiler.Create(Of(Elements, kind));
        using var evaluator = new GpuEvaluator(loss, device);
        foreach ((int[] from, int[] to) in Sizes.Where(size => kind != Resize.Bilinear || size.To.Length == 2))
        {
            LossShape shape = Shape(2, 3, from, to);
            var random = new Random(to[0]);
            double[] logits = Numbers(random, 6 * (int)shape.LogitPixels), upstream = Numbers(random, 6 * (int)shape.Pixels);
            double[] target = new double[upstream.Length], value = new double[upstream.Length], gradient = new double[logits.Length];
            loss.EvaluateElementsWithGradient<double, double, double>(logits, target, shape, default, value, upstream, gradient);

            using var memory = new DeviceMemory(device);
            nint values = memory.Of(new double[value.Length]), slopes = memory.Of(gradient.Select(_ => double.NaN).ToArray());
            var batch = new GpuBatch
            {
                Shape = shape,
                Logits = memory.Of(logits),
                LogitElement = LogitElement.Double,
                Target = memory.Of(target),
                TargetElement = TargetElement.Double,
            };
            evaluator.EvaluateWithGradient(batch, values, slopes, upstream: memory.Of(upstream));
            Assert.Equal(value, memory.Read<double>(values, value.Length));
            Same(gradient, memory.Read<double>(slopes, gradient.Length), 1e-14);
        }
    }

    [OpenClTheory]
    [MemberData(nameof(All))]
    public void LossesOfResizedLogitsAreThoseOfTheCpu(Resize kind)
    {
        ILoss loss = Compiler.Create(Of(Sums, kind));
        using var evaluator = new GpuEvaluator(loss, device);
        foreach ((int[] from, int[] to) in Sizes.Where(size => size.To.Length == 2 || (kind != Resize.Bilinear && size.To[0] < 10)))
        {
            LossShape shape = Shape(2, 3, from, to);
            var random = new Random(to[0]);
            double[] logits = Numbers(random, 6 * (int)shape.LogitPixels), gradient = new double[logits.Length];
            long[] labels = Labels(random, 2 * (int)shape.Pixels, 3);
            double value = loss.EvaluateWithGradient<double, long>(logits, labels, shape, gradient);

            using var memory = new DeviceMemory(device);
            nint result = memory.Of(new double[1]), alone = memory.Of(new double[1]), slopes = memory.Of(new double[gradient.Length]);
            nint x = memory.Of(logits);
            var batch = new GpuBatch { Shape = shape, Logits = x, LogitElement = LogitElement.Double, Target = memory.Of(labels) };
            evaluator.EvaluateWithGradient(batch, result, slopes, scale: -2);
            evaluator.Evaluate(batch, alone);
            evaluator.ThrowIfFault();
            Assert.Equal(value, memory.Read<double>(result, 1)[0], 1e-12 * Math.Abs(value));
            Assert.Equal(memory.Read<double>(result, 1), memory.Read<double>(alone, 1));
            Same([.. gradient.Select(number => -2 * number)], memory.Read<double>(slopes, gradient.Length), 1e-11);
        }
    }

    /// <summary>In float, with forward and backward apart and a call of other logits between them, and the terms' shares.</summary>
    [OpenClTheory]
    [InlineData(PerImage, true, 1, 3, 70)]
    [InlineData(PerImage, false, 4, 13, 17)]
    [InlineData(Sorted, false, 3, 13, 17)]
    [InlineData(Around, true, 2, 4, 5, 6)]
    public void WhatElseIsDeclaredIsOfTheTargetsGrid(string declaration, bool dense, int classes, params int[] to)
    {
        int[] from = [.. to.Select((extent, axis) => axis == 0 ? extent / 2 : (extent / 3) + 1)];
        var trial = new GpuTrial(Compiler.Create(declaration), Shape(2, classes, from, to))
        {
            Dense = dense,
            Upstream = 0.5,
            HasComponents = declaration == PerImage,
        };
        Assert.Null(trial.Run(device));
    }

    /// <summary>Any storage and any evenly spaced pixels, of logits and of gradient; each call has the same bits.</summary>
    [OpenClTheory]
    [InlineData(LogitElement.Single, 1e-5)]
    [InlineData(LogitElement.Half, 1e-3)]
    [InlineData(LogitElement.BFloat16, 1e-2)]
    public void AnyStorageAndLayout(LogitElement element, double tolerance)
    {
        const int Batch = 2, Classes = 3, Pixels = 5 * 6, Count = Batch * Classes * Pixels;
        ILoss loss = Compiler.Create(Of(Sums, Resize.LinearUnaligned));
        LossShape shape = Shape(Batch, Classes, [5, 6], [17, 16]);
        var random = new Random(2);

        // Numbers that all types hold; the classes of a pixel adjacent.
        double[] logits = [.. Enumerable.Range(0, Count).Select(_ => Math.Round(random.NextDouble() * 48) / 8)];
        double[] right = new double[Count], last = new double[Count];
        long[] labels = Labels(random, Batch * (int)shape.Pixels, Classes);
        double value = loss.EvaluateWithGradient<double, long>(logits, labels, shape, right);
        for (int i = 0; i < Count; i++)
            last[(i / (Classes * Pixels) * Classes * Pixels) + (i % Pixels * Classes) + (i / Pixels % Classes)] = logits[i];

        using var memory = new DeviceMemory(device);
        using var evaluator = new GpuEvaluator(loss, device);
        nint result = memory.Of(new double[1]), y = memory.Of(labels);
        int size = element == LogitElement.Single ? 4 : 2;
        byte[]? before = null;
        foreach (bool isLast in new[] { false, false, true })
        {
            // A gradient with a gap behind each image.
            byte[] slopes = new byte[(Count + (Batch * 7)) * size];
            nint gradient = memory.Of(slopes);
            nint x = memory.Of(Bytes(isLast ? last : logits, element));
            var batch = new GpuBatch { Shape = isLast ? shape.WithClassesLast() : shape, Logits = x, LogitElement = element, Target = y };
            evaluator.EvaluateWithGradient(batch, result, gradient, new GpuStrides((Classes * Pixels) + 7, Pixels, 1), scale: 256);
            Assert.Equal(value, memory.Read<double>(result, 1)[0], 1e-5 * Math.Abs(value));
            slopes = memory.Read<byte>(gradient, slopes.Length);
            Assert.Equal(before ?? slopes, slopes);
            before = slopes;
            double[] found = Numbers(slopes, element);
            double largest = 256 * right.Max(Math.Abs);
            for (int i = 0; i < Count; i++)
                Assert.Equal(256 * right[i], found[i + (i / (Classes * Pixels) * 7)], tolerance * largest);
            Assert.All(Enumerable.Range(0, 7), k => Assert.Equal(0, found[(Classes * Pixels) + k]));
        }

        // By default the gradient lies as the logits do.
        nint own = memory.Of(new byte[Count * size]);
        nint next = memory.Of(Bytes(last, element));
        evaluator.EvaluateWithGradient(
            new() { Shape = shape.WithClassesLast(), Logits = next, LogitElement = element, Target = y }, result, own, scale: 256);
        double[] adjacent = Numbers(memory.Read<byte>(own, Count * size), element), first = Numbers(before!, element);
        for (int i = 0; i < Classes * Pixels; i++)
            Assert.Equal(first[i], adjacent[(i % Pixels * Classes) + (i / Pixels)]);
    }

    /// <summary>A value alone takes memory for the stretched logits and none for their gradient; all is given back.</summary>
    [OpenClFact]
    public void MemoryIsThatOfTheTargetsGrid()
    {
        ILoss loss = Compiler.Create(Of(Sums, Resize.LinearAligned));
        LossShape shape = Shape(1, 3, [10, 20], [100, 200]);
        long stretched = 4 * 3 * shape.Pixels;
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
            nint value = memory.Of(new double[1]), gradient = memory.Of(new float[3 * shape.LogitPixels]);
            nint x = memory.Of(new float[3 * shape.LogitPixels]);
            var batch = new GpuBatch { Shape = shape, Logits = x, Target = memory.Of(new long[shape.Pixels]) };
            evaluator.Evaluate(batch, value);
            Assert.InRange(live.Values.Sum(), stretched, stretched * 1.2);
            evaluator.EvaluateWithGradient(batch, value, gradient);
            Assert.InRange(live.Values.Sum(), 2 * stretched, stretched * 2.2);
            int count = live.Count;
            evaluator.EvaluateWithGradient(batch, value, gradient);
            Assert.Equal(count, live.Count);
        }

        Assert.Empty(live);
    }

    /// <summary>The coarser outputs of deep supervision are resized where that is asked for, whatever the loss declares.</summary>
    [OpenClTheory]
    [InlineData(Resize.LinearUnaligned, new[] { 12, 9 }, new[] { 6, 5 }, new[] { 3, 2 })]
    [InlineData(Resize.LinearAligned, new[] { 5, 4, 6 }, new[] { 2, 4, 3 }, new[] { 1, 1, 1 })]
    public void CoarserOutputsAreResized(Resize kind, params int[][] extents)
    {
        const int Batch = 2, Classes = 3;
        ILoss loss = Compiler.Create(Plain);
        var random = new Random(extents[0].Length);
        double[][] logits = [.. extents.Select(own => Numbers(random, Batch * Classes * Product(own)))];
        double[][] slopes = [.. logits.Select(own => new double[own.Length])];
        long[] labels = Labels(random, Batch * Product(extents[0]), Classes);
        var supervision = new DeepSupervision(1, 0.5, 0.25) { Resize = kind };
        LevelOutput<double>[] outputs = [.. extents.Select((own, k) => new LevelOutput<double>(logits[k], slopes[k], own))];
        double value = loss.EvaluateLevelsWithGradient<double, long>(
            supervision, outputs, labels, Batch, Classes, extents[0], upstream: -3);

        using var memory = new DeviceMemory(device);
        using var evaluator = new GpuEvaluator(loss, device);
        nint y = memory.Of(labels), result = memory.Of([double.NaN]);
        nint[] gradients = [.. slopes.Select(own => memory.Of(own.Select(_ => double.NaN).ToArray()))];
        GpuBatch[] levels =
        [
            .. extents.Select((own, k) => new GpuBatch
            {
                Shape = Shape(Batch, Classes, own, own),
                Logits = memory.Of(logits[k]),
                LogitElement = LogitElement.Double,
                Target = y,
            }),
        ];
        evaluator.EvaluateLevelsWithGradient(supervision, levels, extents[0], result, gradients, scale: -3);
        evaluator.ThrowIfFault();
        Assert.Equal(value, memory.Read<double>(result, 1)[0], 1e-12 * Math.Abs(value));
        for (int k = 0; k < extents.Length; k++)
            Same(slopes[k], memory.Read<double>(gradients[k], slopes[k].Length), 1e-11);

        // One that counts for nothing has a gradient of zeros, of its own size.
        evaluator.EvaluateLevelsWithGradient(new(1, 0.5, 0) { Resize = kind }, levels, extents[0], result, gradients);
        Assert.All(memory.Read<double>(gradients[2], slopes[2].Length), slope => Assert.Equal(0, slope));
    }

    /// <summary>Labels of a finer grid than that which logits are resized to are read at its places.</summary>
    [OpenClFact]
    public void LabelsMayBeOfAFinerGridStill()
    {
        ILoss loss = Compiler.Create(Of(Sums, Resize.LinearUnaligned));
        LossShape shape = Shape(2, 3, [5, 4], [12, 9]);
        var grid = new LabelGrid([12, 9], [24, 20], LabelSampling.Center);
        var random = new Random(4);
        double[] logits = Numbers(random, 6 * (int)shape.LogitPixels), gradient = new double[logits.Length];
        long[] labels = Labels(random, 2 * 24 * 20, 3);
        long[] taken =
        [
            .. from image in Enumerable.Range(0, 2)
               from row in Enumerable.Range(0, 12)
               from column in Enumerable.Range(0, 9)
               select labels[(((image * 24) + LabelGrid.At(row, 12, 24, grid.Sampling)) * 20) + LabelGrid.At(column, 9, 20, grid.Sampling)],
        ];
        double value = loss.EvaluateWithGradient<double, long>(logits, taken, shape, gradient);
        using var memory = new DeviceMemory(device);
        using var evaluator = new GpuEvaluator(loss, device);
        nint result = memory.Of(new double[1]), slopes = memory.Of(new double[gradient.Length]);
        nint x = memory.Of(logits), y = memory.Of(labels);
        var batch = new GpuBatch { Shape = shape, Logits = x, LogitElement = LogitElement.Double, Target = y, Grid = grid };
        evaluator.EvaluateWithGradient(batch, result, slopes);
        Assert.Equal(value, memory.Read<double>(result, 1)[0], 1e-12 * Math.Abs(value));
        Same(gradient, memory.Read<double>(slopes, gradient.Length), 1e-11);
    }

    [OpenClFact]
    public void WhatDoesNotFitIsSaid()
    {
        using GpuEvaluator plain = new(Compiler.Create(Plain), device), bilinear = new(Compiler.Create(Of(Sums, Resize.Bilinear)), device);
        using GpuEvaluator linear = new(Compiler.Create(Of(Sums, Resize.LinearAligned)), device);
        Says<ArgumentException>("declares Resize = Resize.LinearUnaligned", () => plain.Evaluate(Batch(Shape(1, 3, [2, 3], [4, 6])), 0));
        Says<ArgumentException>("which is for two spatial axes", () => bilinear.Evaluate(Batch(Shape(1, 3, [2, 2, 3], [4, 4, 6])), 0));
        Says<ArgumentException>("each must be at least 1", () => linear.Evaluate(Batch(Shape(1, 3, [0, 3], [4, 6])), 0));
        Says<NotSupportedException>("Cut the volume into parts", () => linear.Evaluate(Batch(Shape(1, 3, [10, 10], [50_000, 50_000])), 0));

        static GpuBatch Batch(LossShape shape) => new() { Shape = shape, Logits = 0, Target = 0 };
    }

    private static void Says<T>(string words, Action call)
        where T : Exception => Assert.Contains(words, Assert.Throws<T>(call).Message, StringComparison.Ordinal);

    private static LossShape Shape(int batch, int classes, int[] from, int[] to) => to.Length switch
    {
        1 => new LossShape(batch, classes, to[0]).WithLogits(from[0]),
        2 => new LossShape(batch, classes, to[0], to[1]).WithLogits(from[0], from[1]),
        _ => new LossShape(batch, classes, to[0], to[1], to[2]).WithLogits(from[0], from[1], from[2]),
    };

    private static int Product(int[] extents) => extents.Aggregate(1, (product, extent) => product * extent);

    private static double[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() * 6) - 3)];

    private static long[] Labels(Random random, int count, int classes) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(6) == 0 ? 255L : random.Next(classes))];

    private static void Same(double[] right, double[] found, double tolerance)
    {
        double largest = right.Max(Math.Abs);
        Assert.NotEqual(0, largest);
        for (int i = 0; i < right.Length; i++)
            Assert.Equal(right[i], found[i], tolerance * largest);
    }

    private static byte[] Bytes(double[] numbers, LogitElement element) => element switch
    {
        LogitElement.Half => MemoryMarshal.AsBytes<Half>([.. numbers.Select(number => (Half)number)]).ToArray(),
        LogitElement.BFloat16 => MemoryMarshal.AsBytes<BFloat16>([.. numbers.Select(number => (BFloat16)(float)number)]).ToArray(),
        _ => MemoryMarshal.AsBytes<float>([.. numbers.Select(number => (float)number)]).ToArray(),
    };

    private static double[] Numbers(byte[] bytes, LogitElement element) => element switch
    {
        LogitElement.Half => [.. MemoryMarshal.Cast<byte, Half>(bytes).ToArray().Select(number => (double)number)],
        LogitElement.BFloat16 => [.. MemoryMarshal.Cast<byte, BFloat16>(bytes).ToArray().Select(number => (double)(float)number)],
        _ => [.. MemoryMarshal.Cast<byte, float>(bytes).ToArray().Select(number => (double)number)],
    };
}
