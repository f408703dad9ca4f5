using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Gpu.Tests.Kernels;

/// <summary>
/// Neighbours on a device: every function of the language and every term, borders, images smaller than the window, against the kernels for
/// the CPU.
/// </summary>
public sealed class NeighbourTests : IDisposable
{
    // Moves, windows longer than some images by each border, and their transposed operations; class by class and of the pixel.
    private const string Windows = """
        [Loss(Activation.Softmax, IgnoreIndex = 255, Target = TargetKind.Index)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y)
            {
                Value p = x.Probability, own = MaxOverClasses(x.Logit);
                Value moved = Shift(p, 0, 2) * Shift(p, 1, -1, Border.Replicate) + Shift(x.Logit, 1, 3, Border.Reflect) * Shift(own * own, 0, -1, Border.Reflect);
                Value smooth = Window(p * y, 0, [0.5, -1, 2, 0.25, 3], Border.Reflect) * Window(p, 1, [1, 2, 3, -4, 5, 6, 7], Border.Replicate) + Window(Exp(p), 1, [1, 2, 4]);
                return Mean(moved + smooth * BoxBlur(own, 3) + GaussianBlur(p, 5, 1.5, Border.Reflect));
            }
        }
        """;

    // Squares, crosses and lines, largest and smallest; what arrives at them, ties among it; each image by itself.
    private const string Pools = """
        [Loss(Activation.None, PerImage = true, Target = TargetKind.Dense)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y)
            {
                Value v = x.Logit, flat = Clamp(v, -1, 1);
                Value pooled = MaxPool(v * y, 5) * MinPool(flat, 3) + MaxPoolAlong(flat, 0, 3) * MinPoolAlong(v, 1, 5) + SoftErode(flat) * SoftErode(v * v);
                return MeanOverClasses(Sqrt(1 + Square(Mean(pooled + SoftSkeleton(x.Logit, 2) * MaxPool(MaxOverClasses(flat), 3)))));
            }
        }
        """;

    private const string Volumes = """
        [Loss(Activation.Sigmoid, Dimensions = 3, Reduction = Reduction.None, Target = TargetKind.Index)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y)
            {
                Value far = DistanceTransform(y > 0.5, 3, 0.8, 1.25) - DistanceTransform(y < 0.5, 1, 1, 2);
                return MaxPool(x.Probability, 3) * far + SoftErode(x.Logit) * Shift(x.Logit, 0, 1) + GaussianBlur(x.Logit, 3, 1, Border.Replicate) * MinPool(x.Logit, 3);
            }
        }
        """;

    private const string Signals = """
        [Loss(Activation.Sigmoid, Dimensions = 1, Target = TargetKind.Dense)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y) =>
                Mean(MaxPool(x.Probability, 7) * Window(x.Probability - y, 0, [1, 2, 1], Border.Reflect) + DistanceTransform(y > 0.5) * Shift(x.Probability, 0, 40) + SoftErode(x.Logit));
        }
        """;

    private const string Sorted = "[Loss(Activation.Softmax, IgnoreIndex = 255, Target = TargetKind.Index)] [LovaszSoftmax] [SoftClDice(Iterations = 1)] public sealed partial class Declared;";

    private const string Long = "[Loss(Activation.Sigmoid, Target = TargetKind.Dense)] [SoftClDice(Iterations = 32)] public sealed partial class Declared;";

    private static readonly string[] Formulas = [Windows, Pools, Volumes, Signals, Sorted, Long];

    // Shorter chains make fewer kernels; with LOSSGEN_DEVICE=all those of the defaults.
    private static readonly bool All = Environment.GetEnvironmentVariable("LOSSGEN_DEVICE") == "all";

    private static readonly (string Text, bool Dense)[] Terms =
        [.. CatalogueTerms.OfNeighbours.Select((name, k) => (Term(name), k % 2 == 0))];

    private static readonly DeclarationCompiler Compiler = DeclarationCompiler.Compile([.. Formulas, .. Terms.Select(term => term.Text)],
        properties: ("LossGenGpu", "true"));

    private readonly OpenClDevice device = OpenClMachine.Reason is null ? OpenClDevice.Open() : null!;

    public NeighbourTests()
    {
        if (device is not null)
            device.CompilesQuickly = true;
    }

    public void Dispose() => device?.Dispose();

    private static string Term(string name)
    {
        string activation = name is "BendingEnergy" or "Diffusion" or "LocalNormalizedCrossCorrelation" ? "None" : "Sigmoid";
        string options = All ? "" : name switch
        {
            "SoftClDice" or "HausdorffErosion" => "(Iterations = 1)",
            "MsSsim" => "(Scales = 2)",
            _ => "",
        };
        return $"[Loss(Activation.{activation})]\n[{name}{options}]\npublic sealed partial class Declared;";
    }

