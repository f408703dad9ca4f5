using System.Globalization;
using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Gpu;

/// <summary>
/// Runs a loss on a device: kernels are asked for and nothing waits; value and gradient are in the device's memory when what is asked for
/// after them runs. Sums are added up in a fixed order, so that every call gives the same bits. Used by one thread at a time.
/// </summary>
public sealed class GpuEvaluator : IDisposable
{
    private readonly IGpuLoss loss;
    private readonly GpuDevice device;
    private readonly GpuArguments arguments = new();
    private readonly Dictionary<(int Classes, GpuBlock Block, LogitElement Logits, TargetElement Target), GpuModule> modules = [];
    private readonly GpuScratch partials, constants, slots, parameters, sums, fault, unread;
    private readonly GpuSorting sorting;
    private double[] sent = [];

    /// <summary>Prepares nothing yet: kernels are compiled in the first call for a number of classes and a layout.</summary>
    /// <param name="loss">A declared loss of a project with <c>LossGenGpu</c>.</param>
    /// <param name="device">The device, which outlives the evaluator.</param>
    /// <exception cref="NotSupportedException">The loss has no kernels: its project does not ask for them, or it cannot have any.</exception>
    public GpuEvaluator(ILoss loss, GpuDevice device)
        : this(loss, device, (device ?? throw new ArgumentNullException(nameof(device))).Allocate, device.Free)
    {
    }

