using LossGen.Cpu;

namespace LossGen.Reference;

/// <summary>A loss with a target, to be evaluated for any logits.</summary>
internal sealed class ReferenceCall
{
    private readonly ILoss loss;
    private readonly LossShape shape;
    private readonly Pairs pairs;

    // The extents of what the formulas see: resized, or of a matrix of pairs.
    private readonly LossShape resized;
    private readonly long[]? labels;
    private readonly double[]? target;
    private readonly IReadOnlyList<double[]> inputs = [];

    public ReferenceCall(ILoss loss, LossShape shape, long[] labels, IReadOnlyList<double[]>? inputs = null)
        : this(loss, shape, inputs)
    {
        if (pairs == Pairs.None)
        {
            this.labels = labels;
            return;
        }

        if (PairMatrix.ComparesColumns(pairs))
            PairChecks.Views(loss.Definition, shape);
        else
            PairChecks.Labels(loss.Definition, hasLabels: true, shape);
        PairChecks.LabelCount(labels.Length, shape.Batch);
        target = ReferencePairs.Target(loss.Definition, shape, labels);
    }

    public ReferenceCall(ILoss loss, LossShape shape, double[] target, IReadOnlyList<double[]>? inputs = null)
        : this(loss, shape, inputs)
    {
        if (pairs != Pairs.None)
            PairChecks.Labels(loss.Definition, hasLabels: false, shape);
        this.target = ReferenceLayout.ClassesSecond(loss.Definition, shape, target);
    }

    private ReferenceCall(ILoss loss, LossShape shape, IReadOnlyList<double[]>? inputs)
    {
        CallChecks.Sizes(loss.Definition, shape);
        this.loss = loss;
        this.inputs = inputs ?? [];
        this.shape = shape;
        pairs = loss.Definition.Pairs;
        resized = pairs == Pairs.None ? shape.WithoutResize() : PairMatrix.ShapeOf(pairs, shape);
    }

    public Value Evaluate(double[] logits, DetachedValues? detached = null)
    {
        if (logits.Length != shape.Batch * shape.Classes * shape.LogitPixels)
            throw new ArgumentException(
                $"logits has {logits.Length} elements; the shape needs {shape.Batch} x {shape.Classes} x {shape.LogitPixels}.",
                    nameof(logits));
        if (loss.ParameterCount(shape.Classes) is > 0 and int count)
            loss.WriteParameters(new double[count], shape.Classes);
        double[] input = pairs != Pairs.None ? ReferencePairs.Matrix(pairs, shape, logits)
            : resized == shape ? logits : ReferenceLayout.Resize(loss.Definition.Resize, shape, logits);
        var context = labels is not null
            ? new ReferenceContext(loss.Definition, resized, input, labels) { Detached = detached, Inputs = inputs }
            : new ReferenceContext(loss.Definition, resized, input, target!) { Detached = detached, Inputs = inputs };
        Value value = loss.Reference(context);

        // Without this, a loss of which nothing is valid would be what its smoothing makes of empty sums.
        return context.Input.HasValid ? value : Elementwise.Map(value, _ => 0);
    }

    public double[] NumericalGradient(double[] logits, double[] upstream)
    {
        var detached = new DetachedValues();
        int elements = Evaluate(logits, detached).Data.Length;
        if (upstream.Length != 0 && upstream.Length != elements)
            throw new ArgumentException($"upstream has {upstream.Length} elements; the loss has {elements}.", nameof(upstream));

        var moved = (double[])logits.Clone();
        var gradient = new double[logits.Length];
        for (int i = 0; i < logits.Length; i++)
        {
            double h = Step(logits[i]);
            gradient[i] = (8 * Difference(i, h) - Difference(i, 2 * h)) / (12 * h);
            moved[i] = logits[i];
        }

        return gradient;

        double Difference(int i, double h)
        {
            moved[i] = logits[i] + h;
            double[] above = At();
            moved[i] = logits[i] - h;
            double[] below = At();
            double sum = 0;
            for (int k = 0; k < elements; k++)
                sum += (above[k] - below[k]) * (upstream.Length == 0 ? 1 : upstream[k]);
            return sum;
        }

        double[] At()
        {
            detached.Replay();
            return Evaluate(moved, detached).Data;
        }
    }

    /// <summary>
    /// A power of two, so that the moved logits are exact; for probabilities smaller near 0 and 1, the ends of their domain. Of embeddings
    /// too: what they are compared by is scaled by hundreds in the exponents of some losses.
    /// </summary>
    private double Step(double logit)
    {
        const double largest = 1.0 / 1024, smallest = 1.0 / (1 << 30), ofEmbeddings = 1.0 / 8192;
        if (pairs != Pairs.None)
            return ofEmbeddings;
        double room = Math.Min(Math.Abs(logit), Math.Abs(1 - logit)) / 1024;
        return loss.Definition.Activation != Activation.None || room > largest || room == 0
            ? largest
            : Math.Pow(2, Math.Floor(Math.Log2(Math.Max(room, smallest))));
    }
}
