using LossGen.Kernels;

namespace LossGen.Gpu.Tests.Kernels;

/// <summary>Running sums: keys of any kind, segments of any length, the losses that are made of them.</summary>
public sealed class SortingTests : IDisposable
{
    private const string Lovasz = "[Loss(Activation.Softmax, IgnoreIndex = 255)] [LovaszSoftmax] [CrossEntropy] public sealed partial class Declared;";
    private const string LovaszPerImage =
        "[Loss(Activation.Softmax, PerImage = true)] [LovaszSoftmax] public sealed partial class Declared;";
    private const string Hinge = "[Loss(Activation.None)] [LovaszHinge] public sealed partial class Declared;";
    private const string TopK = "[Loss(Activation.Softmax)] [TopKCrossEntropy(Fraction = 0.3)] [Dice] public sealed partial class Declared;";
    private const string Ohem = "[Loss(Activation.Softmax, IgnoreIndex = 255)] [OhemCrossEntropy] public sealed partial class Declared;";

    private const string PaddleOhem = "[Loss(Activation.Softmax, Convention = Convention.PaddleSeg, IgnoreIndex = 255)] [OhemCrossEntropy(Threshold = 0.2, LeastPixels = 700)] public sealed partial class Declared;";

    // Two sums by one set of keys, and a rank by another, over the batch and over images.
    private const string Several = """
        [Loss(Activation.Sigmoid, PerImage = true)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y)
            {
                Value loss = y * Softplus(-x.Logit) + (1 - y) * Softplus(x.Logit);
                Value own = RunningSum(y, loss), share = RunningSum(0.25 + 0.5 * y, loss), rank = RunningSum(1, -x.Logit), all = RunningTotal(1, loss);
                return MeanOverClasses(Mean(loss * (own + share) / (1 + rank) + loss / all));
            }
        }
        """;

    // Ranks and sums that a window, a pool and a neighbour read where they lie.
    private const string Around = """
        [Loss(Activation.None, Dimensions = 1)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y)
            {
                Value rank = RunningSum(1, x.Logit), sum = RunningSum(y, -x.Logit);
                return Mean(x.Logit * (BoxBlur(rank, 3) + MaxPool(sum, 3) + Shift(rank, 0, 1)) + RunningSum(1, BoxBlur(x.Logit, 3)) * Square(x.Logit));
            }
        }
        """;

    private const string Ranks = """
        [Loss(Activation.None, Reduction = Reduction.None, IgnoreIndex = 255, Target = TargetKind.Index)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y) => RunningSum(1, x.Logit);
        }
        """;

    private const string Weighted = """
        [Loss(Activation.None, Reduction = Reduction.None, PerImage = true, Target = TargetKind.Dense)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y) => RunningSum(y, x.Logit);
        }
        """;

    private static readonly DeclarationCompiler Compiler =
        DeclarationCompiler.Compile([Lovasz, LovaszPerImage, Hinge, TopK, Ohem, PaddleOhem, Several, Around, Ranks, Weighted],
            properties: ("LossGenGpu", "true"));

    private readonly OpenClDevice device = OpenClMachine.Reason is null ? OpenClDevice.Open() : null!;

    public SortingTests()
    {
        // The catalogue's losses that sort are tried with optimised kernels, too.
        if (device is not null)
            device.CompilesQuickly = true;
    }

    public void Dispose() => device?.Dispose();

