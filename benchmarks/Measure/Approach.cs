using LossGen.Benchmarks.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Benchmarks.Measure;

/// <summary>What one call took.</summary>
/// <param name="Forward">The value alone, in milliseconds.</param>
/// <param name="Total">Value and gradient, in milliseconds.</param>
internal readonly record struct Sample(double Forward, double Total)
{
    /// <summary>Of two calls, each several times over.</summary>
    public static Sample Of(int repeats, Action value, Action valueAndGradient)
    {
        double start = Clock.Now;
        for (int i = 0; i < repeats; i++)
            value();
        double middle = Clock.Now;
        for (int i = 0; i < repeats; i++)
            valueAndGradient();
        return new((middle - start) / repeats, (Clock.Now - middle) / repeats);
    }
}

/// <summary>A way to compute a loss and its gradient.</summary>
internal abstract class Approach(string name)
{
    public string Name => name;

    /// <summary>Computes value and gradient several times over; what one time took.</summary>
    public abstract Sample Run(int repeats);

    /// <summary>Computes value and gradient once, as training would.</summary>
    public abstract void RunTotal();
}

/// <summary>The numbers that an approach yields, for comparison. The caller disposes the gradient.</summary>
internal sealed record Outcome(double Value, Tensor Gradient);

/// <summary>An approach whose results are compared before it is timed.</summary>
internal abstract class LossApproach(string name) : Approach(name)
{
    public abstract Outcome Compute();
}

/// <summary>The span API on the tensors' memory, with a gradient buffer of the caller's.</summary>
internal sealed unsafe class SpanApproach(ILoss loss, Inputs inputs) : LossApproach("lossgen")
{
    private readonly LossShape shape = inputs.Size.Shape;
    private readonly int logits = inputs.Size.Logits;
    private readonly int labels = inputs.Size.Batch * inputs.Size.Pixels;
    private readonly float* x = inputs.LogitData;
    private readonly float* gradient = inputs.GradientData;
    private readonly void* target = inputs.TargetData;
    private readonly bool isDense = inputs.Size.IsSigmoid;

    public override Sample Run(int repeats) => Sample.Of(repeats, () => Value(), RunTotal);

    public override void RunTotal() => ValueAndGradient();

    public override Outcome Compute()
    {
        double value = ValueAndGradient();
        double again = Value();
        if (Math.Abs(value - again) > 1e-12 * Math.Abs(value))
            throw new InvalidOperationException($"Evaluate gave {again:R}, EvaluateWithGradient {value:R}.");
        return new(value, inputs.Gradient.clone());
    }

    private double Value() => isDense
        ? loss.Evaluate(new ReadOnlySpan<float>(x, logits), new ReadOnlySpan<float>(target, logits), shape)
        : loss.Evaluate(new ReadOnlySpan<float>(x, logits), new ReadOnlySpan<long>(target, labels), shape);

    private double ValueAndGradient() => isDense
        ? loss.EvaluateWithGradient(new ReadOnlySpan<float>(x, logits), new ReadOnlySpan<float>(target, logits), shape,
        new Span<float>(gradient, logits))
        : loss.EvaluateWithGradient(new ReadOnlySpan<float>(x, logits), new ReadOnlySpan<long>(target, labels), shape,
        new Span<float>(gradient, logits));
}

/// <summary>The span API on the rows of two views, one after the other.</summary>
internal sealed unsafe class ViewApproach(ILoss loss, Inputs inputs) : LossApproach("lossgen")
{
    private readonly LossShape shape = inputs.Size.Shape;

    public override Sample Run(int repeats) => Sample.Of(repeats, () => Value(), RunTotal);

    public override void RunTotal() => ValueAndGradient();

    public override Outcome Compute() => new(ValueAndGradient(), inputs.Gradient.clone());

    private ReadOnlySpan<float> Rows => new(inputs.LogitData, inputs.Size.Logits);

    private double Value() => loss.EvaluateViews(Rows, shape);

    private double ValueAndGradient() => loss.EvaluateViewsWithGradient(Rows, shape, new Span<float>(inputs.GradientData, inputs.Size.Logits));
}

/// <summary>A loss that is part of torch's graph: tensor operations, or the module that a declared loss is.</summary>
internal sealed class GraphApproach(string name, EagerLoss loss, Tensor logits, Tensor target) : LossApproach(name)
{
    public override Sample Run(int repeats)
    {
        double start = Clock.Now, forward = 0;
        for (int i = 0; i < repeats; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            double begin = Clock.Now;
            Tensor value = loss(logits, target);
            forward += Clock.Now - begin;
            Gradient(value);
        }

        return new(forward / repeats, (Clock.Now - start) / repeats);
    }

    public override void RunTotal() => Run(1);

    public override Outcome Compute()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor value = loss(logits, target);
        return new(value.to(float64).item<double>(), Gradient(value).detach().clone().MoveToOuterDisposeScope());
    }

    // Not backward(): that would add to the leaf's gradient, which no network's logits have.
    private Tensor Gradient(Tensor value) => autograd.grad([value], [logits])[0];
}
