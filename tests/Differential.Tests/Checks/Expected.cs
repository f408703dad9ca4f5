using LossGen.Differential.Losses;
using LossGen.Reference;

namespace LossGen.Differential.Checks;

/// <summary>What the reference says of a loss on a batch: its elements, and differences of their weighted sum in any direction.</summary>
internal sealed class Expected
{
    private readonly ReferenceCall call;
    private readonly double[] logits;
    private readonly DetachedValues detached = new();

    public Expected(ILoss loss, Batch batch, Random random)
        : this(loss, batch.Logits, batch.Labels is { } labels ? new(loss, batch.Shape, labels) : new(loss, batch.Shape, batch.Dense!), random)
    {
    }

    public Expected(ILoss loss, double[] logits, ReferenceCall call, Random random)
    {
        this.logits = logits;
        this.call = call;
        Value value = call.Evaluate(logits, detached);
        Elements = value.Data;
        Axes = value.Axes;

        // Of float precision; a reduced loss has the upstream gradient 1.
        bool isReduced = loss.Definition.Reduction != Reduction.None;
        Upstream = [.. Elements.Select(_ => isReduced ? 1 : (double)(float)((random.NextDouble() * 2) - 0.5))];
    }

    public double[] Elements { get; }

    public Kernels.ElementAxes Axes { get; }

    public double[] Upstream { get; }

    public bool IsFinite => Array.TrueForAll(Elements, double.IsFinite);

    /// <summary>The size of what is added up: what differences round by.</summary>
    public double Scale => 1 + Elements.Select((element, i) => Math.Abs(element * Upstream[i])).Sum();

    /// <summary>
    /// Null if the derivative along a direction is what was found, else the difference quotients. Near a kink of the formula only a small enough step
    /// tells, so steps are tried until one agrees.
    /// </summary>
    public string? Disagrees(double found, Func<int, double> direction, double tolerance)
    {
        var quotients = new List<double>();
        foreach (int exponent in new[] { -10, -13, -16, -20, -24 })
        {
            double h = Math.Pow(2, exponent);
            double quotient = ((8 * (At(h) - At(-h))) - (At(2 * h) - At(-2 * h))) / (12 * h);
            quotients.Add(quotient);
            double rounding = Math.Min(1e-14 * Scale / h, 1e-3 * (1 + Math.Abs(quotient)));
            if (Math.Abs(found - quotient) <= (tolerance * (1 + Math.Abs(quotient))) + rounding)
                return null;
        }

        return quotients.TrueForAll(double.IsFinite) ? $"found {found:R}, difference quotients {string.Join(", ", quotients.Select(q => q.ToString("R")))}" : null;

        double At(double step)
        {
            var moved = new double[logits.Length];
            for (int i = 0; i < moved.Length; i++)
                moved[i] = logits[i] + (step * direction(i));
            detached.Replay();
            double[] elements = call.Evaluate(moved, detached).Data;
            double sum = 0;
            for (int i = 0; i < elements.Length; i++)
                sum += elements[i] * Upstream[i];
            return sum;
        }
    }
}
