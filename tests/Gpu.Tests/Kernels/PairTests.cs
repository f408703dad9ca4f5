using LossGen.Kernels;
using LossGen.Reference;
using static LossGen.Gpu.Tests.Kernels.PairLosses;

namespace LossGen.Gpu.Tests.Kernels;

/// <summary>Losses of pairs on a device, against the reference and against the kernels of the CPU in double.</summary>
public sealed class PairTests : IDisposable
{
    private readonly OpenClDevice device = OpenClMachine.Reason is null ? OpenClDevice.Open() : null!;

    public PairTests()
    {
        if (device is not null)
            device.CompilesQuickly = true;
    }

    public static TheoryData<string> Rows => [.. OfRows];

    public static TheoryData<string> All => [.. OfRows.Concat(OfColumns)];

    public void Dispose() => device?.Dispose();

    /// <summary>Sides below, at and above those of tiles and of what a block has at once.</summary>
    [OpenClTheory]
    [MemberData(nameof(Rows))]
    public void LabelsAgreeWithTheReference(string declaration)
    {
        ILoss loss = Declared.Create(declaration);
        using var evaluator = new GpuEvaluator(loss, device);
        foreach ((int rows, int features) in ((int, int)[])[(2, 1), (3, 2), (17, 5), (64, 16), (65, 17), (128, 70), (131, 3)])
        {
            LossShape shape = LossShape.OfRows(rows, features);
            double[] embeddings = Numbers(rows * features, rows);
            long[] labels = [.. Enumerable.Range(0, rows).Select(row => (row * row % 7) - 3L)];
            double expected = ReferenceEvaluation.Evaluate(loss, shape, embeddings, labels);
            var gradient = new double[embeddings.Length];
            loss.EvaluateWithGradient<double, long>(embeddings, labels, shape, gradient);
            Check(evaluator, shape, embeddings, labels, expected, gradient);
        }
    }

    [OpenClTheory]
    [MemberData(nameof(All))]
    public void ViewsAgreeWithTheReference(string declaration)
    {
        ILoss loss = Declared.Create(declaration);
        using var evaluator = new GpuEvaluator(loss, device);
        foreach ((int rows, int features) in ((int, int)[])[(4, 1), (6, 2), (34, 5), (12, 40), (130, 65), (8, 300)])
        {
            LossShape shape = LossShape.OfRows(rows, features);
            double[] embeddings = Numbers(rows * features, rows);
            double expected = ReferenceEvaluation.EvaluateViews(loss, shape, embeddings);
            var gradient = new double[embeddings.Length];
            loss.EvaluateViewsWithGradient<double>(embeddings, shape, gradient);
            Check(evaluator, shape, embeddings, null, expected, gradient);
        }
    }

    /// <summary>More rows than a block has threads, of which a thread holds several pairs; two calls have the same bits.</summary>
    [OpenClTheory]
    [InlineData(Supervised, 600)]
    [InlineData(PerClass, 300)]
    public void HundredsOfRows(string declaration, int rows)
    {
        const int Features = 3;
        ILoss loss = Declared.Create(declaration);
        using var evaluator = new GpuEvaluator(loss, device);
        LossShape shape = LossShape.OfRows(rows, Features);
        double[] embeddings = Numbers(rows * Features, 3), gradient = new double[embeddings.Length];
        long[] labels = [.. Enumerable.Range(0, rows).Select(row => row % 17L)];
        double value = loss.EvaluateWithGradient<double, long>(embeddings, labels, shape, gradient);
        Check(evaluator, shape, embeddings, labels, value, gradient);

        using var memory = new DeviceMemory(device);
        nint result = memory.Of(new double[1]), slopes = memory.Of(new float[gradient.Length]);
        nint x = memory.Of(Bytes(embeddings, LogitElement.Single)), y = memory.Of(labels);
        double[][] values = new double[2][];
        float[][] found = new float[2][];
        for (int call = 0; call < 2; call++)
        {
            evaluator.EvaluateWithGradient(new() { Shape = shape, Logits = x, Target = y }, result, slopes);
            (values[call], found[call]) = (memory.Read<double>(result, 1), memory.Read<float>(slopes, gradient.Length));
        }

        Assert.Equal(values[0], values[1]);
        Assert.Equal(found[0], found[1]);
    }

