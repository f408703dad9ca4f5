using System.Diagnostics;
using System.Globalization;
using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using LossGen.Gpu;
using LossGen.Reference;
using Xunit;
using Xunit.Abstractions;

namespace LossGen.Differential;

/// <summary>
/// Random formulas over the pairs of random embeddings: the kernels for the CPU against the reference and its differences, those for GPUs
/// against both. <c>LOSSGEN_PAIR_FORMULAS</c> says how many there are, <c>LOSSGEN_SEED</c> and <c>LOSSGEN_FIRST</c> which.
/// </summary>
public sealed class PairFormulaTests(ITestOutputHelper output)
{
    private const int DefaultCount = 60, DefaultCountOnDevices = 24;

    private const int MostRows = 20, ManyRows = 250, MostFeatures = 6;

    [Fact]
    public void KernelsAgreeWithTheReference() => Agree(null, DefaultCount, (sample, loss) =>
    {
        double[] numerical = sample.NumericalGradient(loss);
        (double value, double[] gradient) = sample.OnCpu(loss);
        return Difference("value", [sample.Expected(loss)], [value], 1e-9) ?? Difference("gradient", numerical, gradient, 1e-6);
    });

    [OpenClFact]
    public void KernelsForGpusAgree()
    {
        using OpenClDevice device = OpenClDevice.Open();
        device.CompilesQuickly = true;
        Agree(device, DefaultCountOnDevices, (sample, loss) =>
        {
            (double value, double[] gradient) = sample.OnCpu(loss);
            (double[] found, double[] slopes) = DeviceCall.InDouble(device, loss, sample.Shape, sample.Embeddings, sample.Labels, null, [],
                1, []);
            return Difference("value", [sample.Expected(loss)], found, 1e-9) ?? Difference("value", [value], found, 1e-9)
                ?? Difference("gradient", gradient, slopes, 1e-7);
        });
    }

    private void Agree(GpuDevice? device, int defaultCount, Func<Sample, ILoss, string?> failure)
    {
        int seed = DifferentialTests.Setting("LOSSGEN_SEED", 1), count = DifferentialTests.Setting("LOSSGEN_PAIR_FORMULAS", defaultCount),
            first = DifferentialTests.Setting("LOSSGEN_FIRST", 0);
        var watch = Stopwatch.StartNew();

        // On a device some have more rows than a block has threads.
        Sample[] samples = [.. Enumerable.Range(first, count).Select(index => Sample.Create(seed, index, device is not null
            && index % 8 == 0))];
        DeclarationCompiler compiler = DeclarationCompiler.Compile(samples.Select(sample => sample.Text), SharedEngine.Source,
            properties: device is null ? [] : [("LossGenGpu", "true")]);
        int compared = 0, refused = 0, notFinite = 0;
        var failures = new List<string>();
        foreach (Sample sample in samples)
        {
            ILoss loss;
            try
            {
                loss = compiler.Create(sample.Text);
            }
            catch (InvalidOperationException error)
            {
                Assert.Contains("LG00", error.Message, StringComparison.Ordinal);
                refused++;
                continue;
            }

            if (!double.IsFinite(sample.Expected(loss)))
            {
                notFinite++;
                continue;
            }

            compared++;
            if (failure(sample, loss) is { } difference)
                failures.Add($"{sample.Index}: {sample.Shape.Batch} x {sample.Shape.Classes}, {difference}\n{sample.Text}");
        }

        output.WriteLine($"{compared} of {count} formulas compared, {refused} refused, {notFinite} not finite; {failures.Count} differ; {watch.Elapsed.TotalSeconds:0} s");
        Assert.True(failures.Count == 0, string.Join("\n\n", failures.Take(5)));
        Assert.True(compared > count / 2, $"{compared} of {count} compared");
    }

    private static string? Difference(string what, double[] right, double[] found, double tolerance)
    {
        double scale = 1e-3 + right.Max(Math.Abs);
        for (int i = 0; i < right.Length; i++)
        {
            if (!(Math.Abs(right[i] - found[i]) <= tolerance * scale))
                return string.Create(CultureInfo.InvariantCulture, $"{what} [{i}] is {found[i]:R} for {right[i]:R}");
        }

        return null;
    }

    // A declaration and embeddings, with a label each or as two views. All of it follows from the seed and the index.
    private sealed record Sample(int Index, string Text, LossShape Shape, double[] Embeddings, long[]? Labels)
    {
        public static Sample Create(int seed, int index, bool isLarge)
        {
            var random = new Random(unchecked((seed * 486187739) + (index * 16777619) + 31));
            LossText loss = new RandomLoss(random, FormulaKind.Pairs).Next();
            bool isView = random.Next(3) == 0;
            int rows = random.Next(2, MostRows + 1), features = random.Next(2, MostFeatures + 1), names = random.Next(1, rows + 1);
            if (isLarge)
                rows += ManyRows;
            if (isView)
                rows = Math.Max(2, rows / 2 * 2);

            // Dot products are where formulas without an activation expect logits; cosines are between those and 1.
            double low = Math.Sqrt(Formulas.Words.SmallestProbability / features);
            double high = Math.Sqrt((1 - Formulas.Words.SmallestProbability) / features);
            double[] embeddings = [.. Enumerable.Range(0, rows * features).Select(_ => low + (random.NextDouble() * (high - low)))];
            return new(index, loss.ToString(), LossShape.OfRows(rows, features), embeddings,
                isView ? null : [.. Enumerable.Range(0, rows).Select(_ => (long)random.Next(names))]);
        }

        public double Expected(ILoss loss) => Labels is null ? ReferenceEvaluation.EvaluateViews(loss, Shape, Embeddings)
            : ReferenceEvaluation.Evaluate(loss, Shape, Embeddings, Labels);

        public double[] NumericalGradient(ILoss loss) => Labels is null
            ? ReferenceEvaluation.NumericalGradientOfViews(loss, Shape, Embeddings)
            : ReferenceEvaluation.NumericalGradient(loss, Shape, Embeddings, Labels);

        public (double Value, double[] Gradient) OnCpu(ILoss loss)
        {
            var gradient = new double[Embeddings.Length];
            double value = Labels is null ? loss.EvaluateViewsWithGradient<double>(Embeddings, Shape, gradient)
                : loss.EvaluateWithGradient<double, long>(Embeddings, Labels, Shape, gradient);
            return (value, gradient);
        }
    }
}
