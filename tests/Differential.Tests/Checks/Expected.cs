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

    /// <summary>The formula detaches something.</summary>
    public bool Detaches => !detached.IsEmpty;

    public bool IsFinite => Array.TrueForAll(Elements, double.IsFinite);

    /// <summary>The size of what is added up: what differences round by.</summary>
    public double Scale => 1 + Elements.Select((element, i) => Math.Abs(element * Upstream[i])).Sum();

    /// <summary>Null if the derivative along a direction is what was found, else the difference quotients.</summary>
    public string? Disagrees(double found, Func<int, double> direction, double tolerance) =>
        DifferenceQuotient.Disagrees(found, step => At(step, direction), Scale, tolerance);

    /// <summary>There is a kink near the logits, and what was found lies between the slopes of both sides along an axis.</summary>
    public bool HasKink(double found, int axis, double step, double tolerance) =>
        DifferenceQuotient.IsBetweenSlopes(found, h => At(h, i => i == axis ? 1 : 0), step, tolerance);

    /// <summary>The elements where every operation of the formula as it is written rounds to float.</summary>
    public double[] InSingle()
    {
        detached.Replay();
        return Rounding.ToSingle(() => call.Evaluate(logits, detached).Data);
    }

    private double At(double step, Func<int, double> direction)
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
