using System.Globalization;
using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Gpu;

/// <content>What a call asks the device for: the passes, what lies between them, and memory.</content>
public sealed partial class GpuEvaluator
{
    private void Run(Part part, GpuBatch batch, Places places, double[]? given)
    {
        CheckComponents(places.Components);
        Run(part, batch, places, given, Open(batch));
    }

    // Logits of another size become a batch of the target's, embeddings the matrix of their pairs, and its gradient is taken back.
    private void Run(Part part, GpuBatch batch, in Places places, double[]? given, Opened opened)
    {
        bool hasGradient = part != Part.Value;
        Pairs pairs = loss.Definition.Pairs;
        if (pairs != Pairs.None)
        {
            GpuPairs.CheckTarget(loss.Definition, batch);
            GpuBatch matrix = GpuPairs.Full(pairs, batch) with { Logits = pairing.Make(pairs, batch) };
            RunPasses(part, matrix, places with { Gradient = hasGradient ? matrix.Logits : 0, Strides = null }, given, opened);
            if (hasGradient)
                pairing.Return(pairs, batch, places.Gradient, places.Strides);
            return;
        }

        if (!batch.Shape.IsResized)
        {
            RunPasses(part, batch, places, given, opened);
            return;
        }

        Resize resize = batch.Resize != Resize.None ? batch.Resize : loss.Definition.Resize;
        GpuBatch full = GpuResizing.Full(batch) with { Logits = resizing.Stretch(batch, resize, hasGradient) };
        RunPasses(part, full, places with { Gradient = hasGradient ? resizing.Gradient : 0, Strides = null }, given, opened);
        if (hasGradient)
            resizing.Gather(batch, resize, places.Gradient, places.Strides);
    }

    private void RunPasses(Part part, GpuBatch batch, Places places, double[]? given, Opened opened)
    {
        (GpuKernels kernels, GpuModule module, GpuCall call) = opened;
        KernelLayout layout = kernels.Layout;
        bool hasGradient = part != Part.Value, isFused = part == Part.Both && layout.IsFusedOnDevices;
        Prepare(call, ref places, given, part);
        int last = hasGradient ? layout.Passes.Length : layout.ValueStage;

        // Behind the value the sums are there, up to those that only the gradient asks for, and the maps that it reads.
        int known = part == Part.Gradient ? layout.ValueStage : 0;
        for (int stage = 0; stage <= last; stage++)
        {
            Scalars(module, kernels, call, stage, hasGradient, places);
            if (stage >= known && stage < last)
            {
                PassLayout pass = isFused ? layout.Fused! : layout.Passes[stage];
                if (!pass.IsIdle)
                    Pass(module, call, pass, stage, batch, places);
                Steps(call, layout, pass, places.Sums);
            }

            if (part != Part.Gradient && stage == layout.ValueStage && layout.Elements is { } elements)
                Pass(module, call, elements, -1, batch, places);
        }

        if (hasGradient && !isFused)
            Pass(module, call, layout.Gradient, -1, batch, places);
        if (places.Components != 0)
            Components(module, kernels, call, places);
    }

    // Last, for they have the slots of the scalar section to themselves. Of a single term the value is all there is.
    private void Components(GpuModule module, GpuKernels kernels, GpuCall call, in Places places) =>
        Section(module, kernels.HasComponents ? "components" : "scalars" + Text(kernels.Layout.ValueStage), call,
            places with { Value = places.Components, Weight = 1, Adds = false });

    private Opened Open(GpuBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        CallChecks.Shape(loss.Definition, batch.Shape, batch.Resize != Resize.None);
        if (loss.Definition.Pairs == Pairs.None)
            return OpenFull(GpuResizing.Full(batch));
        GpuPairs.Check(loss.Definition, batch);
        return OpenFull(GpuPairs.Full(loss.Definition.Pairs, batch));
    }

