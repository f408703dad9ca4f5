using System.Globalization;
using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using Xunit;
using Xunit.Abstractions;

namespace LossGen.Differential;

/// <summary>
/// Random formulas on a device, in double, against the kernels for the CPU, which are compared with the reference elsewhere. A device's
/// compiler takes a second or two for each, so that they are few; <c>LOSSGEN_DEVICE_FORMULAS</c> says how many.
/// </summary>
public sealed class DeviceFormulaTests(ITestOutputHelper output)
{
    private const int DefaultCount = 30;

    // Sums in another order.
    private const double Tolerance = 1e-7;

    [Fact]
    public void KernelsAgreeWithThoseForTheCpu()
    {
        int seed = DifferentialTests.Setting("LOSSGEN_SEED", 1), count = DifferentialTests.Setting("LOSSGEN_DEVICE_FORMULAS", DefaultCount), first = DifferentialTests.Setting("LOSSGEN_FIRST", 0);
        using DeviceBackend? device = DeviceBackend.Open();
        if (device is null)
        {
            output.WriteLine("No OpenCL device: nothing was compared.");
            return;
        }

        Trial[] trials = [.. Enumerable.Range(first, count).Select(index => Trial.Create(seed, index))];
        DeclarationCompiler compiler = DeclarationCompiler.Compile(trials.Select(trial => trial.Loss.ToString()), properties: ("LossGenGpu", "true"));
        int compared = 0;
        var failures = new List<string>();
        foreach (Trial trial in trials)
        {
            ILoss loss;
            try
            {
                loss = compiler.Create(trial.Loss.ToString());
            }
            catch (InvalidOperationException)
            {
                continue; // refused by the generator: another test asks whether that is right
            }

            foreach (BatchPlan plan in trial.Batches.Take(1))
            {
                Batch batch = plan.Fill(trial.Loss).WithMaps(loss.Definition, plan.Seed);
                if (batch.IsExtreme)
                    continue;
                try
                {
                    if (Failure(device, loss, batch, ref compared) is { } failure)
                        failures.Add($"{trial.Index}: {failure}\n{trial.Loss}");
                }
                catch (Exception error)
                {
                    failures.Add($"{trial.Index}: {error.Message[^Math.Min(error.Message.Length, 600)..]}\n{trial.Loss}");
                }
            }
        }

        output.WriteLine($"{compared} of {count} formulas compared, {failures.Count} differ");
        Assert.True(failures.Count == 0, string.Join("\n\n", failures.Take(5)));
        Assert.True(compared > count / 4, $"{compared} of {count} compared");
    }

    private static string? Failure(DeviceBackend device, ILoss loss, Batch batch, ref int compared)
    {
        Found right = CpuBackend.InDouble(loss, batch, []);
        if (right.Elements.Concat(right.Gradient).Any(number => !double.IsFinite(number)) || device.InDouble(loss, batch, []) is not { } found)
            return null;
        compared++;
        return Difference("value", right.Elements, found.Elements) ?? Difference("gradient", right.Gradient, found.Gradient);
    }

    private static string? Difference(string what, double[] right, double[] found)
    {
        double scale = right.Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < right.Length; i++)
        {
            if (!(Math.Abs(right[i] - found[i]) <= (Tolerance * scale) + 1e-14))
                return string.Create(CultureInfo.InvariantCulture, $"{what} [{i}] is {found[i]:R} for {right[i]:R}");
        }

        return null;
    }
}
