using LossGen.Reference;

namespace LossGen.Golden;

/// <summary>
/// What a backend returned for a case: the value, or all elements of a loss that does not reduce, and the gradient of their sum.
/// </summary>
internal sealed record Found(double[] Value, double[]? Gradient);

/// <summary>A way to run a loss.</summary>
internal abstract class Backend
{
    public static readonly Backend[] All = [new ReferenceBackend(), new CpuBackend(), new TorchBackend(), new TorchOperationsBackend()];

    /// <summary>The same in float, for cases in which a peer fails in float only.</summary>
    public static readonly Backend[] Single = [new SingleCpuBackend(), new SingleTorchBackend()];

    public abstract string Name { get; }

    public abstract Found Run(ILoss loss, Mapping mapping);
}

/// <summary>The formulas as they are written, without a gradient.</summary>
internal sealed class ReferenceBackend : Backend
{
    public override string Name => "reference";

    public override Found Run(ILoss loss, Mapping mapping)
    {
        Feed feed = mapping.Feed;
        double[] value = feed.HasLabels
            ? ReferenceEvaluation.EvaluateElements(loss, feed.Shape, feed.Logits.Data, feed.LabelArray(), feed.Inputs)
            : ReferenceEvaluation.EvaluateElements(loss, feed.Shape, feed.Logits.Data, feed.Target.Data, feed.Inputs);
        return new Found(value, Gradient: null);
    }
}

/// <summary>The generated kernels in double, by the span API.</summary>
internal sealed class CpuBackend : Backend
{
    public override string Name => "cpu";

    public override Found Run(ILoss loss, Mapping mapping) => mapping.Feed.HasLabels
        ? Run<long>(loss, mapping, mapping.Feed.LabelArray())
        : Run<double>(loss, mapping, mapping.Feed.Target.Data);

    private static Found Run<TTarget>(ILoss loss, Mapping mapping, ReadOnlySpan<TTarget> target)
        where TTarget : unmanaged
    {
        Feed feed = mapping.Feed;
        var gradient = new double[feed.Logits.Data.Length];
        LossInputs inputs = feed.Maps();
        if (mapping.Elements is not ElementLayout layout)
        {
            double value = loss.EvaluateWithGradient(feed.Logits.Data, target, feed.Shape, inputs, gradient);
            double alone = loss.Evaluate(feed.Logits.Data, target, feed.Shape, inputs);
            if (BitConverter.DoubleToInt64Bits(alone) != BitConverter.DoubleToInt64Bits(value) && Math.Abs(alone - value) > 1e-12
                * Math.Abs(value))
                throw new InvalidOperationException($"Evaluate returns {alone:R}, EvaluateWithGradient {value:R}.");
            return new Found([value], gradient);
        }

        var elements = new double[layout.Count(feed.Shape.Classes)];
        loss.EvaluateElementsWithGradient(feed.Logits.Data, target, feed.Shape, inputs, elements, layout.Upstream(feed.Shape.Classes),
            gradient);
        return new Found(elements, gradient);
    }
}

/// <summary>The generated kernels in float, by the span API.</summary>
internal sealed class SingleCpuBackend : Backend
{
    public override string Name => "cpu float";

    public override Found Run(ILoss loss, Mapping mapping) => mapping.Feed.HasLabels
        ? Run<long>(loss, mapping, mapping.Feed.LabelArray())
        : Run<float>(loss, mapping, Floats(mapping.Feed.Target));

    private static Found Run<TTarget>(ILoss loss, Mapping mapping, ReadOnlySpan<TTarget> target)
        where TTarget : unmanaged
    {
        Feed feed = mapping.Feed;
        var gradient = new float[feed.Logits.Data.Length];
        if (mapping.Elements is not ElementLayout layout)
        {
            double value = loss.EvaluateWithGradient(Floats(feed.Logits), target, feed.Shape, feed.SingleMaps(), gradient);
            return new Found([value], Doubles(gradient));
        }

        var elements = new float[layout.Count(feed.Shape.Classes)];
        loss.EvaluateElementsWithGradient(Floats(feed.Logits), target, feed.Shape, feed.SingleMaps(), elements, default, gradient);
        return new Found(Doubles(elements), Doubles(gradient));
    }

    private static double[] Doubles(float[] numbers) => Array.ConvertAll(numbers, number => (double)number);

    private static float[] Floats(CaseTensor tensor) => Array.ConvertAll(tensor.Data, number => (float)number);
}