    // The checked batch as the passes see it.
    private Opened OpenFull(GpuBatch batch)
    {
        LossShape shape = batch.Shape;
        bool hasPairs = loss.Definition.Pairs != Pairs.None, hasLabels = batch.TargetElement <= TargetElement.Int64 && !hasPairs;
        if (!hasPairs)
            CallChecks.Kind(loss.Definition, hasLabels);
        GpuKernels kernels = loss.Kernels(!hasLabels)!;
        KernelLayout layout = kernels.Layout;
        if (batch.Inputs.Count != loss.Definition.Inputs.Count)
        {
            throw new ArgumentException(
                $"The batch has {batch.Inputs.Count} inputs and {loss.Definition.Name} takes {loss.Definition.Inputs.Count}: "
                    + $"{string.Join(", ", loss.Definition.Inputs.Select(input => input.Name))}.",
                nameof(batch));
        }

        CheckGrid(batch);
        int classes = shape.Classes;
        GpuStrides logits = batch.LogitStrides ?? GpuStrides.OfLogits(shape);
        GpuBlock block = hasPairs ? GpuBlock.ForPairs(classes, layout.AllPasses.Any(pass => pass.ClassSums > 0))
            : GpuBlock.For(classes, shape.Pixels, logits.Class);
        var call = new GpuCall(layout, shape, block)
        {
            Logits = logits,
            Target = batch.TargetStrides ?? TargetStrides(hasLabels, shape, batch.Grid.IsSampled ? batch.Grid.TargetPixels : shape.Pixels),
            Grid = batch.Grid,
            Dimensions = loss.Definition.Dimensions,
            IsDouble = batch.LogitElement == LogitElement.Double,
        };
        if (layout.Sorts)
            sorting.Compile(call.IsDouble);
        if (layout.Passes.Any(pass => pass.Steps.Length > 0))
            steps.Compile(call.IsDouble);
        return new(kernels, Module(kernels, layout, batch, block), call);
    }

    private static void CheckGrid(GpuBatch batch)
    {
        (LabelGrid grid, LossShape shape) = (batch.Grid, batch.Shape);
        bool isOwn = shape.Dimensions == 1 ? shape.Pixels == (long)grid.Depth * grid.Height * grid.Width
            : (grid.Depth, grid.Height, grid.Width) == (shape.Depth, shape.Height, shape.Width);
        if (!grid.IsSampled || isOwn)
            return;
        throw new ArgumentException(
            $"The grid is one over pixels of {grid.Depth} x {grid.Height} x {grid.Width} and the shape has {shape.Depth} x {shape.Height} x {shape.Width}; make it from the extents of the logits and those of the target.",
            nameof(batch));
    }

    private GpuStrides TargetStrides(bool hasLabels, LossShape shape, long pixels)
    {
        if (hasLabels)
            return new(pixels, 0, 1);
        int channels = shape.Classes + (loss.Definition.DropLastTargetChannel ? 1 : 0);
        return loss.Definition.TargetClassAxis == ClassAxis.Last ? GpuStrides.ClassesLast(channels, pixels)
            : GpuStrides.ClassesFirst(channels, pixels);
    }

    private void Pass(GpuModule module, GpuCall call, PassLayout pass, int statistics, GpuBatch batch, in Places places)
    {
        arguments.Clear().Add(batch.Logits).Add(batch.Target).Add(constants.Address).Add(partials.Address).Add(places.Fault)
            .Add(places.Gradient).Add(pass.WritesElements ? places.Value : 0).Add(places.Upstream)
            .Add(call.Shape(pass, places.Strides ?? call.Logits));
        foreach (nint input in batch.Inputs)
            arguments.Add(input);
        if (call.Stores)
            arguments.Add(places.Sums).Add(scratch.Address);
        device.Launch(module, "pass" + Text(pass.Id), call.Blocks, call.Block.Threads, arguments);
        if (statistics < 0)
            return;
        int count = pass.SumLength(call.Classes);
        if (count > 0)
        {
            arguments.Clear().Add(partials.Address).Add(places.Sums).Add(call.Reduction(pass, statistics));
            device.Launch(module, "reduce", count * call.Kept, call.Block.Threads, arguments);
        }
    }

    // What a pass stored is sorted and summed up, and other steps follow.
    private void Steps(GpuCall call, KernelLayout layout, PassLayout pass, nint sums)
    {
        GpuMap Map(int place) => call.Map(place, sums, scratch.Address);
        foreach (SortLayout sort in pass.Sorts)
            sorting.Run(call, sort, Map);
        steps.Run(call, layout, pass, Map);
    }

