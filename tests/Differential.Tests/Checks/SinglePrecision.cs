using LossGen.Differential.Losses;

namespace LossGen.Differential.Checks;

/// <summary>
/// The roads in float against the numbers in double. Where they differ by more than the tolerance it is asked whether float can tell: what a formula is worth there may hang on digits that a float has not.
/// </summary>
internal sealed class SinglePrecision(ILoss loss, Batch batch, Expected expected, Found exact)
{
    private const double Tolerance = 2e-3;

    /// <summary>Kinks nearer than this are ties once an operation or two has rounded to float.</summary>
    private const double NearTie = 1.0 / (1 << 8);

    private const int Nudges = 24;

    /// <summary>Eight units in the last place of a float.</summary>
    private const double Nudge = 8.0 / (1 << 24);

    private readonly Lazy<double[]> sensitivity = new(() => Sensitivity(loss, batch, expected, exact));

    /// <summary>A softmax over one class is 1, and slopes of any size cancel: what rounding in float leaves of them says nothing.</summary>
    private bool Cancels => loss.Definition.Activation == Activation.Softmax && batch.Shape.Classes == 1;

    /// <summary>What is wrong with the kernels, or null.</summary>
    public string? OnCpu() => Wrong(CpuBackend.InSingle(loss, batch, expected.Upstream)) is { } wrong ? "CPU in float: " + wrong : null;

    /// <summary>What is wrong with tensor operations, or null.</summary>
    public string? OnTorch()
    {
        Found found = TorchBackend.Run(loss, batch, expected.Upstream, TorchRoad.InSingle);
        return (Wrong(found) ?? Comparison.Ignored(loss, batch, found.Gradient)) is { } wrong ? $"{TorchRoad.InSingle}: {wrong}" : null;
    }

    private string? Wrong(Found found)
    {
        if (Comparison.Values(expected, found.Elements, Tolerance) is { } wrong)
        {
            // Under- and overflow: the formula as it is written gives the same in float. Its slopes are not asked for.
            bool isAsWritten = found.Elements.Length == expected.Elements.Length && Comparison.Values(expected.InSingle(), found.Elements, Tolerance) is null;
            return isAsWritten ? null : wrong;
        }

        return Cancels ? null : Slopes(found.Gradient);
    }

    private string? Slopes(double[] found) => Comparison.Slopes(
        exact.Gradient, found, Tolerance, i => Math.Abs(exact.Gradient[i] - found[i]) <= sensitivity.Value[i] || expected.HasKink(found[i], i, NearTie, Tolerance));

    /// <summary>How far each slope moves when the logits move by rounding to float: the best that any float code can promise.</summary>
    private static double[] Sensitivity(ILoss loss, Batch batch, Expected expected, Found exact)
    {
        var random = new Random(batch.Logits.Length);
        double size = Nudge * batch.Logits.Select(Math.Abs).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        var largest = new double[exact.Gradient.Length];
        for (int k = 0; k < Nudges; k++)
        {
            Batch moved = batch with { Logits = [.. batch.Logits.Select(logit => logit + (size * ((random.NextDouble() * 2) - 1)))] };
            double[] gradient = CpuBackend.InDouble(loss, moved, expected.Upstream).Gradient;
            for (int i = 0; i < largest.Length; i++)
                largest[i] = Math.Max(largest[i], Math.Abs(gradient[i] - exact.Gradient[i]));
        }

        return largest;
    }
}