    [OpenClTheory]
    [InlineData(Lovasz, 2, 3, 1)]
    [InlineData(Lovasz, 3, 3, 31)]
    [InlineData(Lovasz, 2, 3, 4500)]
    [InlineData(Lovasz, 1, 20, 257)]
    [InlineData(LovaszPerImage, 3, 3, 1500)]
    [InlineData(Hinge, 2, 1, 70_000)]
    [InlineData(TopK, 3, 4, 3000)]
    [InlineData(Ohem, 2, 19, 1237)]
    [InlineData(PaddleOhem, 2, 4, 1000)]
    [InlineData(Several, 3, 2, 700)]
    [InlineData(Around, 2, 2, 900)]
    public void AnyShapeInDouble(string declaration, int batch, int classes, int pixels)
    {
        ILoss loss = Compiler.Create(declaration);
        var shape = new LossShape(batch, classes, pixels);
        foreach (bool dense in new[] { false, true })
        {
            var random = new Random(pixels);
            double[] logits = [.. Enumerable.Range(0, batch * classes * pixels).Select(_ => (random.NextDouble() * 6) - 3)];
            long[]? labels = dense ? null : [.. Enumerable.Range(0, batch * pixels).Select(_ => Label(loss, classes, random))];
            double[]? target = dense ? [.. logits.Select(_ => (double)random.Next(2))] : null;
            var gradient = new double[logits.Length];
            double value = dense ? loss.EvaluateWithGradient<double, double>(logits, target, shape, gradient)
                : loss.EvaluateWithGradient<double, long>(logits, labels, shape, gradient);
            (double[] found, double[] slopes) = DeviceCall.InDouble(device, loss, shape, logits, labels, target, [], 1, []);
            Assert.Equal(value, found[0], 1e-11 * Math.Abs(value));
            double largest = gradient.Max(Math.Abs);
            Assert.NotEqual(0, largest);
            for (int i = 0; i < gradient.Length; i++)
                Assert.Equal(gradient[i], slopes[i], 1e-10 * largest);
        }
    }

    private static long Label(ILoss loss, int classes, Random random) =>
        loss.Definition.IgnoreIndex is { } ignored && random.Next(6) == 0 ? ignored : random.Next(Math.Max(classes, 2));

    /// <summary>In float, and forward and backward apart: the running sums are kept between them.</summary>
    [OpenClTheory]
    [InlineData(Lovasz, false)]
    [InlineData(Lovasz, true)]
    [InlineData(LovaszPerImage, false)]
    [InlineData(TopK, false)]
    [InlineData(Several, true)]
    [InlineData(Around, false)]
    public void InFloat(string declaration, bool dense) =>
        Assert.Null(new GpuTrial(Compiler.Create(declaration), new LossShape(2, 3, 90)) { Dense = dense, Upstream = 0.5 }.Run(device));

    [OpenClFact]
    public void EveryCallGivesTheSameBits()
    {
        // Keys that are often the same.
        var trial = new GpuTrial(Compiler.Create(Lovasz), new LossShape(3, 3, 5000))
        {
            Edit = logits =>
            {
                for (int i = 0; i < logits.Length; i++)
                    logits[i] = MathF.Round(logits[i]);
            },
        };
        (double[] value, double[] gradient) = trial.OnDevice(device);
        for (int k = 0; k < 2; k++)
        {
            (double[] again, double[] slope) = trial.OnDevice(device);
            Assert.Equal(value, again);
            Assert.Equal(gradient, slope);
        }
    }

