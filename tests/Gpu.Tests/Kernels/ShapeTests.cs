using System.Runtime.InteropServices;
using LossGen.Kernels;

namespace LossGen.Gpu.Tests.Kernels;

/// <summary>Numbers of classes and pixels, layouts, storage types, labels, and numbers that are not finite.</summary>
public sealed class ShapeTests : IDisposable
{
    private const string Dice = "[Loss(Activation.Softmax)] [Dice] [CrossEntropy(Weight = 0.5)] public sealed partial class Declared;";
    private const string Ignoring =
        "[Loss(Activation.Softmax, IgnoreIndex = 255)] [Dice] [CrossEntropy(Weight = 0.5)] public sealed partial class Declared;";
    private const string Several = "[Loss(Activation.Softmax, IgnoreIndices = new[] { 255, 254, -1, 0 })] [Dice] [CrossEntropy(Weight = 0.5)] public sealed partial class Declared;";
    private const string PerImage =
        "[Loss(Activation.Softmax, PerImage = true)] [Tversky] [CrossEntropy(Weight = 0.5)] public sealed partial class Declared;";
    private const string Binary = "[Loss(Activation.Sigmoid)] [Dice] [BinaryCrossEntropy] public sealed partial class Declared;";

    private const string Parameters = """
        [Loss(Activation.Softmax)]
        [Dice]
        [CrossEntropy]
        public sealed partial class Declared
        {
            public double CrossEntropyWeight { get; set; } = 0.5;

            public double[] CrossEntropyClassWeights { get; set; } = [1, 2, 0.5, 3];
        }
        """;

    private static readonly DeclarationCompiler Compiler =
        DeclarationCompiler.Compile([Dice, Ignoring, Several, PerImage, Binary, Parameters], properties: ("LossGenGpu", "true"));

    private readonly GpuDevice device = OpenClMachine.Reason is null ? OpenClDevice.Open() : null!;

    public void Dispose() => device?.Dispose();

    [OpenClTheory]
    [InlineData(Dice, 1, 2, 1)]
    [InlineData(Dice, 3, 4, 3000)]
    [InlineData(Ignoring, 2, 19, 1237)]
    [InlineData(Ignoring, 1, 150, 257)]
    [InlineData(Several, 2, 4, 1237)]
    [InlineData(Several, 2, 19, 77)]
    [InlineData(Dice, 40, 33, 1)]
    [InlineData(PerImage, 3, 3, 1500)]
    [InlineData(PerImage, 2, 40, 700)]
    [InlineData(Binary, 2, 1, 2500)]
    [InlineData(Binary, 2, 5, 300)]
    [InlineData(Parameters, 2, 4, 300)]
    public void AnyShape(string declaration, int batch, int classes, int pixels) =>
        Assert.Null(new GpuTrial(Compiler.Create(declaration), new LossShape(batch, classes, pixels))
        {
            Upstream = -0.25,
            HasComponents =
            classes < 6
        }.Run(device));

    [OpenClFact]
    public void EveryCallGivesTheSameBits()
    {
        var trial = new GpuTrial(Compiler.Create(Ignoring), new LossShape(3, 19, 5000));
        (double[] value, double[] gradient) = trial.OnDevice(device);
        for (int k = 0; k < 3; k++)
        {
            (double[] again, double[] slope) = trial.OnDevice(device);
            Assert.Equal(value, again);
            Assert.Equal(gradient, slope);
        }
    }

