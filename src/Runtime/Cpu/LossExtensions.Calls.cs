using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen;

/// <content>From spans to a call of the kernels: checks, then addresses.</content>
public static unsafe partial class LossExtensions
{
    private static double Value<T, TTarget>(
        ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs inputs, Span<T> gradient,
        CpuMode mode, LossComponents? components, double upstream = 1)
        where T : unmanaged
        where TTarget : unmanaged
    {
        CpuCall call = Prepare<T, TTarget>(loss, logits.Length, target.Length, shape, mode, gradient.Length);
        CheckInputs(loss.Definition, shape, inputs, call.LogitElement);
        if (loss.Definition.Reduction == Reduction.None)
        {
            throw new InvalidOperationException(
                $"{loss.Definition.Name} declares Reduction.None and has many values. "
                    + "Call EvaluateElements or EvaluateElementsWithGradient.");
        }

        CheckOverlap(logits, inputs, gradient);
        CallRules.Upstream(upstream);
        fixed (double* parts = components?.Prepare(loss, shape.Classes))
        {
            call.Components = parts;
            call.Upstream = &upstream;
            Run(loss, logits, target, inputs, gradient, ref call);
            return call.Value;
        }
    }

    private static void Elements<T, TTarget, TElement>(
        ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs inputs, Span<TElement> elements,
        ReadOnlySpan<TElement> upstream, Span<T> gradient, CpuMode mode)
        where T : unmanaged
        where TTarget : unmanaged
        where TElement : unmanaged
    {
        CpuCall call = Prepare<T, TTarget>(loss, logits.Length, target.Length, shape, mode, gradient.Length);
        CallChecks.Numbers<TElement>(call.LogitElement, nameof(elements));
        CheckInputs(loss.Definition, shape, inputs, call.LogitElement);
        if (loss.Definition.Reduction != Reduction.None)
        {
            throw new InvalidOperationException(
                $"{loss.Definition.Name} declares Reduction.{loss.Definition.Reduction} and has one value. "
                    + "Call Evaluate or EvaluateWithGradient.");
        }

        CheckOverlap(logits, inputs, gradient);
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
        fixed (TElement* e = elements, u = upstream)
        {
            call.Elements = small ? null : e;
            call.UpstreamElements = small ? null : u;
            call.SmallElements = values;
            call.Upstream = small ? values + count : null;
            Run(loss, logits, target, inputs, gradient, ref call);
        }

        for (int i = 0; small && i < count; i++)
            elements[i] = CallChecks.FromDouble<TElement>(values[i]);
    }

    // Holds the memory of the call in place and runs the kernel.
    private static void Run<T, TTarget>(
        ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, scoped in LossInputs inputs, Span<T> gradient,
        scoped ref CpuCall call)
        where T : unmanaged
        where TTarget : unmanaged
    {
        fixed (T* x = logits, g = gradient)
        fixed (TTarget* y = target)
        fixed (byte* first = inputs[0], second = inputs[1], third = inputs[2], fourth = inputs[3])
        {
            void** maps = stackalloc void*[LossInputs.Capacity] { first, second, third, fourth };
            call.Logits = x;
            call.Target = y;
            call.Inputs = maps;
            call.Gradient = g;
            loss.Run(ref call);
        }
    }

    // The gradient of a tile is written while the logits of the next are still to be read.
    private static void CheckOverlap<T>(ReadOnlySpan<T> logits, scoped in LossInputs inputs, ReadOnlySpan<T> gradient)
        where T : unmanaged
    {
        if (logits.Overlaps(gradient))
            throw new ArgumentException("gradient overlaps logits; it needs memory of its own.", nameof(gradient));
        if (inputs.Overlaps(gradient))
            throw new ArgumentException("gradient overlaps an input; it needs memory of its own.", nameof(gradient));
    }

    private static void CheckInputs(LossDefinition definition, LossShape shape, scoped in LossInputs inputs, LogitElement logits)
    {
        int count = definition.Inputs.Count;
        for (int k = 0; k < count; k++)
        {
            LossInput input = definition.Inputs[k];
            bool isElement = input.Kind == InputKind.Element, isDouble = logits == LogitElement.Double;
            long needed = shape.Batch * (isElement ? shape.Classes : 1) * shape.Pixels;
            if (inputs[k].Length != needed)
            {
                CallChecks.Length(inputs[k].Length, needed, input.Name, isElement
                    ? $"one number a class and pixel: N * C * S = {shape.Batch} * {shape.Classes} * {shape.Pixels}, passed after the shape"
                    : $"one number a pixel: N * S = {shape.Batch} * {shape.Pixels}, passed after the shape");
            }

            if (inputs.IsDouble != isDouble)
            {
                throw new ArgumentException(
                    $"{input.Name} is {(isDouble ? "float" : "double")}; with logits of {CallChecks.Name(logits)} a map must be "
                        + $"{(isDouble ? "double" : "float")}, the type that is computed in.",
                    input.Name);
            }
        }

        for (int k = count; k < LossInputs.Capacity; k++)
        {
            if (inputs[k].IsEmpty)
                continue;
            string names = count == 0 ? "none" : string.Join(", ", definition.Inputs.Select(input => input.Name));
            throw new ArgumentException($"There are {k + 1} inputs; {definition.Name} takes {names}.", nameof(inputs));
        }
    }

    private static CpuCall Prepare<T, TTarget>(ILoss loss, int logits, int target, LossShape shape, CpuMode mode, int gradient)
        where T : unmanaged
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(loss);
        LossDefinition definition = loss.Definition;
        bool hasPairs = definition.Pairs != Pairs.None;
        var call = new CpuCall
        {
            Mode = mode,
            Shape = shape,
            LogitElement = CallChecks.LogitElementOf<T>(),
            TargetElement = CallChecks.ElementOf<TTarget>(hasPairs ? TargetKind.Index : definition.Target, target,
                shape.Batch * shape.Pixels),
        };
        CallChecks.Shape(definition, shape);
        if (hasPairs)
            PairChecks.Labels(definition, call.HasLabels, shape);
        else
            CallChecks.Kind(definition, call.HasLabels);
        long count = (long)shape.Batch * shape.Classes * shape.LogitPixels;

        // The texts are built only for a call that is wrong: one that is right allocates nothing.
        if (logits != count)
            CallChecks.Length(logits, count, nameof(logits), $"N * C * S = {shape.Batch} * {shape.Classes} * {shape.LogitPixels}");
        if (hasPairs)
            PairChecks.LabelCount(target, shape.Batch);
        else
            CallChecks.Target<TTarget>(definition, call.HasLabels, target, shape.Batch, shape.Classes, shape.Pixels);
        if (mode is CpuMode.ValueAndGradient or CpuMode.Gradient)
            CallChecks.Length(gradient, count, nameof(gradient), "as many as logits");
        return call;
    }
}
