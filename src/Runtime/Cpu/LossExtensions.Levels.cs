using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen;

/// <content>Deep supervision: outputs at several resolutions against the target of the finest.</content>
public static unsafe partial class LossExtensions
{
    /// <summary>The weighted sum of the losses of a network's outputs.</summary>
    /// <param name="loss">The loss, which reduces.</param>
    /// <param name="supervision">The weights.</param>
    /// <param name="outputs">As many outputs as weights, of N images and C classes each.</param>
    /// <param name="target">N * S class indices of any integer type, or a dense target of float or double in the layout that the loss declares.</param>
    /// <param name="batch">N.</param>
    /// <param name="classes">C.</param>
    /// <param name="spatial">The spatial extents of the target, one to three, whose product is S.</param>
    /// <param name="inputs">The loss's own inputs, of the target's spatial extents; coarser outputs take theirs at the places of their labels.</param>
    /// <exception cref="ArgumentException">An argument does not fit the others or the declaration; the message names it.</exception>
    public static double EvaluateLevels<TTarget>(
        this ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<float>> outputs, ReadOnlySpan<TTarget> target, int batch, int classes, ReadOnlySpan<int> spatial,
        LossInputs<float> inputs = default)
        where TTarget : unmanaged => Levels(loss, supervision, outputs, target, batch, classes, spatial, inputs, CpuMode.Value);

    /// <inheritdoc cref="EvaluateLevels{TTarget}(ILoss, DeepSupervision, ReadOnlySpan{LevelOutput{float}}, ReadOnlySpan{TTarget}, int, int, ReadOnlySpan{int}, LossInputs{float})"/>
    public static double EvaluateLevels<TTarget>(
        this ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<double>> outputs, ReadOnlySpan<TTarget> target, int batch, int classes, ReadOnlySpan<int> spatial,
        LossInputs<double> inputs = default)
        where TTarget : unmanaged => Levels(loss, supervision, outputs, target, batch, classes, spatial, inputs, CpuMode.Value);

    /// <summary>The weighted sum of the losses of a network's outputs, and its gradient at each of them.</summary>
    /// <param name="loss">The loss, which reduces.</param>
    /// <param name="supervision">The weights.</param>
    /// <param name="outputs">As many outputs as weights, of N images and C classes each, all with room for the gradient.</param>
    /// <param name="target">N * S class indices of any integer type, or a dense target of float or double in the layout that the loss declares.</param>
    /// <param name="batch">N.</param>
    /// <param name="classes">C.</param>
    /// <param name="spatial">The spatial extents of the target, one to three, whose product is S.</param>
    /// <param name="inputs">The loss's own inputs, of the target's spatial extents; coarser outputs take theirs at the places of their labels.</param>
    /// <param name="upstream">What the gradient is multiplied by, finite: the gradient that arrives, or a loss scale. The value returned stays as it is.</param>
    /// <exception cref="ArgumentException">An argument does not fit the others or the declaration; the message names it.</exception>
    public static double EvaluateLevelsWithGradient<TTarget>(
        this ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<float>> outputs, ReadOnlySpan<TTarget> target, int batch, int classes, ReadOnlySpan<int> spatial,
        LossInputs<float> inputs = default, double upstream = 1)
        where TTarget : unmanaged => Levels(loss, supervision, outputs, target, batch, classes, spatial, inputs, CpuMode.ValueAndGradient, upstream);

    /// <inheritdoc cref="EvaluateLevelsWithGradient{TTarget}(ILoss, DeepSupervision, ReadOnlySpan{LevelOutput{float}}, ReadOnlySpan{TTarget}, int, int, ReadOnlySpan{int}, LossInputs{float}, double)"/>
    public static double EvaluateLevelsWithGradient<TTarget>(
        this ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<double>> outputs, ReadOnlySpan<TTarget> target, int batch, int classes, ReadOnlySpan<int> spatial,
        LossInputs<double> inputs = default, double upstream = 1)
        where TTarget : unmanaged => Levels(loss, supervision, outputs, target, batch, classes, spatial, inputs, CpuMode.ValueAndGradient, upstream);

    private static double Levels<T, TTarget>(
        ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<T>> outputs, ReadOnlySpan<TTarget> target, int batch, int classes, ReadOnlySpan<int> spatial, LossInputs<T> inputs,
        CpuMode mode, double upstream = 1)
        where T : unmanaged
        where TTarget : unmanaged
    {
        CheckLevels(loss, supervision, outputs, target, batch, classes, spatial, inputs, mode);
        CallRules.Upstream(upstream);
        Span<long> own = stackalloc long[spatial.Length], full = stackalloc long[spatial.Length];
        for (int k = 0; k < spatial.Length; k++)
            full[k] = spatial[k];
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
            double arriving = weight * upstream;
            total += weight * Level(loss, output, target, LevelShape(batch, classes, output.Spatial), new(own, full, supervision.Sampling), inputs, &arriving, mode);
        }