    [OpenClTheory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.NaN)]
    [InlineData(1e4f)]
    public void NumbersThatAreNotFiniteGiveWhatTheyGiveOnTheCpu(float number)
    {
        var trial = new GpuTrial(Compiler.Create(Dice), new LossShape(1, 3, 50)) { Edit = logits => logits[60] = number };
        Assert.Null(trial.Run(device));
    }

    /// <summary>Weights are read as they are in each call, without a new text.</summary>
    [OpenClFact]
    public void ParametersMayChangeBetweenCalls()
    {
        ILoss loss = Compiler.Create(Parameters);
        var trial = new GpuTrial(loss, new LossShape(1, 4, 100));
        Assert.Null(trial.Run(device));
        loss.GetType().GetProperty("CrossEntropyWeight")!.SetValue(loss, 2.0);
        loss.GetType().GetProperty("CrossEntropyClassWeights")!.SetValue(loss, (double[])[3, 0, 1, 1]);
        Assert.Null(trial.Run(device));
    }

    /// <summary>The backward pass takes the parameters of its forward pass, whatever they have become.</summary>
    [OpenClFact]
    public void TheBackwardPassHasTheParametersOfItsValue()
    {
        ILoss loss = Compiler.Create(Parameters);
        var shape = new LossShape(1, 4, 100);
        var random = new Random(3);
        float[] logits = [.. Enumerable.Range(0, 400).Select(_ => (float)random.NextDouble() * 4)], right = new float[400];
        long[] labels = [.. Enumerable.Range(0, 100).Select(_ => (long)random.Next(4))];
        using var memory = new DeviceMemory(device);
        using var evaluator = new GpuEvaluator(loss, device);
        var batch = new GpuBatch { Shape = shape, Logits = memory.Of(logits), Target = memory.Of(labels) };
        nint value = memory.Of(new double[1]), gradient = memory.Of(right), sums = memory.Of(new double[evaluator.SumLength(batch)]);
        evaluator.EvaluateWithGradient(batch, value, gradient);
        right = memory.Read<float>(gradient, 400);
        var before = new double[loss.ParameterCount(4)];
        loss.WriteParameters(before, 4);
        loss.GetType().GetProperty("CrossEntropyWeight")!.SetValue(loss, 2.0);
        evaluator.Forward(batch, value, sums, 0, before);
        evaluator.Backward(batch, sums, gradient, parameters: before);
        Assert.Equal(right, memory.Read<float>(gradient, 400));
        evaluator.Backward(batch, sums, gradient);
        Assert.NotEqual(right, memory.Read<float>(gradient, 400));
    }

    [OpenClTheory]
    [InlineData(LogitElement.Single, 1e-5)]
    [InlineData(LogitElement.Double, 1e-12)]
    [InlineData(LogitElement.Half, 1e-3)]
    [InlineData(LogitElement.BFloat16, 1e-2)]
    public void AnyStorage(LogitElement element, double tolerance)
    {
        const int Classes = 4, Pixels = 333;
        ILoss loss = Compiler.Create(Dice);
        var random = new Random(2);

        // Numbers that all types hold.
        double[] logits = [.. Enumerable.Range(0, Classes * Pixels).Select(_ => Math.Round(random.NextDouble() * 6, 1) is var x
            ? Math.Round(x * 8) / 8 : 0)];
        long[] labels = [.. Enumerable.Range(0, Pixels).Select(_ => (long)random.Next(Classes))];
        var right = new double[logits.Length];
        var shape = new LossShape(1, Classes, Pixels);
        double value = loss.EvaluateWithGradient(logits, labels, shape, right);

        using var memory = new DeviceMemory(device);
        using var evaluator = new GpuEvaluator(loss, device);
        int size = element == LogitElement.Double ? 8 : element == LogitElement.Single ? 4 : 2;
        nint x = memory.Of(Bytes(logits, element)), gradient = memory.Of(new byte[logits.Length * size]), result = memory.Of(new double[1]);
        evaluator.EvaluateWithGradient(new() { Shape = shape, Logits = x, LogitElement = element, Target = memory.Of(labels) }, result,
            gradient, scale: 256);
        Assert.Equal(value, memory.Read<double>(result, 1)[0], Math.Abs(value) * (element == LogitElement.Double ? 1e-12 : 1e-5));
        double[] found = Numbers(memory.Read<byte>(gradient, logits.Length * size), element);
        double largest = right.Max(Math.Abs) * 256;
        for (int i = 0; i < found.Length; i++)
            Assert.Equal(right[i] * 256, found[i], largest * tolerance);
    }

    [OpenClFact]
    public void AnyLayout()
    {
        const int Classes = 5, Pixels = 200, Batch = 2;
        ILoss loss = Compiler.Create(Dice);
        var random = new Random(4);
        float[] first = [.. Enumerable.Range(0, Batch * Classes * Pixels).Select(_ => (float)(random.NextDouble() * 4))],
            last = new float[first.Length];
        int[] labels = [.. Enumerable.Range(0, Batch * Pixels).Select(_ => random.Next(Classes))];
        for (int n = 0; n < Batch; n++)
        {
            for (int c = 0; c < Classes; c++)
            {
                for (int s = 0; s < Pixels; s++)
                    last[(((n * Pixels) + s) * Classes) + c] = first[(((n * Classes) + c) * Pixels) + s];
            }
        }

        var shape = new LossShape(Batch, Classes, Pixels);
        var right = new float[first.Length];
        double value = loss.EvaluateWithGradient(first, labels, shape, right);
        using var memory = new DeviceMemory(device);
        using var evaluator = new GpuEvaluator(loss, device);
        nint gradient = memory.Of(new float[first.Length]), result = memory.Of(new double[1]), y = memory.Of(labels);
        evaluator.EvaluateWithGradient(
            new() { Shape = shape.WithClassesLast(), Logits = memory.Of(last), Target = y, TargetElement = TargetElement.Int32 }, result,
                gradient,
            gradientStrides: new(Classes * Pixels, Pixels, 1));
        Assert.Equal(value, memory.Read<double>(result, 1)[0], Math.Abs(value) * 1e-6);
        float[] found = memory.Read<float>(gradient, first.Length);
        for (int i = 0; i < found.Length; i++)
            Assert.Equal(right[i], found[i], right.Max(MathF.Abs) * 2e-5f);
    }

    [OpenClTheory]
    [InlineData(4)]
    [InlineData(-1)]
    public void ALabelWithoutAClassIsFound(int label)
    {
        ILoss loss = Compiler.Create(Dice);
        using var memory = new DeviceMemory(device);
        using var evaluator = new GpuEvaluator(loss, device);
        long[] labels = new long[100];
        nint x = memory.Of(new float[400]), y = memory.Of(labels), value = memory.Of(new double[1]);
        var batch = new GpuBatch { Shape = new(1, 4, 100), Logits = x, Target = y };
        evaluator.Evaluate(batch, value);
        evaluator.ThrowIfFault();
        Assert.True(double.IsFinite(memory.Read<double>(value, 1)[0]));
        labels[70] = label;
        device.Write(y, (ReadOnlySpan<long>)labels);
        evaluator.Evaluate(batch, value);
        Assert.True(double.IsNaN(memory.Read<double>(value, 1)[0]));
        ArgumentException error = Assert.Throws<ArgumentException>(evaluator.ThrowIfFault);
        Assert.Contains("a label that there is no class for", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatHasNoKernelsSaysWhy()
    {
        const string Plain = "[Loss(Activation.Softmax)] [Dice] public sealed partial class Declared;";
        const string Comparing = "[Loss(Pairs = Pairs.Cosine)] [NtXent] public sealed partial class Declared;";
        Assert.Contains("LossGenGpu", GpuEvaluator.WhyNot(DeclarationCompiler.Compile([Plain]).Create(Plain)), StringComparison.Ordinal);
        foreach (string declaration in new[] { Plain, Comparing })
            Assert.Null(GpuEvaluator.WhyNot(DeclarationCompiler.Compile([declaration], properties: ("LossGenGpu", "true")).Create(declaration)));
    }

    private static byte[] Bytes(double[] numbers, LogitElement element) => element switch
    {
        LogitElement.Double => MemoryMarshal.AsBytes<double>(numbers).ToArray(),
        LogitElement.Half => MemoryMarshal.AsBytes<Half>([.. numbers.Select(number => (Half)number)]).ToArray(),
        LogitElement.BFloat16 => MemoryMarshal.AsBytes<ushort>(
            [.. numbers.Select(number => (ushort)(BitConverter.SingleToUInt32Bits((float)number) >> 16))]).ToArray(),
        _ => MemoryMarshal.AsBytes<float>([.. numbers.Select(number => (float)number)]).ToArray(),
    };

    private static double[] Numbers(byte[] bytes, LogitElement element) => element switch
    {
        LogitElement.Double => MemoryMarshal.Cast<byte, double>(bytes).ToArray(),
        LogitElement.Half => [.. MemoryMarshal.Cast<byte, Half>(bytes).ToArray().Select(number => (double)number)],
        LogitElement.BFloat16 => [.. MemoryMarshal.Cast<byte, ushort>(bytes).ToArray()
            .Select(number => (double)BitConverter.UInt32BitsToSingle((uint)number << 16))],
        _ => [.. MemoryMarshal.Cast<byte, float>(bytes).ToArray().Select(number => (double)number)],
    };
}
