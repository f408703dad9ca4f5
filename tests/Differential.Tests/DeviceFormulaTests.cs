using System.Diagnostics;
using System.Globalization;
using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using LossGen.Gpu;
using Xunit;
using Xunit.Abstractions;

namespace LossGen.Differential;

/// <summary>
/// Random formulas on a device, in double: values against the reference, gradients against the kernels for the CPU, whose gradients other
/// tests compare with the reference's differences. A device's compiler takes a quarter of a second or so for each kernel;
/// <c>LOSSGEN_DEVICE_FORMULAS</c> says how many formulas there are, <c>LOSSGEN_SEED</c> and <c>LOSSGEN_FIRST</c> which.
/// </summary>
public sealed class DeviceFormulaTests(ITestOutputHelper output)
{
    private const int DefaultCount = 150, DefaultCountOfNeighbours = 30, DefaultCountOfSorted = 20;

    // Sums in another order.
    private const double Tolerance = 1e-7;

    [OpenClFact]
    public void KernelsAgreeWithTheReference() => Agree(FormulaKind.Pixels, DefaultCount);

    [OpenClFact]
    public void KernelsAgreeOnNeighbours() => Agree(FormulaKind.Neighbours, DefaultCountOfNeighbours);

    [OpenClFact]
    public void KernelsAgreeOnSortedPixels() => Agree(FormulaKind.Sorted, DefaultCountOfSorted);

    private void Agree(FormulaKind kind, int defaultCount)
    {
        int seed = DifferentialTests.Setting("LOSSGEN_SEED", 1), count = DifferentialTests.Setting("LOSSGEN_DEVICE_FORMULAS", defaultCount),
            first = DifferentialTests.Setting("LOSSGEN_FIRST", 0);
        using OpenClDevice device = OpenClDevice.Open();
        device.CompilesQuickly = true;
        var watch = Stopwatch.StartNew();
        Trial[] trials = [.. Enumerable.Range(first, count).Select(index => Trial.Create(seed, index, kind))];
        DeclarationCompiler compiler = Trial.Compile(trials, properties: ("LossGenGpu", "true"));
        output.WriteLine($"compile {watch.Elapsed.TotalSeconds:0.0} s");
        int compared = 0, resized = 0, refused = 0, undecided = 0, notFinite = 0;
        var failures = new List<string>();
        foreach (Trial trial in trials)
        {
            ILoss loss, reference;
            try
            {
                (loss, reference) = trial.Create(compiler);
            }
            catch (InvalidOperationException)
            {
                refused++; // by the generator: another test asks whether that is right
                continue;
            }

            resized += loss.Definition.Resize == Resize.None ? 0 : 1;
            BatchPlan plan = trial.Batches[trial.Index % trial.Batches.Length];
            Batch batch = plan.Fill(trial.Loss).WithMaps(loss.Definition, plan.Seed);
            compared++;
            foreach (Batch own in new[] { batch, Broken(batch, trial.Loss, new Random(plan.Seed)) })
            {
                string? failure;
                try
                {
                    failure = Failure(device, loss, reference, own, plan.Seed, isBroken: !ReferenceEquals(own, batch), ref notFinite);
                }
                catch (Exception error)
                {
                    failure = error.Message[^Math.Min(error.Message.Length, 600)..];
                }

                if (failure is null)
                    continue;
                if (ReferenceEquals(own, batch) && Undecided.Explains(failure, loss, reference, trial.Loss, batch, plan.Seed))
                    undecided++;
                else
                    failures.Add($"{trial.Index}: {failure}\n{trial.Loss}\n{own}");
            }
        }

        output.WriteLine($"{compared} of {count} formulas compared, each with finite logits and with some that are not: {notFinite} values not finite, {undecided} undecided; {resized} resize their logits, {refused} refused; {failures.Count} differ; {watch.Elapsed.TotalSeconds:0} s");
        Assert.True(failures.Count == 0, string.Join("\n\n", failures.Take(5)));
        Assert.True(compared > count / 2, $"{compared} of {count} compared");
    }

    private static string? Failure(
        GpuDevice device, ILoss loss, ILoss reference, Batch batch, int seed, bool isBroken, ref int notFinite)
    {
        var expected = new Expected(reference, batch, new Random(seed));
        notFinite += expected.IsFinite ? 0 : 1;
        Found found = DeviceBackend.InDouble(device, loss, batch, expected.Upstream), right = CpuBackend.InDouble(loss, batch,
            expected.Upstream);
        if (Apart(device, loss, batch, expected.Upstream, found) is { } apart)
            return apart;
        if (!isBroken)
            return Comparison.KnownValues(expected, batch, found.Elements, Tolerance) ?? Difference("value", right.Elements, found.Elements)
                ?? Difference("gradient", right.Gradient, found.Gradient, isExtreme: batch.IsExtreme);

        // As the kernels for the CPU, or, where what is infinite as it is written became a number, as the reference; a NaN of both is none
        // but NaN.
        for (int i = 0; i < found.Elements.Length; i++)
        {
            bool isReference = !double.IsNaN(right.Elements[i]) && !double.IsNaN(expected.Elements[i])
                && Difference("", [expected.Elements[i]], [found.Elements[i]]) is null;
            if (!isReference && Difference($"value {i}:", [right.Elements[i]], [found.Elements[i]]) is { } wrong)
                return wrong + $", the reference has {expected.Elements[i]:R}";
        }

        return expected.Elements.Any(double.IsNaN) || Difference("", right.Elements, found.Elements) is not null ? null
            : Difference("gradient", right.Gradient, found.Gradient);
    }

    // What a forward pass leaves is all that the gradient needs of it: the bits are those of one call for both.
    private static string? Apart(GpuDevice device, ILoss loss, Batch batch, double[] upstream, Found found)
    {
        if (DeviceBackend.IsFused(loss, batch))
            return null;
        Found apart = DeviceBackend.InDouble(device, loss, batch, upstream, isApart: true);
        return !found.Elements.AsSpan().SequenceEqual(apart.Elements) ? "the value of the forward pass is another"
            : !found.Gradient.AsSpan().SequenceEqual(apart.Gradient) ? "the gradient of the backward pass is another" : null;
    }

    // Some logits are infinite or no number. Of plus infinity a softmax is not defined.
    private static Batch Broken(Batch batch, LossText loss, Random random)
    {
        bool hasSoftmax = batch.SharesClasses || loss.ToString().Contains("OverClasses(", StringComparison.Ordinal);
        double[] anything = hasSoftmax ? [double.NaN, double.NegativeInfinity] : [double.NaN, double.NegativeInfinity,
            double.PositiveInfinity], logits = [.. batch.Logits];
        for (int k = 0; k < 3; k++)
            logits[random.Next(logits.Length)] = anything[random.Next(anything.Length)];
        return batch with { Logits = logits };
    }

    // What is not finite is not finite in the same way, but for slopes at extreme logits: 0 * inf or inf, by the order of the factors.
    private static string? Difference(string what, double[] right, double[] found, bool isExtreme = false)
    {
        double scale = right.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < right.Length; i++)
        {
            if (isExtreme && !double.IsFinite(right[i]) && !double.IsFinite(found[i]))
                continue;
            if (!right[i].Equals(found[i]) && !(Math.Abs(right[i] - found[i]) <= (Tolerance * scale) + 1e-14))
                return string.Create(CultureInfo.InvariantCulture, $"{what} [{i}] is {found[i]:R} for {right[i]:R}");
        }

        return null;
    }
}
