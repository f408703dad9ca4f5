using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen;

/// <content>Deep supervision: outputs at several resolutions against the labels of the finest.</content>
public static unsafe partial class LossExtensions
{
    private const int MostAxes = 3;

    /// <summary>The weighted sum of the losses of a network's outputs.</summary>
    /// <param name="loss">The loss: reduced, for class indices, without further inputs.</param>
    /// <param name="supervision">The weights.</param>
    /// <param name="outputs">As many outputs as weights, of N images and C classes each.</param>
    /// <param name="labels">N * S class indices of any integer type.</param>
    /// <param name="batch">N.</param>
    /// <param name="classes">C.</param>
    /// <param name="spatial">The spatial extents of the labels, one to three, whose product is S.</param>
    /// <exception cref="ArgumentException">An argument does not fit the others or the declaration; the message names it.</exception>
    public static double EvaluateLevels<TTarget>(
        this ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<float>> outputs, ReadOnlySpan<TTarget> labels, int batch, int classes, ReadOnlySpan<int> spatial)
        where TTarget : unmanaged => Levels(loss, supervision, outputs, labels, batch, classes, spatial, CpuMode.Value);

    /// <inheritdoc cref="EvaluateLevels{TTarget}(ILoss, DeepSupervision, ReadOnlySpan{LevelOutput{float}}, ReadOnlySpan{TTarget}, int, int, ReadOnlySpan{int})"/>
    public static double EvaluateLevels<TTarget>(
        this ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<double>> outputs, ReadOnlySpan<TTarget> labels, int batch, int classes, ReadOnlySpan<int> spatial)
        where TTarget : unmanaged => Levels(loss, supervision, outputs, labels, batch, classes, spatial, CpuMode.Value);

    /// <summary>The weighted sum of the losses of a network's outputs, and its gradient at each of them.</summary>
    /// <param name="loss">The loss: reduced, for class indices, without further inputs.</param>
    /// <param name="supervision">The weights.</param>
    /// <param name="outputs">As many outputs as weights, of N images and C classes each, all with room for the gradient.</param>
    /// <param name="labels">N * S class indices of any integer type.</param>
    /// <param name="batch">N.</param>
    /// <param name="classes">C.</param>
    /// <param name="spatial">The spatial extents of the labels, one to three, whose product is S.</param>
    /// <exception cref="ArgumentException">An argument does not fit the others or the declaration; the message names it.</exception>
    public static double EvaluateLevelsWithGradient<TTarget>(
        this ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<float>> outputs, ReadOnlySpan<TTarget> labels, int batch, int classes, ReadOnlySpan<int> spatial)
        where TTarget : unmanaged => Levels(loss, supervision, outputs, labels, batch, classes, spatial, CpuMode.ValueAndGradient);

    /// <inheritdoc cref="EvaluateLevelsWithGradient{TTarget}(ILoss, DeepSupervision, ReadOnlySpan{LevelOutput{float}}, ReadOnlySpan{TTarget}, int, int, ReadOnlySpan{int})"/>
    public static double EvaluateLevelsWithGradient<TTarget>(
        this ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<double>> outputs, ReadOnlySpan<TTarget> labels, int batch, int classes, ReadOnlySpan<int> spatial)
        where TTarget : unmanaged => Levels(loss, supervision, outputs, labels, batch, classes, spatial, CpuMode.ValueAndGradient);

    private static double Levels<T, TTarget>(
        ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<T>> outputs, ReadOnlySpan<TTarget> labels, int batch, int classes, ReadOnlySpan<int> spatial, CpuMode mode)
        where T : unmanaged
        where TTarget : unmanaged
    {
        CheckLevels(loss, supervision, outputs, labels, batch, classes, spatial, mode);
        Span<long> own = stackalloc long[spatial.Length], target = stackalloc long[spatial.Length];
        for (int k = 0; k < spatial.Length; k++)
            target[k] = spatial[k];
        double total = 0;
        for (int level = 0; level < outputs.Length; level++)
        {
            double weight = supervision.Weights[level];
            LevelOutput<T> output = outputs[level];
            if (weight == 0)
            {
                if (mode == CpuMode.ValueAndGradient)
                    output.Gradient.Span.Clear();
                continue;
            }

            for (int k = 0; k < spatial.Length; k++)
                own[k] = output.Spatial[k];
            fixed (T* x = output.Logits.Span, g = output.Gradient.Span)
            fixed (TTarget* y = labels)
            {
                var call = new CpuCall
                {
                    Mode = mode,
                    Shape = LevelShape(batch, classes, output.Spatial),
                    IsDouble = typeof(T) == typeof(double),
                    TargetElement = CallChecks.ElementOf<TTarget>(),
                    Grid = new(own, target, supervision.Sampling),
                    Logits = x,
                    Target = y,
                    Gradient = g,
                    Upstream = &weight,
                };
                loss.Run(ref call);
                total += weight * call.Value;
            }
        }

        return total;
    }

