using System.Runtime.InteropServices;
using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen;

/// <summary>
/// Evaluates a declared loss on memory of one's own, without libtorch. Logits are float, double, <see cref="Half"/> or <see cref="BFloat16"/>, (N, C, S) with the pixels of a
/// class adjacent, or (N, S, C) with <see cref="LossShape.ClassesLast"/>. A target of integers (byte, sbyte, short, ushort, int, long) holds class indices, (N, S); one of float or double is
/// dense, laid out as the loss declares. One of bool is either, by its length. All methods check every argument before they write anything.
/// </summary>
public static unsafe partial class LossExtensions
{
    /// <summary>The value of a loss whose reduction is mean or sum.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="components">Receives the terms' shares, from the same pass; null for none. See <see cref="CreateComponents"/>.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static double Evaluate<TTarget>(
        this ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossComponents? components = null)
        where TTarget : unmanaged => Value<float, float, TTarget>(loss, logits, target, shape, default, default, CpuMode.Value, components);

    /// <inheritdoc cref="Evaluate{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, LossComponents)"/>
    public static double Evaluate<TTarget>(
        this ILoss loss, ReadOnlySpan<double> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossComponents? components = null)
        where TTarget : unmanaged => Value<double, double, TTarget>(loss, logits, target, shape, default, default, CpuMode.Value, components);

    /// <summary>The value and its gradient at the logits.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="gradient">Receives N * C * S numbers, laid out like the logits. It may not overlap them.</param>
    /// <param name="components">Receives the terms' shares, from the same pass; null for none. See <see cref="CreateComponents"/>.</param>
    /// <param name="upstream">What the gradient is multiplied by, finite: the gradient that arrives, or a loss scale. The value returned stays as it is.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static double EvaluateWithGradient<TTarget>(
        this ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> target, LossShape shape, Span<float> gradient, LossComponents? components = null, double upstream = 1)
        where TTarget : unmanaged => Value<float, float, TTarget>(loss, logits, target, shape, default, gradient, CpuMode.ValueAndGradient, components, upstream);

    /// <inheritdoc cref="EvaluateWithGradient{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, Span{float}, LossComponents, double)"/>
    public static double EvaluateWithGradient<TTarget>(
        this ILoss loss, ReadOnlySpan<double> logits, ReadOnlySpan<TTarget> target, LossShape shape, Span<double> gradient, LossComponents? components = null, double upstream = 1)
        where TTarget : unmanaged => Value<double, double, TTarget>(loss, logits, target, shape, default, gradient, CpuMode.ValueAndGradient, components, upstream);

    /// <summary>The values of a loss whose reduction is none, in the order of the axes that remain of (N, C, S).</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="elements">Receives the values.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void EvaluateElements<TTarget>(
        this ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> target, LossShape shape, Span<float> elements)
        where TTarget : unmanaged => Elements<float, float, TTarget>(loss, logits, target, shape, default, elements, default, default, CpuMode.Value);

    /// <inheritdoc cref="EvaluateElements{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, Span{float})"/>
    public static void EvaluateElements<TTarget>(
        this ILoss loss, ReadOnlySpan<double> logits, ReadOnlySpan<TTarget> target, LossShape shape, Span<double> elements)
        where TTarget : unmanaged => Elements<double, double, TTarget>(loss, logits, target, shape, default, elements, default, default, CpuMode.Value);

    /// <summary>The values of a loss whose reduction is none, and the gradient of their sum weighted by <paramref name="upstream"/>.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="elements">Receives the values.</param>
    /// <param name="upstream">The weight of each value; empty means 1.</param>
    /// <param name="gradient">Receives N * C * S numbers, laid out like the logits.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void EvaluateElementsWithGradient<TTarget>(
        this ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> target, LossShape shape, Span<float> elements,
        ReadOnlySpan<float> upstream, Span<float> gradient)
        where TTarget : unmanaged => Elements<float, float, TTarget>(loss, logits, target, shape, default, elements, upstream, gradient, CpuMode.ValueAndGradient);

    /// <inheritdoc cref="EvaluateElementsWithGradient{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, Span{float}, ReadOnlySpan{float}, Span{float})"/>
    public static void EvaluateElementsWithGradient<TTarget>(
        this ILoss loss, ReadOnlySpan<double> logits, ReadOnlySpan<TTarget> target, LossShape shape, Span<double> elements,
        ReadOnlySpan<double> upstream, Span<double> gradient)
        where TTarget : unmanaged => Elements<double, double, TTarget>(loss, logits, target, shape, default, elements, upstream, gradient, CpuMode.ValueAndGradient);

    /// <summary>Empty sums for a batch that comes in pieces: tiles, micro-batches, other processes.</summary>
    /// <param name="loss">The loss. Its value must need one pass over the pixels, as that of every catalogue loss does.</param>
    /// <param name="shape">The extents of a piece. With statistics per image the number of images matters; the number of pixels never does.</param>
    /// <exception cref="NotSupportedException">The value needs several passes.</exception>
    public static LossStatistics CreateStatistics(this ILoss loss, LossShape shape) => new(loss, shape);

    /// <summary>Room for the share of each term in the value, and of region terms for the value of each class. Make it once and pass it to calls.</summary>
    /// <param name="loss">The loss. Its reduction must be mean or sum.</param>
    /// <param name="classes">C, the number of classes of the calls.</param>
    /// <exception cref="NotSupportedException">The loss is not reduced to one value.</exception>
    public static LossComponents CreateComponents(this ILoss loss, int classes) => new(loss, classes);

    /// <summary>Counts for hard scores of what the loss trains: its activation and its ignored label.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="classes">C, the number of classes.</param>
    /// <param name="threshold">The probability above which a class is predicted where it is not the largest that is.</param>
    public static SegmentationMetrics CreateMetrics(this ILoss loss, int classes, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return new(classes, loss.Definition.Activation, loss.Definition.IgnoreIndex, threshold);
    }

    /// <summary>Sums for soft scores of what the loss trains: its activation and its ignored label.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="classes">C, the number of classes.</param>
    public static SoftMetrics CreateSoftMetrics(this ILoss loss, int classes)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return new(classes, loss.Definition.Activation, loss.Definition.IgnoreIndex);
    }

    /// <summary>Adds a piece's sums.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents of the piece.</param>
    /// <param name="statistics">The sums.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void Accumulate<TTarget>(
        this ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossStatistics statistics)
        where TTarget : unmanaged => Piece<float, float, TTarget>(loss, logits, target, shape, default, statistics, default, CpuMode.Accumulate);

    /// <inheritdoc cref="Accumulate{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, LossStatistics)"/>
    public static void Accumulate<TTarget>(
        this ILoss loss, ReadOnlySpan<double> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossStatistics statistics)
        where TTarget : unmanaged => Piece<double, double, TTarget>(loss, logits, target, shape, default, statistics, default, CpuMode.Accumulate);

    /// <summary>The value from the sums of all pieces.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="statistics">The sums.</param>
    /// <param name="components">Receives the terms' shares; null for none. See <see cref="CreateComponents"/>.</param>
    public static double Finish(this ILoss loss, LossStatistics statistics, LossComponents? components = null)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(statistics);
        fixed (double* sums = statistics.Array, parts = components?.Prepare(loss, statistics.SumShape.Classes))
        {
            var call = new CpuCall
            {
                Components = parts,
                Mode = CpuMode.Finish,
                Shape = statistics.SumShape,
                WholeBatch = statistics.WholeBatch,
                WholePixels = statistics.WholePixels,
                Statistics = sums,
                TargetElement = statistics.HasLabels ? TargetElement.Int64 : TargetElement.Double,
            };
            loss.Run(ref call);
            return call.Value;
        }
    }

    /// <summary>The gradient at a piece's logits of the loss of all pieces together.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents of the piece.</param>
    /// <param name="statistics">The sums of all pieces.</param>
    /// <param name="gradient">Receives N * C * S numbers, laid out like the logits.</param>
    /// <param name="upstream">What the gradient is multiplied by, finite: the gradient that arrives, or a loss scale. The value returned stays as it is.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void Gradient<TTarget>(
        this ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossStatistics statistics, Span<float> gradient, double upstream = 1)
        where TTarget : unmanaged => Piece<float, float, TTarget>(loss, logits, target, shape, default, statistics, gradient, CpuMode.Gradient, upstream);

    /// <inheritdoc cref="Gradient{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, LossStatistics, Span{float}, double)"/>
    public static void Gradient<TTarget>(
        this ILoss loss, ReadOnlySpan<double> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossStatistics statistics, Span<double> gradient, double upstream = 1)
        where TTarget : unmanaged => Piece<double, double, TTarget>(loss, logits, target, shape, default, statistics, gradient, CpuMode.Gradient, upstream);

    // T is the type of logits and gradient; TNumber, which is float for those of 16 bits, that of all other numbers.
    private static double Value<T, TNumber, TTarget>(
        ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<TNumber> inputs, Span<T> gradient, CpuMode mode, LossComponents? components,
        double upstream = 1)
        where T : unmanaged
        where TNumber : unmanaged
        where TTarget : unmanaged
    {
        CpuCall call = Prepare<T, TTarget>(loss, logits.Length, target.Length, shape, mode, gradient.Length);
        CheckInputs(loss.Definition, shape, inputs);
        if (loss.Definition.Reduction == Reduction.None)
            throw new InvalidOperationException($"{loss.Definition.Name} declares Reduction.None and has many values. Call EvaluateElements or EvaluateElementsWithGradient.");
        CheckOverlap(logits, inputs, gradient);
        CallRules.Upstream(upstream);
        nint* addresses = stackalloc nint[LossInputs<TNumber>.Capacity];
        fixed (T* x = logits, g = gradient)
        fixed (TNumber* i0 = inputs[0], i1 = inputs[1], i2 = inputs[2], i3 = inputs[3])
        fixed (TTarget* y = target)
        fixed (double* parts = components?.Prepare(loss, shape.Classes))
        {
            call.Components = parts;
            call.Logits = x;
            call.Target = y;
            (addresses[0], addresses[1], addresses[2], addresses[3]) = ((nint)i0, (nint)i1, (nint)i2, (nint)i3);
            call.Inputs = (void**)addresses;
            call.Gradient = g;
            call.Upstream = &upstream;
            loss.Run(ref call);
            return call.Value;
        }
    }

    private static void Elements<T, TNumber, TTarget>(
        ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<TNumber> inputs, Span<TNumber> elements, ReadOnlySpan<TNumber> upstream,
        Span<T> gradient, CpuMode mode)
        where T : unmanaged
        where TNumber : unmanaged
        where TTarget : unmanaged
    {
        CpuCall call = Prepare<T, TTarget>(loss, logits.Length, target.Length, shape, mode, gradient.Length);
        CheckInputs(loss.Definition, shape, inputs);
        if (loss.Definition.Reduction != Reduction.None)
            throw new InvalidOperationException($"{loss.Definition.Name} declares Reduction.{loss.Definition.Reduction} and has one value. Call Evaluate or EvaluateWithGradient.");
        CheckOverlap(logits, inputs, gradient);
        nint* addresses = stackalloc nint[LossInputs<TNumber>.Capacity];
        ElementAxes axes = CallChecks.Measure(loss, shape, call.TargetElement).ElementAxes;
        long count = CallChecks.ElementCount(axes, shape);
        if (elements.Length != count)
            CallChecks.Length(elements.Length, count, nameof(elements), $"one for each of {CallChecks.AxisText(axes, shape)}");
        if (!upstream.IsEmpty && upstream.Length != count)
            CallChecks.Length(upstream.Length, count, nameof(upstream), $"one for each of {CallChecks.AxisText(axes, shape)}");

        // Without a pixel axis values belong to the scalar section, which works in double.
        bool small = !axes.Has(ElementAxes.Pixel);
        double* values = small ? Workspace.Rent(WorkspaceUse.Elements, Workspace.Size<double>(2 * count)).Take<double>(2 * count) : null;
        for (int i = 0; small && i < count; i++)
            values[count + i] = upstream.IsEmpty ? 1 : CallChecks.ToDouble(upstream[i]);
        fixed (T* x = logits, g = gradient)
        fixed (TNumber* e = elements, u = upstream)
        fixed (TNumber* i0 = inputs[0], i1 = inputs[1], i2 = inputs[2], i3 = inputs[3])
        fixed (TTarget* y = target)
        {
            call.Logits = x;
            call.Target = y;
            (addresses[0], addresses[1], addresses[2], addresses[3]) = ((nint)i0, (nint)i1, (nint)i2, (nint)i3);
            call.Inputs = (void**)addresses;
            call.Gradient = g;
            call.Elements = small ? null : e;
            call.UpstreamElements = small ? null : u;
            call.SmallElements = values;
            call.Upstream = small ? values + count : null;
            loss.Run(ref call);
        }

        for (int i = 0; small && i < count; i++)
            elements[i] = CallChecks.FromDouble<TNumber>(values[i]);
    }

    private static void Piece<T, TNumber, TTarget>(
        ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<TNumber> inputs, LossStatistics statistics, Span<T> gradient, CpuMode mode, double upstream = 1)
        where T : unmanaged
        where TNumber : unmanaged
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(statistics);
        CpuCall call = Prepare<T, TTarget>(loss, logits.Length, target.Length, shape, mode, gradient.Length);
        CheckInputs(loss.Definition, shape, inputs);
        CallRules.Upstream(upstream);
        statistics.Check(loss, shape, call.HasLabels);
        CheckOverlap(logits, inputs, gradient);
        nint* addresses = stackalloc nint[LossInputs<TNumber>.Capacity];
        fixed (T* x = logits, g = gradient)
        fixed (TNumber* i0 = inputs[0], i1 = inputs[1], i2 = inputs[2], i3 = inputs[3])
        fixed (TTarget* y = target)
        fixed (double* sums = statistics.Array)
        {
            call.Logits = x;
            call.Target = y;
            (addresses[0], addresses[1], addresses[2], addresses[3]) = ((nint)i0, (nint)i1, (nint)i2, (nint)i3);
            call.Inputs = (void**)addresses;
            call.Gradient = g;
            call.Statistics = sums;
            call.Upstream = &upstream;
            if (mode == CpuMode.Gradient)
                (call.WholeBatch, call.WholePixels) = (statistics.WholeBatch, statistics.WholePixels);
            loss.Run(ref call);
        }

        if (mode == CpuMode.Accumulate)
            statistics.Add(shape);
    }

    // The gradient of a tile is written while the logits of the next are still to be read.
    private static void CheckOverlap<T, TNumber>(ReadOnlySpan<T> logits, LossInputs<TNumber> inputs, ReadOnlySpan<T> gradient)
        where T : unmanaged
        where TNumber : unmanaged
    {
        if (logits.Overlaps(gradient))
            throw new ArgumentException("gradient overlaps logits; it needs memory of its own.", nameof(gradient));
        for (int k = 0; k < LossInputs<TNumber>.Capacity; k++)
        {
            if (MemoryMarshal.AsBytes(inputs[k]).Overlaps(MemoryMarshal.AsBytes(gradient)))
                throw new ArgumentException("gradient overlaps an input; it needs memory of its own.", nameof(gradient));
        }
    }

    private static void CheckInputs<T>(LossDefinition definition, LossShape shape, LossInputs<T> inputs)
        where T : unmanaged
    {
        int count = definition.Inputs.Count;
        for (int k = 0; k < count; k++)
        {
            LossInput input = definition.Inputs[k];
            bool isElement = input.Kind == InputKind.Element;
            long needed = shape.Batch * (isElement ? shape.Classes : 1) * shape.Pixels;
            if (inputs[k].Length != needed)
                CallChecks.Length(inputs[k].Length, needed, input.Name, isElement
                    ? $"one number a class and pixel: N * C * S = {shape.Batch} * {shape.Classes} * {shape.Pixels}, passed after the shape"
                    : $"one number a pixel: N * S = {shape.Batch} * {shape.Pixels}, passed after the shape");
        }

        for (int k = count; k < LossInputs<T>.Capacity; k++)
        {
            if (!inputs[k].IsEmpty)
                throw new ArgumentException($"There are {k + 1} inputs; {definition.Name} takes {(count == 0 ? "none" : string.Join(", ", definition.Inputs.Select(input => input.Name)))}.", nameof(inputs));
        }
    }

    private static CpuCall Prepare<T, TTarget>(ILoss loss, int logits, int target, LossShape shape, CpuMode mode, int gradient)
        where T : unmanaged
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(loss);
        TargetElement element = CallChecks.ElementOf<TTarget>(loss.Definition.Target, target, shape.Batch * shape.Pixels);
        var call = new CpuCall { Mode = mode, Shape = shape, LogitElement = CallChecks.LogitElementOf<T>(), TargetElement = element };
        CallChecks.Shape(loss.Definition, shape);
        CallChecks.Kind(loss.Definition, call.HasLabels);
        long count = (long)shape.Batch * shape.Classes * shape.LogitPixels;
        int channels = shape.Classes + (loss.Definition.DropLastTargetChannel ? 1 : 0);
        long targets = shape.Batch * (call.HasLabels ? 1 : channels) * shape.Pixels;

        // The texts are built only for a call that is wrong: one that is right allocates nothing.
        if (logits != count)
            CallChecks.Length(logits, count, nameof(logits), $"N * C * S = {shape.Batch} * {shape.Classes} * {shape.LogitPixels}");
        if (target != targets && call.HasLabels)
            CallChecks.Length(target, targets, nameof(target), CallChecks.LabelsText(shape.Batch, channels, shape.Pixels, target));
        if (target != targets)
            CallChecks.Length(target, targets, nameof(target), CallChecks.DenseText<TTarget>(shape.Batch, channels, shape.Pixels, loss.Definition.Target));
        if (mode is CpuMode.ValueAndGradient or CpuMode.Gradient)
            CallChecks.Length(gradient, count, nameof(gradient), "as many as logits");
        return call;
    }
}
