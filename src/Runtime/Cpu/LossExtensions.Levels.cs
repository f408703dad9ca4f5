using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen;

/// <content>Deep supervision: outputs at several resolutions against the target of the finest.</content>
public static unsafe partial class LossExtensions
{
    /// <summary>The weighted sum of the losses of a network's outputs.</summary>
    /// <typeparam name="T">float, double, <see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TTarget">An integer type or bool for class indices; float, double or bool for a dense target.</typeparam>
    /// <param name="loss">The loss, which reduces.</param>
    /// <param name="supervision">The weights.</param>
    /// <param name="outputs">As many outputs as weights, of N images and C classes each.</param>
    /// <param name="target">N * S class indices, or a dense target in the layout that the loss declares.</param>
    /// <param name="batch">N.</param>
    /// <param name="classes">C.</param>
    /// <param name="spatial">The spatial extents of the target, one to three, whose product is S.</param>
    /// <param name="inputs">
    /// The loss's own inputs, of the target's spatial extents; coarser outputs take theirs at the places of their labels.
    /// </param>
    /// <exception cref="ArgumentException">An argument does not fit the others or the declaration; the message names it.</exception>
    public static double EvaluateLevels<T, TTarget>(
        this ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<T>> outputs, ReadOnlySpan<TTarget> target, int batch,
        int classes, ReadOnlySpan<int> spatial, LossInputs inputs = default)
        where T : unmanaged
        where TTarget : unmanaged =>
        Levels(loss, supervision, outputs, target, batch, classes, spatial, inputs, CpuMode.Value);

    /// <summary>The weighted sum of the losses of a network's outputs, and its gradient at each of them.</summary>
    /// <typeparam name="T">float, double, <see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TTarget">An integer type or bool for class indices; float, double or bool for a dense target.</typeparam>
    /// <param name="loss">The loss, which reduces.</param>
    /// <param name="supervision">The weights.</param>
    /// <param name="outputs">As many outputs as weights, of N images and C classes each, all with room for the gradient.</param>
    /// <param name="target">N * S class indices, or a dense target in the layout that the loss declares.</param>
    /// <param name="batch">N.</param>
    /// <param name="classes">C.</param>
    /// <param name="spatial">The spatial extents of the target, one to three, whose product is S.</param>
    /// <param name="inputs">
    /// The loss's own inputs, of the target's spatial extents; coarser outputs take theirs at the places of their labels.
    /// </param>
    /// <param name="upstream">
    /// What the gradient is multiplied by, finite: the gradient that arrives, or a loss scale. The value returned stays as it is.
    /// </param>
    /// <exception cref="ArgumentException">An argument does not fit the others or the declaration; the message names it.</exception>
    public static double EvaluateLevelsWithGradient<T, TTarget>(
        this ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<T>> outputs, ReadOnlySpan<TTarget> target, int batch,
        int classes, ReadOnlySpan<int> spatial, LossInputs inputs = default, double upstream = 1)
        where T : unmanaged
        where TTarget : unmanaged =>
        Levels(loss, supervision, outputs, target, batch, classes, spatial, inputs, CpuMode.ValueAndGradient, upstream);

    private static double Levels<T, TTarget>(
        ILoss loss, DeepSupervision supervision, ReadOnlySpan<LevelOutput<T>> outputs, ReadOnlySpan<TTarget> target, int batch,
        int classes, ReadOnlySpan<int> spatial, LossInputs inputs, CpuMode mode, double upstream = 1)
        where T : unmanaged
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(loss);
        CallRules.Levels(loss.Definition, supervision, outputs.Length, nameof(outputs));
        int axes = spatial.Length;
        if (axes is < 1 or > CallRules.MostSpatialAxes)
        {
            throw new ArgumentException(
                $"The target has {axes} spatial axes; there must be from 1 to {CallRules.MostSpatialAxes}.", nameof(spatial));
        }

        Span<long> own = stackalloc long[axes], full = stackalloc long[axes];
        for (int k = 0; k < axes; k++)
            full[k] = spatial[k];
        CheckLevels(loss, outputs, target, batch, classes, full, inputs, mode);
        CallRules.Upstream(upstream);
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

