using LossGen.Differential.Losses;
using LossGen.Reference;

namespace LossGen.Differential.Checks;

/// <summary>What the reference says of a loss on a batch: its elements, and differences of their weighted sum in any direction.</summary>
internal sealed class Expected
{
    private const int Perturbations = 8;

    // In the last place of a double.
    private const double Unit = 1.0 / (1L << 52);

    private readonly ReferenceCall call;
    private readonly double[] logits;
    private readonly DetachedValues detached = new();

    /// <param name="loss">The loss whose formulas are executed.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="random">Draws the upstream gradient.</param>
    public Expected(ILoss loss, Batch batch, Random random)
        : this(loss, batch.Logits, batch.Labels is { } labels ? new(loss, batch.Shape, labels, batch.Maps)
        : new(loss, batch.Shape, batch.Dense!, batch.Maps), random)
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

    /// <summary>How many numbers on the way to the elements are infinite.</summary>
    public int Infinities => Rounding.Infinities(() => call.Evaluate(logits));

    /// <summary>The size of what is added up: what differences round by, to 1e-14.</summary>
    public double Scale => 1 + Elements.Select((element, i) => Math.Abs(element * Upstream[i])).Sum();

    /// <summary>
    /// How far the weighted sum of the elements moves where every operation of the formula rounds in another way, but for what is detached:
    /// differences have that fixed.
    /// </summary>
    public double Noise => noise ??= Spread(Unit, isDetachedFixed: true).Select((spread, i) => spread * Math.Abs(Upstream[i])).Sum();

    private double? noise;

    /// <summary>How far an element moves where every operation of the formula rounds in another way.</summary>
    public double NoiseOf(int element) => (noises ??= Spread(Unit))[element];

    private double[]? noises;

    /// <summary>The same where a formula is executed as it is written, and what is added to 1 may be lost.</summary>
    public double NoiseAsWritten(int element) => (noisesAsWritten ??= Spread(Unit, isDetachedFixed: false, isShortExact: false))[element];

    private double[]? noisesAsWritten;

    /// <summary>
    /// How far each element moves at most where every operation of the formula is off by up to a unit: its condition, times the unit.
    /// </summary>
    public double[] Spread(double unit) => Spread(unit, isDetachedFixed: false);

    private double[] Spread(double unit, bool isDetachedFixed, bool isShortExact = true)
    {
        var random = new Random(Elements.Length);
        var largest = new double[Elements.Length];
        for (int k = 0; k < Perturbations; k++)
        {
            detached.Replay();
            double[] moved = Rounding.Perturbed(random, unit, isShortExact, () => call.Evaluate(logits, isDetachedFixed ? detached : null)
                .Data);
            for (int i = 0; i < moved.Length; i++)
                largest[i] = Math.Max(largest[i], double.IsNaN(moved[i]) ? double.PositiveInfinity : Math.Abs(moved[i] - Elements[i]));
        }

        return largest;
    }

    /// <summary>Null if the derivative along a direction is what was found, else the difference quotients.</summary>
    public string? Disagrees(double found, Func<int, double> direction, double tolerance)
    {
        var known = new Dictionary<double, double>();
        double Sum(double step) => known.TryGetValue(step, out double sum) ? sum : known[step] = At(step, direction);
        string? difference = DifferenceQuotient.Disagrees(found, Sum, Scale, tolerance);

        // Where intermediate numbers are larger than the result, differences round by those.
        return difference is null || 8e14 * Noise <= Scale ? difference : DifferenceQuotient.Disagrees(found, Sum, 8e14 * Noise, tolerance);
    }

    /// <summary>There is a kink near the logits, and what was found lies between the slopes of both sides along an axis.</summary>
    public bool HasKink(double found, int axis, double step, double tolerance) =>
        DifferenceQuotient.IsBetweenSlopes(found, h => At(h, i => i == axis ? 1 : 0), step, tolerance);

    /// <summary>The elements where every operation of the formula as it is written rounds to float.</summary>
    /// <param name="flushes">Subnormal numbers are 0.</param>
    public double[] InSingle(bool flushes) => Rounding.ToSingle(() => call.Evaluate(logits).Data, flushes);

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
