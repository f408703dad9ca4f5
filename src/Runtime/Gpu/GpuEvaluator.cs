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
    private readonly Dictionary<string, GpuModule> modules = [];

    private GpuMemory partials, constants, slots, parameters, sums, fault;
    private double[] sent = [];

    /// <summary>Prepares nothing yet: kernels are compiled in the first call for a number of classes and a layout.</summary>
    /// <param name="loss">A declared loss of a project with <c>LossGenGpu</c>.</param>
    /// <param name="device">The device, which outlives the evaluator.</param>
    /// <exception cref="NotSupportedException">The loss has no kernels: its project does not ask for them, or it cannot have any.</exception>
    public GpuEvaluator(ILoss loss, GpuDevice device)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(device);
        if (WhyNot(loss) is { } reason)
            throw new NotSupportedException($"{loss.Definition.Name} has no kernels for GPUs: {reason}.");
        this.loss = (IGpuLoss)loss;
        this.device = device;
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
    public void Evaluate(GpuBatch batch, nint value) => Run(batch, value, 0, null, 0, 1);

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
        if (gradient == 0)
            throw new ArgumentException("The address of the gradient is 0.", nameof(gradient));
        CallRules.Upstream(scale);
        Run(batch, value, gradient, gradientStrides, upstream, scale);
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
                + $"from 0 to C - 1{(loss.Definition.IgnoreIndex is { } ignored ? string.Create(CultureInfo.InvariantCulture, $" or {ignored}") : "")}, "
                + "dense targets from 0 to 1.",
            "target");
    }

    /// <summary>Gives the evaluator's memory back. What was asked for before still runs.</summary>
    public void Dispose()
    {
        foreach (GpuMemory memory in (GpuMemory[])[partials, constants, slots, parameters, sums, fault])
        {
            if (memory.Address != 0)
                device.Free(memory.Address);
        }

        partials = constants = slots = parameters = sums = fault = default;
    }

    private void Run(GpuBatch batch, nint value, nint gradient, GpuStrides? gradientStrides, nint upstream, double scale)
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
        GpuModule module = Module(kernels, layout, batch, block);
        var call = new GpuCall(layout, shape, block)
        {
            Logits = logits,
            Target = batch.TargetStrides ?? TargetStrides(hasLabels, shape),
            Gradient = gradientStrides ?? logits,
        };
        Prepare(call);
        bool hasGradient = gradient != 0;
        bool isFused = hasGradient && layout.Fused is not null;
        int last = hasGradient ? layout.Passes.Length : layout.ValueStage;
        for (int stage = 0; stage <= last; stage++)
        {
            Scalars(module, kernels, call, stage, hasGradient, value, upstream, scale);
            if (stage < last)
                Pass(module, call, isFused ? layout.Fused! : layout.Passes[stage], stage, batch, gradient, value, upstream);
            if (stage == layout.ValueStage && layout.Elements is { } elements)
                Pass(module, call, elements, -1, batch, gradient, value, upstream);
        }

        if (hasGradient && !isFused)
            Pass(module, call, layout.Gradient, -1, batch, gradient, value, upstream);
    }

    private GpuStrides TargetStrides(bool hasLabels, LossShape shape)
    {
        if (hasLabels)
            return new(shape.Pixels, 0, 1);
        int channels = shape.Classes + (loss.Definition.DropLastTargetChannel ? 1 : 0);
        return loss.Definition.TargetClassAxis == ClassAxis.Last ? GpuStrides.ClassesLast(channels, shape.Pixels) : GpuStrides.ClassesFirst(channels, shape.Pixels);
    }

    private void Pass(GpuModule module, GpuCall call, PassLayout pass, int statistics, GpuBatch batch, nint gradient, nint value, nint upstream)
    {
        arguments.Clear().Add(batch.Logits).Add(batch.Target).Add(constants.Address).Add(partials.Address).Add(fault.Address)
            .Add(gradient).Add(pass.WritesElements ? value : 0).Add(upstream).Add(call.Shape(pass));
        foreach (nint input in batch.Inputs)
            arguments.Add(input);
        device.Launch(module, "pass" + pass.Id.ToString(CultureInfo.InvariantCulture), call.Blocks, call.Block.Threads, arguments);
        int count = pass.SumLength(call.Classes);
        if (statistics < 0 || count == 0)
            return;
        arguments.Clear().Add(partials.Address).Add(sums.Address).Add(call.Reduction(pass, statistics));
        device.Launch(module, "reduce", count * call.Kept, call.Block.Threads, arguments);
    }

    private void Scalars(GpuModule module, GpuKernels kernels, GpuCall call, int stage, bool hasGradient, nint value, nint upstream, double scale)
    {
        bool hasSlopes = hasGradient && ((kernels.GradientStages >> stage) & 1) != 0;
        if (!hasSlopes && ((kernels.ValueStages >> stage) & 1) == 0)
            return;
        arguments.Clear().Add(sums.Address).Add(constants.Address).Add(slots.Address).Add(value).Add(parameters.Address).Add(upstream).Add(fault.Address)
            .Add(call.Section(scale));
        device.Launch(module, (hasSlopes ? "slopes" : "scalars") + stage.ToString(CultureInfo.InvariantCulture), 1, call.Block.Threads, arguments);
    }

    // Memory of the size that the call needs, and the parameters as they are now.
    private void Prepare(GpuCall call)
    {
        Grow(ref partials, call.PartialBytes);
        Grow(ref constants, call.ConstantBytes);
        Grow(ref slots, call.SlotBytes);
        Grow(ref sums, call.SumBytes);
        Grow(ref fault, sizeof(int));
        device.Clear(fault.Address, sizeof(int));
        int count = loss.ParameterCount(call.Classes);
        if (parameters.Address == 0 || sent.Length != count)
        {
            Grow(ref parameters, sizeof(double) * Math.Max(1L, count));
            sent = new double[count];
            sent.AsSpan().Fill(double.NaN);
        }

        var now = new double[count];
        loss.WriteParameters(now, call.Classes);
        if (now.AsSpan().SequenceEqual(sent))
            return;
        now.CopyTo(sent, 0);
        device.Write(parameters.Address, (ReadOnlySpan<double>)now);
    }

    private void Grow(ref GpuMemory memory, long bytes)
    {
        if (memory.Bytes >= bytes)
            return;
        if (memory.Address != 0)
            device.Free(memory.Address);
        memory = default;
        memory = new(device.Allocate(bytes), bytes);
    }

    private GpuModule Module(GpuKernels kernels, KernelLayout layout, GpuBatch batch, GpuBlock block)
    {
        List<string> defines = Defines(loss.Definition, layout, batch.Shape.Classes, block, batch.LogitElement, batch.TargetElement);
        string key = string.Join(' ', defines);
        if (modules.TryGetValue(key, out GpuModule? known))
            return known;
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

    private readonly record struct GpuMemory(nint Address, long Bytes);
}
