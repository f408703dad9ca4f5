using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Gpu;

/// <summary>
/// Runs a loss on a device: kernels are asked for and nothing waits; value and gradient are in the device's memory when what is asked for
/// after them runs. Sums are added up in a fixed order, so that every call gives the same bits. Used by one thread at a time.
/// </summary>
public sealed partial class GpuEvaluator : IDisposable
{
    private readonly IGpuLoss loss;
    private readonly GpuDevice device;
    private readonly GpuArguments arguments = new();
    private readonly Dictionary<(int Classes, GpuBlock Block, LogitElement Logits, TargetElement Target, bool IsSampled),
        GpuModule> modules = [];
    private readonly GpuScratch partials, constants, slots, parameters, sums, fault, unread, scratch;
    private readonly GpuSorting sorting;
    private readonly GpuSteps steps;
    private readonly GpuResizing resizing;
    private readonly GpuPairs pairing;
    private double[] sent = [];

    /// <summary>Prepares nothing yet: kernels are compiled in the first call for a number of classes and a layout.</summary>
    /// <param name="loss">A declared loss of a project with <c>LossGenGpu</c>.</param>
    /// <param name="device">The device, which outlives the evaluator.</param>
    /// <exception cref="NotSupportedException">The loss has no kernels: its project does not ask for them.</exception>
    public GpuEvaluator(ILoss loss, GpuDevice device)
        : this(loss, device, (device ?? throw new ArgumentNullException(nameof(device))).Allocate, device.Free)
    {
    }