    // The last axis apart: the product of the others fits an int where that of all may not.
    private static LossShape LevelShape(int batch, int classes, IReadOnlyList<int> spatial)
    {
        int rows = 1;
        for (int k = 0; k < spatial.Count - 1; k++)
            rows = checked(rows * spatial[k]);
        return new(batch, classes, rows, spatial[^1]);
    }

    private static void CheckLevels<T, TTarget>(
        ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<T>> outputs, ReadOnlySpan<TTarget> labels, int batch, int classes, ReadOnlySpan<int> spatial, CpuMode mode)
        where T : unmanaged
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(supervision);
        LossDefinition definition = loss.Definition;
        if (CallChecks.ElementOf<TTarget>() > TargetElement.Int64)
            throw new ArgumentException("The labels are dense; coarser outputs take their labels from class indices, which need an integer type.", nameof(labels));
        CallChecks.Kind(definition, hasLabels: true);
        if (definition.Inputs.Count > 0)
            throw new NotSupportedException($"{definition.Name} takes {definition.Inputs[0].Name}; deep supervision is for losses without further inputs.");
        if (definition.Reduction == Reduction.None)
            throw new InvalidOperationException($"{definition.Name} declares Reduction.None and has many values at each output; deep supervision needs one.");
        if (outputs.Length != supervision.Weights.Count)
            throw new ArgumentException($"There are {outputs.Length} outputs and {supervision.Weights.Count} weights; there must be as many.", nameof(outputs));
        if (spatial.Length is < 1 or > MostAxes)
            throw new ArgumentException($"The labels have {spatial.Length} spatial axes; there must be from 1 to {MostAxes}.", nameof(spatial));
        long pixels = 1;
        foreach (int extent in spatial)
            pixels *= extent;
        if (labels.Length != batch * pixels)
            CallChecks.Length(labels.Length, batch * pixels, nameof(labels), $"one label a pixel: N * S = {batch} * {pixels}");
        for (int level = 0; level < outputs.Length; level++)
        {
            LevelOutput<T> output = outputs[level];
            bool fits = output.Spatial is not null && output.Spatial.Count == spatial.Length;
            for (int k = 0; fits && k < spatial.Length; k++)
                fits = output.Spatial![k] >= 1 && output.Spatial[k] <= spatial[k];
            if (!fits)
            {
                throw new ArgumentException(
                    $"Output {level} has the spatial extents ({string.Join(", ", output.Spatial ?? [])}) and the labels ({string.Join(", ", spatial.ToArray())}); there must be as many, each from 1 to that of the labels.",
                    nameof(outputs));
            }

            LossShape shape = LevelShape(batch, classes, output.Spatial!);
            CallChecks.Shape(definition, shape);
            long count = (long)batch * classes * shape.Pixels;
            if (output.Logits.Length != count)
                CallChecks.Length(output.Logits.Length, count, $"outputs[{level}].Logits", $"N * C * S = {batch} * {classes} * {shape.Pixels}");
            if (mode == CpuMode.ValueAndGradient && output.Gradient.Length != count)
                CallChecks.Length(output.Gradient.Length, count, $"outputs[{level}].Gradient", "as many as logits");
            if (output.Logits.Span.Overlaps(output.Gradient.Span))
                throw new ArgumentException($"The gradient of output {level} overlaps its logits; it needs memory of its own.", nameof(outputs));
        }
    }
}