    [OpenClTheory]
    [InlineData(Windows, 3, 7, 10)]
    [InlineData(Windows, 3, 3, 2)]
    [InlineData(Windows, 3, 1, 40)]
    [InlineData(Pools, 3, 9, 33)]
    [InlineData(Pools, 3, 1, 2)]
    [InlineData(Volumes, 2, 4, 5, 6)]
    [InlineData(Volumes, 2, 1, 3, 9)]
    [InlineData(Signals, 1, 90)]
    [InlineData(Sorted, 3, 11, 8)]
    public void AnyShapeInDouble(string declaration, int classes, params int[] extents)
    {
        ILoss loss = Compiler.Create(declaration);
        LossShape shape = extents.Length switch
        {
            1 => new(2, classes, extents[0]),
            2 => new(2, classes, extents[0], extents[1]),
            _ => new(2, classes, extents[0], extents[1], extents[2]),
        };
        foreach (bool dense in new[] { false, true })
        {
            if (((IGpuLoss)loss).Kernels(dense) is not { Layout: { } layout })
                continue;
            var random = new Random(extents.Length);

            // Coarse numbers, so that some neighbours are equal.
            double[] logits = [.. Enumerable.Range(0, 2 * classes * (int)shape.Pixels).Select(_ => Math.Round(random.NextDouble() * 16) / 4
                - 2)], gradient = new double[logits.Length];
            long[]? labels = dense ? null : [.. Enumerable.Range(0, 2 * (int)shape.Pixels)
                .Select(_ => loss.Definition.IgnoreIndex is not null && random.Next(6) == 0 ? 255L : random.Next(Math.Max(2, classes)))];
            double[]? target = dense ? [.. logits.Select(_ => (double)random.Next(2))] : null;
            bool isNumber = loss.Definition.Reduction != Reduction.None;
            var value = new double[isNumber ? 1 : CallChecks.ElementCount(layout.ElementAxes, shape)];
            double[] upstream = isNumber ? [] : [.. value.Select(_ => random.NextDouble())];
            if (!isNumber)
                loss.EvaluateElementsWithGradient<double, long, double>(logits, labels, shape, default, value, upstream, gradient);
            else
                value[0] = dense ? loss.EvaluateWithGradient<double, double>(logits, target, shape, gradient)
                    : loss.EvaluateWithGradient<double, long>(logits, labels, shape, gradient);
            (double[] found, double[] slopes) = DeviceCall.InDouble(device, loss, shape, logits, labels, target, [], value.Length,
                upstream);
            Same(value, found);
            Assert.NotEqual(0, gradient.Max(Math.Abs));
            Same(gradient, slopes);
        }
    }

    /// <summary>Each stage is asked for by its number, however many there are.</summary>
    [Fact]
    public void AChainMayHaveAnyLength()
    {
        GpuKernels kernels = ((IGpuLoss)Compiler.Create(Long)).Kernels(dense: true)!;
        Assert.InRange(kernels.Layout.Passes.Length, 33, 400);
        for (int stage = 0; stage <= kernels.Layout.Passes.Length; stage++)
        {
            string number = stage.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(kernels.ValueStages.Contains(stage), kernels.Text!.Contains($"KERNEL void scalars{number}(",
                StringComparison.Ordinal));
            Assert.Equal(kernels.GradientStages.Contains(stage), kernels.Text!.Contains($"KERNEL void slopes{number}(",
                StringComparison.Ordinal));
        }
    }

    private static void Same(double[] right, double[] found)
    {
        double largest = right.Max(Math.Abs);
        for (int i = 0; i < right.Length; i++)
            Assert.Equal(right[i], found[i], 1e-11 * largest);
    }

    /// <summary>In float, each with one kind of target; forward and backward apart, and the terms' shares.</summary>
    [OpenClFact]
    public void TheTermsGiveWhatTheyGiveOnTheCpu()
    {
        foreach ((string text, bool dense) in Terms)
        {
            ILoss loss = Compiler.Create(text);
            bool own = ((IGpuLoss)loss).Kernels(dense) is null ? !dense : dense;
            string? difference = new GpuTrial(loss, new LossShape(2, 2, 13, 17))
            {
                Dense = own,
                Upstream = 0.5,
                HasComponents =
                true
            }.Run(device);
            Assert.True(difference is null, $"{text}: {difference}");
        }
    }

    /// <summary>Half logits, the classes adjacent: neighbours are read by the same strides. Each call has the same bits.</summary>
    [OpenClFact]
    public void NeighboursAreReadInAnyLayout()
    {
        const int Classes = 3, Height = 7, Width = 10, Pixels = Height * Width;
        ILoss loss = Compiler.Create(Windows);
        var random = new Random(1);
        Half[] first = [.. Enumerable.Range(0, Classes * Pixels).Select(_ => (Half)(random.NextDouble() * 2))],
            last = new Half[first.Length];
        for (int i = 0; i < first.Length; i++)
            last[(i % Pixels * Classes) + (i / Pixels)] = first[i];
        long[] labels = [.. Enumerable.Range(0, Pixels).Select(_ => (long)random.Next(Classes))];
        var shape = new LossShape(1, Classes, Height, Width);
        var right = new double[first.Length];
        double value = loss.EvaluateWithGradient<double, long>([.. first.Select(x => (double)x)], labels, shape, right);
        using var memory = new DeviceMemory(device);
        using var evaluator = new GpuEvaluator(loss, device);
        nint gradient = memory.Of(last), result = memory.Of(new double[1]);
        var batch = new GpuBatch
        {
            Shape = shape.WithClassesLast(),
            Logits = memory.Of(last),
            LogitElement = LogitElement.Half,
            Target = memory.Of(labels)
        };
        Half[]? before = null;
        for (int k = 0; k < 2; k++)
        {
            evaluator.EvaluateWithGradient(batch, result, gradient);
            Assert.Equal(value, memory.Read<double>(result, 1)[0], 1e-5 * Math.Abs(value));
            Half[] found = memory.Read<Half>(gradient, first.Length);
            for (int i = 0; i < first.Length; i++)
                Assert.Equal(right[i], (double)found[(i % Pixels * Classes) + (i / Pixels)], 1e-3 * right.Max(Math.Abs));
            Assert.Equal(before ?? found, found);
            before = found;
        }
    }
}