    /// <summary>
    /// As the other, with memory of somebody else for what a call needs beside value and gradient, such as a pool that frees nothing.
    /// </summary>
    /// <param name="loss">A declared loss of a project with <c>LossGenGpu</c>.</param>
    /// <param name="device">The device, which outlives the evaluator.</param>
    /// <param name="allocate">Memory of that many bytes, aligned as <see cref="GpuDevice.Allocate"/> aligns it.</param>
    /// <param name="free">Takes it back, while what was asked for before may not have run yet.</param>
    /// <exception cref="NotSupportedException">The loss has no kernels: its project does not ask for them.</exception>
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
        (partials, constants, slots, parameters, sums, fault, unread, scratch) = (New(), New(), New(), New(), New(), New(), New(), New());
        sorting = new GpuSorting(device, arguments, allocate, free);
        steps = new GpuSteps(device, arguments, allocate, free);
        resizing = new GpuResizing(device, arguments, allocate, free);
        pairing = new GpuPairs(device, arguments, allocate, free);
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
        return loss is IGpuLoss ? null : "its project does not ask for them; set the property LossGenGpu to true";
    }

    /// <summary>The value of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="value">
    /// Receives the value, a double; with <see cref="Reduction.None"/> what remains, (N, C, S) without the axes that are gone: double
    /// where the logits are, else float. NaN after a label that there is no class for.
    /// </param>
    /// <param name="components">
    /// Receives the terms' shares, <see cref="ComponentLength"/> doubles, for <see cref="ReadComponents"/>; 0 where nobody asks.
    /// </param>
    public void Evaluate(GpuBatch batch, nint value, nint components = 0) =>
        Run(Part.Value, batch, new() { Value = value, Components = components }, null);

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
    /// <param name="components">As for <see cref="Evaluate"/>.</param>
    public void EvaluateWithGradient(
        GpuBatch batch, nint value, nint gradient, GpuStrides? gradientStrides = null, nint upstream = 0, double scale = 1,
            nint components = 0)
    {
        GradientAt(gradient);
        CallRules.Upstream(scale);
        Run(Part.Both, batch, new()
        {
            Value = value,
            Gradient = gradient,
            Strides = gradientStrides,
            Upstream = upstream,
            Scale = scale,
            Components = components
        }, null);
    }

    /// <summary>
    /// Compiles the kernels for a batch, where that has not happened: only its extents, types and strides are asked. Every call does so
    /// itself; this tells apart what the compiler refuses from what fails later.
    /// </summary>
    /// <param name="batch">The batch; its addresses may be 0.</param>
    /// <exception cref="GpuException">The compiler refused the text.</exception>
    public void Compile(GpuBatch batch)
    {
        Open(batch);
        if (batch.Shape.IsResized)
            resizing.Compile(batch.LogitElement);
        if (loss.Definition.Pairs != Pairs.None)
            pairing.Compile(batch.LogitElement);
    }

    /// <summary>
    /// How many doubles <see cref="Forward"/> leaves for <see cref="Backward"/>: a few for each class, or for each class and image; where
    /// the loss sorts pixels or looks around, the maps besides that the gradient reads, such as running sums, each a number of the pixels'
    /// type a pixel, or a pixel and class.
    /// </summary>
    /// <param name="batch">The batch; its addresses may be 0.</param>
    public long SumLength(GpuBatch batch) => Open(batch).Call.SumBytes / sizeof(double);

    /// <summary>The value, and what a later <see cref="Backward"/> needs so that it does not compute the value again.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="value">As for <see cref="Evaluate"/>.</param>
    /// <param name="sums">
    /// Receives the sums over the pixels, and maps: <see cref="SumLength"/> doubles, the caller's until the backward pass has run.
    /// </param>
    /// <param name="fault">
    /// An int that becomes 1 where the target is faulty, else 0; with 0 for its address the evaluator's own, which
    /// <see cref="ThrowIfFault"/> reads.
    /// </param>
    /// <param name="parameters">The run-time parameters as <see cref="ILoss.WriteParameters"/> gives them; null for those of now.</param>
    /// <param name="components">As for <see cref="Evaluate"/>.</param>
    public void Forward(GpuBatch batch, nint value, nint sums, nint fault = 0, double[]? parameters = null, nint components = 0)
    {
        SumsAt(sums);
        Run(Part.Value, batch, new() { Value = value, Sums = sums, Fault = fault, Components = components }, parameters);
    }

    /// <summary>
    /// The gradient of a batch whose value <see cref="Forward"/> computed: the bits that <see cref="EvaluateWithGradient"/> gives, or,
    /// where that writes the gradient in the pass of the value, numbers rounded as closely. May be called more than once.
    /// </summary>
    /// <param name="batch">The same numbers as in the forward pass.</param>
    /// <param name="sums">What that left.</param>
    /// <param name="gradient">Receives the gradient at each logit: of the logits' type.</param>
    /// <param name="gradientStrides">Where the gradient of an image, class and pixel lies; by default where its logit does.</param>
    /// <param name="upstream">As for <see cref="EvaluateWithGradient"/>.</param>
    /// <param name="scale">A number that the gradient is multiplied by.</param>
    /// <param name="parameters">Those of the forward pass; null for those of now.</param>
    public void Backward(
        GpuBatch batch, nint sums, nint gradient, GpuStrides? gradientStrides = null, nint upstream = 0, double scale = 1,
            double[]? parameters = null)
    {
        SumsAt(sums);
        GradientAt(gradient);
        CallRules.Upstream(scale);
        Run(Part.Gradient, batch, new() { Sums = sums, Gradient = gradient, Strides = gradientStrides, Upstream = upstream, Scale = scale },
            parameters);
    }

    /// <summary>
    /// How many doubles a call leaves for <see cref="LossComponents"/>: the share of each term, and the classes of each term that has them.
    /// </summary>
    /// <param name="classes">C, the number of classes.</param>
    public int ComponentLength(int classes) => LossComponents.Length(loss.Definition, classes);

    /// <summary>
    /// Has components read what a call left, when somebody asks them: that waits for the device. The memory is read until the next call
    /// that they are passed to.
    /// </summary>
    /// <param name="components">From the loss.</param>
    /// <param name="classes">C, the number of classes of the call.</param>
    /// <param name="memory">What the call was given for them.</param>
    public void ReadComponents(LossComponents components, int classes, nint memory)
    {
        ArgumentNullException.ThrowIfNull(components);
        components.Defer(loss, classes, values => device.Read(memory, values.AsSpan()));
    }

    /// <summary>Waits, and says what is wrong with the target of the last call, if anything is.</summary>
    /// <exception cref="ArgumentException">
    /// It had a label that there is no class for, or a dense target of numbers that are no probabilities.
    /// </exception>
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
        foreach (GpuScratch memory in (GpuScratch[])[partials, constants, slots, parameters, sums, fault, unread, scratch])
            memory.Dispose();
        sorting.Dispose();
        steps.Dispose();
        resizing.Dispose();
        pairing.Dispose();
    }

    private void CheckComponents(nint components)
    {
        if (components != 0 && loss.Definition.Reduction == Reduction.None)
            throw new NotSupportedException(LossComponents.NoShares(loss.Definition));
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
}