    /// <summary>A NaN, infinities, a row of zeros and numbers whose squares leave the range come out as on the CPU.</summary>
    [OpenClFact]
    public void NumbersOfAnySize()
    {
        const int Rows = 12, Features = 5, Count = Rows * Features;
        LossShape shape = LossShape.OfRows(Rows, Features);
        long[] labels = [.. Enumerable.Range(0, Rows).Select(row => row % 4L)];
        double[] plain = Numbers(Count, 5);
        (string What, Action<double[]> Edit)[] edits =
        [
            ("not a number", x => x[7] = double.NaN),
            ("infinite", x => x[7] = double.PositiveInfinity),
            ("negative infinite", x => x[Count - 1] = double.NegativeInfinity),
            ("a row of zeros", x => x.AsSpan(Features, Features).Clear()),
            ("large", x => Scale(x, 1e30)),
            ("small", x => Scale(x, 1e-30)),
            ("largest", x => Scale(x, 1e300)),
            ("smallest", x => Scale(x, 1e-300)),
        ];
        foreach (string declaration in OfRows.Concat(OfColumns))
        {
            ILoss loss = Declared.Create(declaration);
            using var evaluator = new GpuEvaluator(loss, device);
            bool isView = OfColumns.Contains(declaration), isCosine = loss.Definition.Pairs == Pairs.Cosine;
            foreach ((string what, Action<double[]> edit) in edits[..(isCosine ? ^0 : 4)])
            {
                double[] embeddings = [.. plain], gradient = new double[Count];
                edit(embeddings);
                double value = isView ? loss.EvaluateViewsWithGradient<double>(embeddings, shape, gradient)
                    : loss.EvaluateWithGradient<double, long>(embeddings, labels, shape, gradient);
                using var memory = new DeviceMemory(device);
                nint result = memory.Of(new double[1]), slopes = memory.Of(new double[Count]), x = memory.Of(embeddings);
                nint y = isView ? 0 : memory.Of(labels);
                var batch = new GpuBatch { Shape = shape, Logits = x, LogitElement = LogitElement.Double, Target = y };
                evaluator.EvaluateWithGradient(batch, result, slopes);
                AsOnTheCpu([value], memory.Read<double>(result, 1), $"{declaration}, {what}: value");
                if (double.IsFinite(value))
                    AsOnTheCpu(gradient, memory.Read<double>(slopes, Count), $"{declaration}, {what}: gradient");
            }
        }

        static void Scale(double[] numbers, double scale)
        {
            for (int i = 0; i < numbers.Length; i++)
                numbers[i] *= scale;
        }
    }

    // In double and in float: value and gradient, the value alone, and forward and backward apart.
    private void Check(GpuEvaluator evaluator, LossShape shape, double[] embeddings, long[]? labels, double expected, double[] gradient)
    {
        using var memory = new DeviceMemory(device);
        nint value = memory.Of([double.NaN]), y = labels is null ? 0 : memory.Of(labels);
        foreach (LogitElement element in (LogitElement[])[LogitElement.Double, LogitElement.Single])
        {
            bool isDouble = element == LogitElement.Double;
            string what = $"{shape.Batch} x {shape.Classes}, {element}";
            nint x = isDouble ? memory.Of(embeddings) : memory.Of(Bytes(embeddings, element));
            nint slopes = memory.Of(Enumerable.Repeat(double.NaN, gradient.Length).ToArray());
            var batch = new GpuBatch { Shape = shape, Logits = x, LogitElement = element, Target = y };
            evaluator.EvaluateWithGradient(batch, value, slopes, scale: -2);
            evaluator.ThrowIfFault();
            double found = memory.Read<double>(value, 1)[0];
            Near(expected, found, isDouble ? 1e-12 : 2e-5, what);
            double[] right = [.. gradient.Select(slope => -2 * slope)];
            Same(right, Slopes(), isDouble ? 1e-11 : 5e-5, what);

            evaluator.Evaluate(batch, value);
            Assert.Equal(found, memory.Read<double>(value, 1)[0]);
            nint sums = memory.Of(new double[evaluator.SumLength(batch)]);
            evaluator.Forward(batch, value, sums);
            Assert.Equal(found, memory.Read<double>(value, 1)[0]);
            evaluator.Evaluate(batch with { Logits = memory.Of(new double[embeddings.Length]) }, value);
            evaluator.Backward(batch, sums, slopes, scale: -2);
            Same(right, Slopes(), isDouble ? 1e-11 : 5e-5, what + ", backward");

            double[] Slopes() => isDouble ? memory.Read<double>(slopes, gradient.Length)
                : [.. memory.Read<float>(slopes, gradient.Length).Select(slope => (double)slope)];
        }
    }
}