    /// <summary>As the other, with memory of somebody else for what a call needs beside value and gradient, such as a pool that frees nothing.</summary>
    /// <param name="loss">A declared loss of a project with <c>LossGenGpu</c>.</param>
    /// <param name="device">The device, which outlives the evaluator.</param>
    /// <param name="allocate">Memory of that many bytes, aligned as <see cref="GpuDevice.Allocate"/> aligns it.</param>
    /// <param name="free">Takes it back, while what was asked for before may not have run yet.</param>
    /// <exception cref="NotSupportedException">The loss has no kernels: its project does not ask for them, or it cannot have any.</exception>
    public GpuEvaluator(ILoss loss, GpuDevice device, Func<long, nint> allocate, Action<nint> free)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(allocate);
        ArgumentNullException.ThrowIfNull(free);
        if (WhyNot(loss) is { } reason)
            throw new NotSupportedException($"{loss.Definition.Name} has no kernels for GPUs: {reason}.");
        this.loss = (IGpuLoss)loss;
        this.device = device;
        (partials, constants, slots, parameters, sums, fault, unread) = (New(), New(), New(), New(), New(), New(), New());
        sorting = new GpuSorting(device, arguments, allocate, free);
        GpuScratch New() => new(allocate, free);
    }

    internal long MostSortedPixels
    {
        get => sorting.MostPixels;
        init => sorting.MostPixels = value;
    }

    /// <summary>Why a loss cannot run on a device; null where it can.</summary>
    /// <param name="loss">A declared loss.</param>
    public static string? WhyNot(ILoss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (loss is not IGpuLoss own)
            return "its project does not ask for them; set the property LossGenGpu to true";
        if (loss.Definition.Resize != Resize.None)
            return "it resizes its logits; resize them before";
        return (own.Kernels(dense: false) ?? own.Kernels(dense: true))!.Reason;
    }

    /// <summary>The value of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="value">
    /// Receives the value, a double; with <see cref="Reduction.None"/> what remains, (N, C, S) without the axes that are gone: double
    /// where the logits are, else float. NaN after a label that there is no class for.
    /// </param>
    public void Evaluate(GpuBatch batch, nint value) => Run(Part.Value, batch, new() { Value = value }, null);

    /// <summary>The value and the gradient of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="value">As for <see cref="Evaluate"/>.</param>
    /// <param name="gradient">Receives the gradient at each logit: of the logits' type.</param>
    /// <param name="gradientStrides">Where the gradient of an image, class and pixel lies; by default where its logit does.</param>
    /// <param name="upstream">
    /// The gradient that arrives: one number, or one for each that remains with <see cref="Reduction.None"/>; double where the logits
    /// are, else float. 0 stands for ones.
    /// </param>
    /// <param name="scale">A number that the gradient is multiplied by.</param>
    public void EvaluateWithGradient(GpuBatch batch, nint value, nint gradient, GpuStrides? gradientStrides = null, nint upstream = 0, double scale = 1)
    {
        GradientAt(gradient);
        CallRules.Upstream(scale);
        Run(Part.Both, batch, new() { Value = value, Gradient = gradient, Strides = gradientStrides, Upstream = upstream, Scale = scale }, null);
    }

    /// <summary>
    /// Compiles the kernels for a batch, where that has not happened: only its extents, types and strides are asked. Every call does so
    /// itself; this tells apart what the compiler refuses from what fails later.
    /// </summary>
    /// <param name="batch">The batch; its addresses may be 0.</param>
    /// <exception cref="GpuException">The compiler refused the text.</exception>
    public void Compile(GpuBatch batch) => Open(batch);

    /// <summary>
    /// How many doubles <see cref="Forward"/> leaves for <see cref="Backward"/>: a few for each class, or for each class and image; where the
    /// loss sorts pixels, its running sums besides, each a number of the pixels' type a pixel, or a pixel and class.
    /// </summary>
    /// <param name="batch">The batch; its addresses may be 0.</param>
    public long SumLength(GpuBatch batch) => Open(batch).Call.SumBytes / sizeof(double);

    /// <summary>The value, and what a later <see cref="Backward"/> needs so that it does not compute the value again.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="value">As for <see cref="Evaluate"/>.</param>
    /// <param name="sums">Receives the sums over the pixels, and running sums: <see cref="SumLength"/> doubles, the caller's until the backward pass has run.</param>
    /// <param name="fault">
    /// An int that becomes 1 where the target is faulty, else 0; with 0 for its address the evaluator's own, which
    /// <see cref="ThrowIfFault"/> reads.
    /// </param>
    /// <param name="parameters">The run-time parameters as <see cref="ILoss.WriteParameters"/> gives them; null for those of now.</param>
    public void Forward(GpuBatch batch, nint value, nint sums, nint fault = 0, double[]? parameters = null)
    {
        SumsAt(sums);
        Run(Part.Value, batch, new() { Value = value, Sums = sums, Fault = fault }, parameters);
    }

    /// <summary>
    /// The gradient of a batch whose value <see cref="Forward"/> computed: the bits that <see cref="EvaluateWithGradient"/> gives, or, where
    /// that writes the gradient in the pass of the value, numbers rounded as closely. May be called more than once.
    /// </summary>
    /// <param name="batch">The same numbers as in the forward pass.</param>
    /// <param name="sums">What that left.</param>
    /// <param name="gradient">Receives the gradient at each logit: of the logits' type.</param>
    /// <param name="gradientStrides">Where the gradient of an image, class and pixel lies; by default where its logit does.</param>
    /// <param name="upstream">As for <see cref="EvaluateWithGradient"/>.</param>
    /// <param name="scale">A number that the gradient is multiplied by.</param>
    /// <param name="parameters">Those of the forward pass; null for those of now.</param>
    public void Backward(
        GpuBatch batch, nint sums, nint gradient, GpuStrides? gradientStrides = null, nint upstream = 0, double scale = 1, double[]? parameters = null)
    {
        SumsAt(sums);
        GradientAt(gradient);
        CallRules.Upstream(scale);
        Run(Part.Gradient, batch, new() { Sums = sums, Gradient = gradient, Strides = gradientStrides, Upstream = upstream, Scale = scale }, parameters);
    }

    /// <summary>Waits, and says what is wrong with the target of the last call, if anything is.</summary>
    /// <exception cref="ArgumentException">It had a label that there is no class for, or a dense target of numbers that are no probabilities.</exception>
    public void ThrowIfFault()
    {
        Span<int> found = [0];
        if (fault.Address != 0)
            device.Read(fault.Address, found);
        if (found[0] == 0)
            return;
        throw new ArgumentException(
            $"The target of {loss.Definition.Name} has a label that there is no class for, or, where it is dense, a number that is no probability: labels are "
                + $"from 0 to C - 1{CallRules.OrIgnored(loss.Definition)}, "
                + "dense targets from 0 to 1.",
            "target");
    }

    /// <summary>Gives the evaluator's memory back. What was asked for before still runs.</summary>
    public void Dispose()
    {
        foreach (GpuScratch memory in (GpuScratch[])[partials, constants, slots, parameters, sums, fault, unread])
            memory.Dispose();
        sorting.Dispose();
    }

    private static void GradientAt(nint gradient)
    {
        if (gradient == 0)
            throw new ArgumentException("The address of the gradient is 0.", nameof(gradient));
    }

    private static void SumsAt(nint sums)
    {
        if (sums == 0)
            throw new ArgumentException("The address of the sums is 0; a forward pass needs memory for them, and its backward pass the same.", nameof(sums));
    }

    private void Run(Part part, GpuBatch batch, Places places, double[]? given)
    {
        (GpuKernels kernels, GpuModule module, GpuCall call) = Open(batch);
        KernelLayout layout = kernels.Layout!;
        bool hasGradient = part != Part.Value, isFused = part == Part.Both && layout.Fused is not null;
        Prepare(call, ref places, given, part);
        int last = hasGradient ? layout.Passes.Length : layout.ValueStage;

        // Behind the value the sums are there, up to those that only the gradient asks for.
        int known = part == Part.Gradient ? layout.ValueStage : 0;
        for (int stage = 0; stage <= last; stage++)
        {
            Scalars(module, kernels, call, stage, hasGradient, places);
            if (stage >= known && stage < last)
                Pass(module, call, isFused ? layout.Fused! : layout.Passes[stage], stage, batch, places);
            if (part != Part.Gradient && stage == layout.ValueStage && layout.Elements is { } elements)
                Pass(module, call, elements, -1, batch, places);
        }

        if (hasGradient && !isFused)
            Pass(module, call, layout.Gradient, -1, batch, places);
    }

    // Checked and compiled.
    private (GpuKernels Kernels, GpuModule Module, GpuCall Call) Open(GpuBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        LossShape shape = batch.Shape;
        CallChecks.Shape(loss.Definition, shape);
        bool hasLabels = batch.TargetElement <= TargetElement.Int64;
        CallChecks.Kind(loss.Definition, hasLabels);
        GpuKernels kernels = loss.Kernels(!hasLabels)!;
        KernelLayout layout = kernels.Layout!;
        if (batch.Inputs.Count != loss.Definition.Inputs.Count)
        {
            throw new ArgumentException(
                $"The batch has {batch.Inputs.Count} inputs and {loss.Definition.Name} takes {loss.Definition.Inputs.Count}: "
                    + $"{string.Join(", ", loss.Definition.Inputs.Select(input => input.Name))}.",
                nameof(batch));
        }

        int classes = shape.Classes;
        GpuStrides logits = batch.LogitStrides ?? (shape.ClassesLast ? GpuStrides.ClassesLast(classes, shape.Pixels) : GpuStrides.ClassesFirst(classes, shape.Pixels));
        var block = GpuBlock.For(classes, shape.Pixels, logits.Class);
        var call = new GpuCall(layout, shape, block)
        {
            Logits = logits,
            Target = batch.TargetStrides ?? TargetStrides(hasLabels, shape),
            IsDouble = batch.LogitElement == LogitElement.Double,
        };
        if (layout.RunningSums.Length > 0)
            sorting.Compile(call.IsDouble);
        return (kernels, Module(kernels, layout, batch, block), call);
    }

    private GpuStrides TargetStrides(bool hasLabels, LossShape shape)
    {
        if (hasLabels)
            return new(shape.Pixels, 0, 1);
        int channels = shape.Classes + (loss.Definition.DropLastTargetChannel ? 1 : 0);
        return loss.Definition.TargetClassAxis == ClassAxis.Last ? GpuStrides.ClassesLast(channels, shape.Pixels) : GpuStrides.ClassesFirst(channels, shape.Pixels);
    }

    private void Pass(GpuModule module, GpuCall call, PassLayout pass, int statistics, GpuBatch batch, in Places places)
    {
        arguments.Clear().Add(batch.Logits).Add(batch.Target).Add(constants.Address).Add(partials.Address).Add(places.Fault)
            .Add(places.Gradient).Add(pass.WritesElements ? places.Value : 0).Add(places.Upstream).Add(call.Shape(pass, places.Strides ?? call.Logits));
        foreach (nint input in batch.Inputs)
            arguments.Add(input);
        if (call.RunningSums.Length > 0)
            arguments.Add(places.Sums).Add(sorting.Keys.Address);
        device.Launch(module, "pass" + pass.Id.ToString(CultureInfo.InvariantCulture), call.Blocks, call.Block.Threads, arguments);
        if (statistics < 0)
            return;
        int count = pass.SumLength(call.Classes);
        if (count > 0)
        {
            arguments.Clear().Add(partials.Address).Add(places.Sums).Add(call.Reduction(pass, statistics));
            device.Launch(module, "reduce", count * call.Kept, call.Block.Threads, arguments);
        }

        for (int k = 0; k < call.RunningSums.Length; k++)
        {
            if ((pass.Stores & (1 << k)) != 0 && call.RunningSums[k].HasOwnKeys)
                sorting.Run(call, k, places.Sums);
        }
    }

    private void Scalars(GpuModule module, GpuKernels kernels, GpuCall call, int stage, bool hasGradient, in Places places)
    {
        bool hasSlopes = hasGradient && ((kernels.GradientStages >> stage) & 1) != 0;
        if (!hasSlopes && ((kernels.ValueStages >> stage) & 1) == 0)
            return;
        arguments.Clear().Add(places.Sums).Add(constants.Address).Add(slots.Address).Add(places.Value).Add(parameters.Address).Add(places.Upstream)
            .Add(places.Fault).Add(call.Section(places.Scale));
        device.Launch(module, (hasSlopes ? "slopes" : "scalars") + stage.ToString(CultureInfo.InvariantCulture), 1, call.Block.Threads, arguments);
    }

    // Memory of the size that the call needs where the caller has none, and the parameters.
    private void Prepare(GpuCall call, ref Places places, double[]? given, Part part)
    {
        partials.Grow(call.PartialBytes);
        constants.Grow(call.ConstantBytes);
        slots.Grow(call.SlotBytes);
        if (call.RunningSums.Length > 0)
            sorting.Keys.Grow(call.KeyBytes);
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

        // A backward pass leaves what the last value found.
        if (part != Part.Gradient || isNew)
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
        var key = (batch.Shape.Classes, block, batch.LogitElement, batch.TargetElement);
        if (modules.TryGetValue(key, out GpuModule? known))
            return known;
        List<string> defines = Defines(loss.Definition, layout, batch.Shape.Classes, block, batch.LogitElement, batch.TargetElement);
        return modules[key] = device.Compile(GpuKernels.Prelude + kernels.Text, defines);
    }

    /// <summary>The macros that a text is compiled with.</summary>
    internal static List<string> Defines(LossDefinition definition, KernelLayout layout, int classes, GpuBlock block, LogitElement logits, TargetElement target)
    {
        bool hasLabels = target <= TargetElement.Int64;
        var defines = new List<string>
        {
            Define("CLASSES", classes), Define("PIXELS", block.Pixels), Define("GROUPS", block.Groups), Define("ROWS", block.Rows),
            Define("LOGIT_TYPE", (int)logits), Define("TARGET_TYPE", TargetType(target)),
            Define("VALUE_TYPE", layout.ElementAxes == ElementAxes.None || logits == LogitElement.Double ? 1 : 0),
        };
        if (layout.PerImage)
            defines.Add("PER_IMAGE=1");
        if (!hasLabels)
            defines.Add("DENSE=1");
        if (definition.IgnoreIndex is { } ignored)
            defines.Add($"IGNORED={(ignored < 0 ? $"({Text(ignored)})" : Text(ignored))}");
        if (definition.OtherIgnoreIndices.Count > 0)
            defines.Add("OTHER_IGNORED=" + string.Join(',', definition.OtherIgnoreIndices.Select(Text)));
        if (hasLabels && definition.IsSingleForeground(classes))
            defines.Add("SINGLE=1");
        if (definition.UnitTarget && !hasLabels)
            defines.Add("UNIT=1");
        if (layout.Passes.Any(pass => pass.HasMaxima))
            defines.Add("EXACT=1");
        return defines;

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
        static string Define(string name, int number) => name + "=" + Text(number);
    }

    // As the prelude counts them.
    private static int TargetType(TargetElement element) => element switch
    {
        TargetElement.Byte or TargetElement.Boolean => 7,
        TargetElement.SByte => 8,
        TargetElement.Int16 => 6,
        TargetElement.UInt16 => 9,
        TargetElement.Int32 => 5,
        TargetElement.Int64 => 4,
        TargetElement.Double => 1,
        _ => 0,
    };

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

        public nint Gradient { get; init; }

        public GpuStrides? Strides { get; init; }

        public nint Upstream { get; init; }

        public double Scale { get; init; } = 1;
    }
}
