using LossGen.Differential.Losses;

namespace LossGen.Differential.Checks;

/// <summary>
/// The roads in float against the numbers in double. Where they differ by more than the tolerance it is asked whether float can tell: what
/// a formula is worth there may hang on digits that a float has not.
/// </summary>
internal sealed class SinglePrecision(ILoss loss, Batch batch, Expected expected, Found exact)
{
    private const double Tolerance = 2e-3;

    /// <summary>Kinks nearer than this are ties once an operation or two has rounded to float.</summary>
    private const double NearTie = 1.0 / (1 << 8);

    private const int Nudges = 24;

    /// <summary>A unit in the last place of a float, and what an operation may be off by.</summary>
    private const double Unit = 4.0 / (1 << 24);

    private readonly Lazy<double[]> sensitivity = new(() => Sensitivity(loss, batch, expected, exact, 2 * Unit));

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
        bool isAsWritten = false;
        if (Comparison.Values(expected, found.Elements, Tolerance) is { } wrong && !IsExcused(found, out isAsWritten))
            return wrong;

        // Where the formula jumps to another value in float, its slopes are others, too.
        return Cancels || isAsWritten ? null : Slopes(found.Gradient);
    }

    // Each value that is off lies within what operations do that are off by units in the last place of a float, or is what the formula as
    // the reference has it gives in float: under- and overflow.
    private bool IsExcused(Found found, out bool isAsWritten)
    {
        isAsWritten = false;
        if (found.Elements.Length != expected.Elements.Length)
            return false;
        double[] spread = expected.Spread(Unit);
        bool isWithin = found.Elements.Select((element, i) => double.IsNaN(expected.Elements[i])
            || Math.Abs(element - expected.Elements[i]) <= (Tolerance * (1 + Math.Abs(expected.Elements[i]))) + (8 * spread[i]))
            .All(holds => holds);
        isAsWritten = !isWithin && Array.Exists([true, false], flushes => Comparison.Values(expected.InSingle(flushes), found.Elements,
            Tolerance) is null);
        bool isExcused = isWithin || isAsWritten;
        if (isExcused)
            Tally.ExcusedInSingle();
        return isExcused;
    }

    private string? Slopes(double[] found) => Comparison.Slopes(
        exact.Gradient, found, Tolerance, i => Math.Abs(exact.Gradient[i] - found[i]) <= sensitivity.Value[i]
            || expected.HasKink(found[i], i, NearTie, Tolerance));

    /// <summary>How far each slope moves when the logits move by rounding: the best that any code of that precision can promise.</summary>
    public static double[] Sensitivity(ILoss loss, Batch batch, Expected expected, Found exact, double nudge)
    {
        var random = new Random(batch.Logits.Length);

        // Of modest logits all move as the largest does, since sums join them; of large ones each by its own size.
        double size = batch.IsExtreme ? 1 : batch.Logits.Select(Math.Abs).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        var largest = new double[exact.Gradient.Length];
        for (int k = 0; k < Nudges; k++)
        {
            Batch moved = batch with
            {
                Logits = [.. batch.Logits.Select(logit => double.IsFinite(logit)
                    ? logit + (nudge * Math.Max(size, Math.Abs(logit)) * ((random.NextDouble() * 2) - 1)) : logit)],
            };
            double[] gradient = CpuBackend.InDouble(loss, moved, expected.Upstream).Gradient;
            for (int i = 0; i < largest.Length; i++)
                largest[i] = Math.Max(largest[i], Math.Abs(gradient[i] - exact.Gradient[i]));
        }

        return largest;
    }
}
