using LossGen.Differential.Losses;

namespace LossGen.Differential.Checks;

/// <summary>
/// Second derivatives: what the modules give under <c>create_graph</c> against differences of the gradient, which was checked before.
/// </summary>
internal static class Curvature
{
    private const double Tolerance = 1e-6;

    /// <summary>What is wrong, or null.</summary>
    public static string? Failure(ILoss loss, Batch batch, Expected expected, Random random)
    {
        // A detached value is fixed for autograd and moves with the logits for differences.
        if (expected.Detaches)
            return null;
        double[] direction = Draw(), probe = Draw();
        var slopes = new Dictionary<double, double>();
        double scale = 1;
        SlopeAt(0);
        foreach (TorchRoad road in (TorchRoad[])[TorchRoad.Kernel, TorchRoad.InOperations])
        {
            double found = TorchBackend.Curvature(loss, batch, expected.Upstream, direction, probe, road);
            if (DifferenceQuotient.Disagrees(found, SlopeAt, scale, Tolerance) is { } difference)
                return $"{road}, second derivative: {difference}";
        }

        return null;

        double[] Draw() => [.. batch.Logits.Select(_ => (random.NextDouble() * 2) - 1)];

        // The roads are held against the same differences.
        double SlopeAt(double step) => slopes.TryGetValue(step, out double slope) ? slope : slopes[step] = Slope(step);

        double Slope(double step)
        {
            Batch moved = batch with { Logits = [.. batch.Logits.Select((logit, i) => logit + (step * direction[i]))] };
            double[] parts = [.. CpuBackend.InDouble(loss, moved, expected.Upstream).Gradient.Select((slope, i) => slope * probe[i])];
            scale = Math.Max(scale, 1 + parts.Sum(Math.Abs));
            return parts.Sum();
        }
    }
}