            bool isResized = supervision.Resize != Resize.None;
            ReadOnlySpan<long> extents = Extents(output.Spatial, own);
            LossShape shape = isResized ? ResizedShape(batch, classes, extents, full) : LevelShape(batch, classes, extents);
            double arriving = weight * upstream;
            total += weight * Level(loss, output, target, shape, new(isResized ? full : own, full, supervision.Sampling),
                supervision.Resize, inputs, &arriving, mode);
        }

        return total;
    }

    // Class indices are read where they lie. A dense target and maps of a coarser output are picked into memory of this thread.
    private static double Level<T, TTarget>(
        ILoss loss, LevelOutput<T> output, ReadOnlySpan<TTarget> target, LossShape shape, LabelGrid grid, Resize resize,
        scoped in LossInputs inputs, double* upstream, CpuMode mode)
        where T : unmanaged
        where TTarget : unmanaged
    {
        LossDefinition definition = loss.Definition;
        TargetElement element = CallChecks.ElementOf<TTarget>(definition.Target, target.Length, shape.Batch * grid.TargetPixels);
        bool isDense = element > TargetElement.Int64;
        fixed (T* x = output.Logits.Span, g = output.Gradient.Span)
        fixed (TTarget* y = target)
        fixed (byte* first = inputs[0], second = inputs[1], third = inputs[2], fourth = inputs[3])
        {
            void** maps = stackalloc void*[LossInputs.Capacity] { first, second, third, fourth };
            var call = new CpuCall
            {
                Mode = mode,
                Shape = shape,
                LogitElement = CallChecks.LogitElementOf<T>(),
                TargetElement = element,
                Grid = isDense ? default : grid,
                Resize = resize,
                Logits = x,
                Target = y,
                Inputs = maps,
                Gradient = g,
                Upstream = upstream,
            };
            if (grid.IsSampled && (isDense || definition.Inputs.Count > 0))
                Sample(definition, isDense ? y : null, maps, inputs.IsDouble, grid, ref call);
            loss.Run(ref call);
            return call.Value;
        }
    }

    // In place of the dense target, if there is one, and of the maps: what a coarser output takes of them.
    private static void Sample<TTarget>(
        LossDefinition definition, TTarget* dense, void** maps, bool areDouble, in LabelGrid grid, ref CpuCall call)
        where TTarget : unmanaged
    {
        LossShape shape = call.Shape;
        bool isLast = definition.TargetClassAxis == ClassAxis.Last;
        int channels = shape.Classes + (definition.DropLastTargetChannel ? 1 : 0), rows = shape.Batch * (isLast ? 1 : channels);
        long targets = dense is null ? 0 : shape.Batch * channels * shape.Pixels;
        long perClass = (long)shape.Batch * shape.Classes * shape.Pixels;
        long perMap = areDouble ? Workspace.Size<double>(perClass) : Workspace.Size<float>(perClass);
        Workspace memory = Workspace.Rent(WorkspaceUse.Levels, Workspace.Size<TTarget>(targets) + (LossInputs.Capacity * perMap));
        if (dense is not null)
            call.Target = Picked(dense, memory, rows, isLast ? channels : 1, shape.Pixels, grid);
        for (int k = 0; k < definition.Inputs.Count; k++)
        {
            rows = shape.Batch * (definition.Inputs[k].Kind == InputKind.Element ? shape.Classes : 1);
            maps[k] = areDouble
                ? Picked((double*)maps[k], memory, rows, 1, shape.Pixels, grid)
                : Picked((float*)maps[k], memory, rows, 1, shape.Pixels, grid);
        }
    }

    // Rows of pixels, each of so many numbers.
    private static T* Picked<T>(T* source, Workspace memory, int rows, int numbers, long pixels, in LabelGrid grid)
        where T : unmanaged
    {
        T* picked = memory.Take<T>(rows * numbers * pixels), next = picked;
        for (long i = 0; i < rows * pixels; i++)
        {
            T* from = source + (grid.Map(i) * numbers);
            for (int k = 0; k < numbers; k++)
                *next++ = from[k];
        }

        return picked;
    }

    // The extents of an output, as many of them as it may have.
    private static ReadOnlySpan<long> Extents(IReadOnlyList<int>? spatial, Span<long> extents)
    {
        int count = spatial?.Count ?? 0;
        if (count > extents.Length)
            return default;
        for (int k = 0; k < count; k++)
            extents[k] = spatial![k];
        return extents[..count];
    }

    // What looks at neighbours has to know the axes.
    private static LossShape LevelShape(int batch, int classes, ReadOnlySpan<long> spatial) => spatial.Length switch
    {
        1 => new(batch, classes, checked((int)spatial[0])),
        2 => new(batch, classes, checked((int)spatial[0]), checked((int)spatial[1])),
        _ => new(batch, classes, checked((int)spatial[0]), checked((int)spatial[1]), checked((int)spatial[2])),
    };

    // The target's extents, with the output's for the logits.
    internal static LossShape ResizedShape(int batch, int classes, ReadOnlySpan<long> spatial, ReadOnlySpan<long> target)
    {
        LossShape shape = LevelShape(batch, classes, target);
        return spatial.Length switch
        {
            1 => shape.WithLogits(checked((int)spatial[0])),
            2 => shape.WithLogits(checked((int)spatial[0]), checked((int)spatial[1])),
            _ => shape.WithLogits(checked((int)spatial[0]), checked((int)spatial[1]), checked((int)spatial[2])),
        };
    }

    private static void CheckLevels<T, TTarget>(
        ILoss loss, ReadOnlySpan<LevelOutput<T>> outputs, ReadOnlySpan<TTarget> target, int batch, int classes, ReadOnlySpan<long> full,
        scoped in LossInputs inputs, CpuMode mode)
        where T : unmanaged
        where TTarget : unmanaged
    {
        LossDefinition definition = loss.Definition;
        long pixels = 1;
        foreach (long extent in full)
            pixels *= extent;
        LogitElement element = CallChecks.LogitElementOf<T>();
        bool hasLabels = CallChecks.ElementOf<TTarget>(definition.Target, target.Length, batch * pixels) <= TargetElement.Int64;
        CallChecks.Kind(definition, hasLabels);
        CallChecks.Target<TTarget>(definition, hasLabels, target.Length, batch, classes, pixels);
        CheckInputs(definition, LevelShape(batch, classes, full), inputs, element);
        Span<long> own = stackalloc long[CallRules.MostSpatialAxes];
        for (int level = 0; level < outputs.Length; level++)
        {
            LevelOutput<T> output = outputs[level];
            ReadOnlySpan<long> spatial = Extents(output.Spatial, own);
            if (!CallRules.IsLevel(spatial, full))
            {
                throw new ArgumentException(
                    $"Output {level} has the spatial extents ({string.Join(", ", output.Spatial ?? [])}) and the target "
                        + $"({string.Join(", ", full.ToArray())}); there must be as many, each from 1 to that of the target.",
                    nameof(outputs));
            }

            LossShape shape = LevelShape(batch, classes, spatial);
            CallChecks.Shape(definition, shape);
            long count = (long)batch * classes * shape.Pixels;
            if (output.Logits.Length != count)
            {
                CallChecks.Length(
                    output.Logits.Length, count, $"outputs[{level}].Logits", $"N * C * S = {batch} * {classes} * {shape.Pixels}");
            }

            if (mode == CpuMode.ValueAndGradient && output.Gradient.Length != count)
                CallChecks.Length(output.Gradient.Length, count, $"outputs[{level}].Gradient", "as many as logits");
            if (output.Logits.Span.Overlaps(output.Gradient.Span))
            {
                throw new ArgumentException(
                    $"The gradient of output {level} overlaps its logits; it needs memory of its own.", nameof(outputs));
            }

            if (inputs.Overlaps<T>(output.Gradient.Span))
            {
                throw new ArgumentException(
                    $"The gradient of output {level} overlaps an input; it needs memory of its own.", nameof(outputs));
            }
        }
    }
}