        return total;
    }

    // Class indices are read where they lie. A dense target and maps of a coarser output are picked into memory of this thread.
    private static double Level<T, TTarget>(
        ILoss loss, LevelOutput<T> output, ReadOnlySpan<TTarget> target, LossShape shape, LabelGrid grid, LossInputs<T> inputs, double* upstream, CpuMode mode)
        where T : unmanaged
        where TTarget : unmanaged
    {
        LossDefinition definition = loss.Definition;
        TargetElement element = CallChecks.ElementOf<TTarget>(definition.Target, target.Length, shape.Batch * grid.TargetPixels);
        bool isDense = element > TargetElement.Int64, picks = grid.IsSampled && (isDense || definition.Inputs.Count > 0);
        int channels = shape.Classes + (definition.DropLastTargetChannel ? 1 : 0);
        long targets = isDense ? shape.Batch * channels * shape.Pixels : 0, perClass = (long)shape.Batch * shape.Classes * shape.Pixels;
        Workspace? memory = picks ? Workspace.Rent(WorkspaceUse.Levels, Workspace.Size<TTarget>(targets) + (LossInputs<T>.Capacity * Workspace.Size<T>(perClass))) : null;
        fixed (T* x = output.Logits.Span, g = output.Gradient.Span, first = inputs[0], second = inputs[1], third = inputs[2], fourth = inputs[3])
        fixed (TTarget* y = target)
        {
            void** maps = stackalloc void*[LossInputs<T>.Capacity] { first, second, third, fourth };
            var call = new CpuCall
            {
                Mode = mode,
                Shape = shape,
                LogitElement = CallChecks.LogitElementOf<T>(),
                TargetElement = element,
                Grid = isDense ? default : grid,
                Logits = x,
                Target = y,
                Inputs = maps,
                Gradient = g,
                Upstream = upstream,
            };
            if (picks && isDense)
            {
                bool isLast = definition.TargetClassAxis == ClassAxis.Last;
                TTarget* picked = memory!.Take<TTarget>(targets);
                Pick(y, picked, shape.Batch * (isLast ? 1 : channels), isLast ? channels : 1, shape.Pixels, grid);
                call.Target = picked;
            }

            for (int k = 0; picks && k < definition.Inputs.Count; k++)
            {
                int rows = shape.Batch * (definition.Inputs[k].Kind == InputKind.Element ? shape.Classes : 1);
                T* picked = memory!.Take<T>(rows * shape.Pixels);
                Pick((T*)maps[k], picked, rows, 1, shape.Pixels, grid);
                maps[k] = picked;
            }

            loss.Run(ref call);
            return call.Value;
        }
    }

    // Rows of pixels, each of so many numbers.
    private static void Pick<T>(T* source, T* picked, int rows, int numbers, long pixels, in LabelGrid grid)
        where T : unmanaged
    {
        for (long i = 0; i < rows * pixels; i++)
        {
            T* from = source + (grid.Map(i) * numbers);
            for (int k = 0; k < numbers; k++)
                *picked++ = from[k];
        }
    }

    // Those of an output, as many of them as an output may have.
    private static ReadOnlySpan<long> Extents(IReadOnlyList<int>? spatial, Span<long> extents)
    {
        int count = spatial?.Count ?? 0;
        if (count > extents.Length)
            return default;
        for (int k = 0; k < count; k++)
            extents[k] = spatial![k];
        return extents[..count];
    }

    private static LossShape LevelShape(int batch, int classes, IReadOnlyList<int> spatial)
    {
        Span<int> extents = stackalloc int[spatial.Count];
        for (int k = 0; k < extents.Length; k++)
            extents[k] = spatial[k];
        return LevelShape(batch, classes, extents);
    }

    // The last axis apart: the product of the others fits an int where that of all may not.
    private static LossShape LevelShape(int batch, int classes, ReadOnlySpan<int> spatial)
    {
        int rows = 1;
        for (int k = 0; k < spatial.Length - 1; k++)
            rows = checked(rows * spatial[k]);
        return new(batch, classes, rows, spatial[^1]);
    }

    private static void CheckLevels<T, TTarget>(
        ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<T>> outputs, ReadOnlySpan<TTarget> target, int batch, int classes, ReadOnlySpan<int> spatial, LossInputs<T> inputs,
        CpuMode mode)
        where T : unmanaged
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(loss);
        LossDefinition definition = loss.Definition;
        CallRules.Levels(definition, supervision, outputs.Length, nameof(outputs));
        if (spatial.Length is < 1 or > CallRules.MostSpatialAxes)
            throw new ArgumentException($"The target has {spatial.Length} spatial axes; there must be from 1 to {CallRules.MostSpatialAxes}.", nameof(spatial));
        long pixels = 1;
        foreach (int extent in spatial)
            pixels *= extent;
        bool hasLabels = CallChecks.ElementOf<TTarget>(definition.Target, target.Length, batch * pixels) <= TargetElement.Int64;
        CallChecks.Kind(definition, hasLabels);
        int channels = classes + (definition.DropLastTargetChannel ? 1 : 0);
        if (hasLabels && target.Length != batch * pixels)
            CallChecks.Length(target.Length, batch * pixels, nameof(target), CallChecks.LabelsText(batch, channels, pixels, target.Length));
        if (!hasLabels && target.Length != batch * channels * pixels)
            CallChecks.Length(target.Length, batch * channels * pixels, nameof(target), CallChecks.DenseText<TTarget>(batch, channels, pixels, definition.Target));
        CheckInputs(definition, LevelShape(batch, classes, spatial), inputs);
        Span<long> own = stackalloc long[CallRules.MostSpatialAxes], full = stackalloc long[spatial.Length];
        for (int k = 0; k < spatial.Length; k++)
            full[k] = spatial[k];
        for (int level = 0; level < outputs.Length; level++)
        {
            LevelOutput<T> output = outputs[level];
            if (!CallRules.IsLevel(Extents(output.Spatial, own), full))
            {
                throw new ArgumentException(
                    $"Output {level} has the spatial extents ({string.Join(", ", output.Spatial ?? [])}) and the target ({string.Join(", ", spatial.ToArray())}); there must be as many, each from 1 to that of the target.",
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
            for (int k = 0; k < LossInputs<T>.Capacity; k++)
            {
                if (inputs[k].Overlaps(output.Gradient.Span))
                    throw new ArgumentException($"The gradient of output {level} overlaps an input; it needs memory of its own.", nameof(outputs));
            }
        }
    }
}