    /// <summary>
    /// Ranks over the batch and of each class apart: NaN first, then infinity, both zeros as one, equal keys in the order of the pixels,
    /// ignored pixels behind all.
    /// </summary>
    [OpenClTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void RanksOfAnyKeys(bool isDouble)
    {
        const float Inf = float.PositiveInfinity, Nan = float.NaN;
        const float Tiny = 1e-40f; // below the normal numbers
        float[] logits =
        [
            1, -0f, Nan, -Inf, 2, 0, // image 0, class 0
            Inf, 5, -5, -5, 5, -Inf, // class 1
            2, Tiny, -Inf, -1, Nan, Inf, // image 1, class 0
            -3, -2, -1, 0, 1, 3, // class 1
        ];
        long[] labels = [0, 1, 0, 0, 1, 0, 1, 0, 255, 0, 255, 1];

        // By hand. Class 0: NaN at pixel 2 of image 0; infinity; 2 and 2; 1; 1e-40; both zeros; -1; -infinity. Class 1: infinity; 5 and 5;
        // 3; 0; -2; -3; -5 and -5; -infinity.
        double?[] right =
        [
            5, 7, 1, 10, 3, 8,
            1, 2, 8, 9, 3, 10,
            4, 6, null, 9, null, 2,
            7, 6, null, 5, null, 4,
        ];
        ILoss loss = Compiler.Create(Ranks);
        var shape = new LossShape(2, 2, 6);
        double[] found = isDouble
            ? DeviceCall.InDouble(device, loss, shape, [.. logits.Select(x => (double)x)], labels, null, [], 24, []).Value
            : Value(loss, shape, logits, labels);
        for (int i = 0; i < right.Length; i++)
        {
            if (right[i] is { } rank)
                Assert.Equal(rank, found[i]);
        }
    }

    private double[] Value(ILoss loss, LossShape shape, float[] logits, long[] labels)
    {
        using var memory = new DeviceMemory(device);
        using var evaluator = new GpuEvaluator(loss, device);
        nint value = memory.Of(new float[logits.Length]);
        evaluator.Evaluate(new GpuBatch { Shape = shape, Logits = memory.Of(logits), Target = memory.Of(labels) }, value);
        return [.. memory.Read<float>(value, logits.Length).Select(number => (double)number)];
    }

    /// <summary>Segments are sorted one after the other, or a few at a time, where the order of all would take too much memory.</summary>
    [OpenClTheory]
    [InlineData(1)]
    [InlineData(1000)]
    public void FewSegmentsAtATime(long pixels)
    {
        ILoss loss = Compiler.Create(LovaszPerImage);
        var random = new Random(3);
        double[] logits = [.. Enumerable.Range(0, 3 * 5 * 333).Select(_ => random.NextDouble())];
        long[] labels = [.. Enumerable.Range(0, 3 * 333).Select(_ => (long)random.Next(5))];
        (double[] value, double[] gradient) = Run(1 << 24);
        (double[] own, double[] slopes) = Run(pixels);
        Assert.Equal(value, own);
        Assert.Equal(gradient, slopes);

        (double[] Value, double[] Gradient) Run(long most)
        {
            using var memory = new DeviceMemory(device);
            using var evaluator = new GpuEvaluator(loss, device) { MostSortedPixels = most };
            nint result = memory.Of(new double[1]), slope = memory.Of(new double[logits.Length]);
            var batch = new GpuBatch
            {
                Shape = new(3, 5, 333),
                Logits = memory.Of(logits),
                LogitElement = LogitElement.Double,
                Target = memory.Of(labels)
            };
            evaluator.EvaluateWithGradient(batch, result, slope);
            return (memory.Read<double>(result, 1), memory.Read<double>(slope, logits.Length));
        }
    }

    /// <summary>
    /// Sums of values over one image of many pieces, the keys falling from the last pixel to the first: whole numbers, which add up
    /// exactly.
    /// </summary>
    [OpenClFact]
    public void SumsRunOverManyPieces()
    {
        const int Pixels = 20_000;
        ILoss loss = Compiler.Create(Weighted);
        double[] keys = [.. Enumerable.Range(0, 2 * Pixels).Select(i => (double)(i % Pixels / 3))],
            values = [.. Enumerable.Range(0, 2 * Pixels).Select(i => (double)((i * 7 % 11) + (i / Pixels)))];
        double[] found = DeviceCall.InDouble(device, loss, new LossShape(2, 1, Pixels), keys, null, values, [], 2 * Pixels, []).Value;
        for (int image = 0; image < 2; image++)
        {
            // Triples of equal keys, in the order of their pixels, the last triple first.
            double sum = 0;
            foreach (int pixel in Enumerable.Range(0, Pixels).GroupBy(i => i / 3).Reverse().SelectMany(same => same))
                Assert.Equal(sum += values[(image * Pixels) + pixel], found[(image * Pixels) + pixel]);
        }
    }
}