    private void Scalars(GpuModule module, GpuKernels kernels, GpuCall call, int stage, bool hasGradient, in Places places)
    {
        bool hasSlopes = hasGradient && kernels.GradientStages.Contains(stage);
        if (!hasSlopes && !kernels.ValueStages.Contains(stage))
            return;
        Section(module, (hasSlopes ? "slopes" : "scalars") + Text(stage), call, places);
    }

    private void Section(GpuModule module, string kernel, GpuCall call, in Places places)
    {
        arguments.Clear().Add(places.Sums).Add(constants.Address).Add(slots.Address).Add(places.Value).Add(parameters.Address)
            .Add(places.Upstream)
            .Add(places.Fault).Add(call.Section(places.Scale, places.Weight, places.Adds));
        device.Launch(module, kernel, 1, call.Block.Threads, arguments);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Memory of the size that the call needs where the caller has none, and the parameters.
    private void Prepare(GpuCall call, ref Places places, double[]? given, Part part)
    {
        partials.Grow(call.PartialBytes);
        constants.Grow(call.ConstantBytes);
        slots.Grow(call.SlotBytes);
        if (call.Stores)
            scratch.Grow(call.ScratchBytes);
        if (places.Sums == 0)
        {
            sums.Grow(call.SumBytes);
            places.Sums = sums.Address;
        }

        if (part == Part.Gradient)
        {
            // The scalar section writes the value again, which nobody reads.
            unread.Grow(call.ValueBytes);
            places.Value = unread.Address;
        }

        bool isNew = places.Fault == 0 && fault.Address == 0;
        if (places.Fault == 0)
        {
            fault.Grow(sizeof(int));
            places.Fault = fault.Address;
        }

        // A backward pass leaves what the last value found, and a further level what those before it did.
        if ((part != Part.Gradient && !places.Adds) || isNew)
            device.Clear(places.Fault, sizeof(int));
        int count = loss.ParameterCount(call.Classes);
        if (parameters.Address == 0 || sent.Length != count)
        {
            parameters.Grow(sizeof(double) * Math.Max(1L, count));
            sent = new double[count];
            sent.AsSpan().Fill(double.NaN);
        }

        if (given is not null && given.Length != count)
            throw new ArgumentException($"{given.Length} parameters were given and {loss.Definition.Name} has {count}.", "parameters");
        double[] now = given ?? new double[count];
        if (given is null)
            loss.WriteParameters(now, call.Classes);
        if (now.AsSpan().SequenceEqual(sent))
            return;
        device.Write(parameters.Address, (ReadOnlySpan<double>)now);
        now.CopyTo(sent, 0);
    }

    private GpuModule Module(GpuKernels kernels, KernelLayout layout, GpuBatch batch, GpuBlock block)
    {
        // What else the macros say follows from the loss and the kind of target.
        var key = (block.Held > 0 ? 0 : batch.Shape.Classes, block, batch.LogitElement, batch.TargetElement, batch.Grid.IsSampled);
        if (modules.TryGetValue(key, out GpuModule? known))
            return known;
        List<string> defines = GpuDefines.Of(loss.Definition, layout, batch.Shape.Classes, block, batch.LogitElement, batch.TargetElement,
            batch.Grid.IsSampled);
        return modules[key] = device.Compile(GpuKernels.Prelude + kernels.Text, defines);
    }

    // The kernels of a call, compiled, and what follows from its extents.
    private readonly record struct Opened(GpuKernels Kernels, GpuModule Module, GpuCall Call);

    // What a call computes: the gradient alone follows a value whose sums are kept.
    private enum Part
    {
        Value,
        Both,
        Gradient,
    }

    // The caller's memory, and the evaluator's own where the caller has none.
    private record struct Places
    {
        public Places()
        {
        }

        public nint Value { get; set; }

        public nint Sums { get; set; }

        public nint Fault { get; set; }

        public nint Components { get; init; }

        public nint Gradient { get; init; }

        public GpuStrides? Strides { get; init; }

        public nint Upstream { get; init; }

        public double Scale { get; init; } = 1;

        // The value counts so much, in a sum that others may have begun.
        public double Weight { get; init; } = 1;

        public bool Adds { get; init; }
    }
}
