using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LossGen.Kernels;

/// <summary>What a call computes.</summary>
public enum CpuMode
{
    /// <summary>The value; unreduced values where <see cref="CpuCall.Elements"/> is given.</summary>
    Value,

    /// <summary>The value and the gradient.</summary>
    ValueAndGradient,

    /// <summary>Adds the batch's sums to <see cref="CpuCall.Statistics"/>.</summary>
    Accumulate,

    /// <summary>The value from <see cref="CpuCall.Statistics"/>; no pixel is read.</summary>
    Finish,

    /// <summary>The gradient from <see cref="CpuCall.Statistics"/>.</summary>
    Gradient,

    /// <summary>The length of the statistics, into <see cref="CpuCall.StatisticsLength"/>.</summary>
    Measure,
}

/// <summary>The type of the logits' and the gradient's numbers.</summary>
public enum LogitElement
{
    /// <summary>Single precision.</summary>
    Single,

    /// <summary>Double precision.</summary>
    Double,

    /// <summary>IEEE half precision; computed in single.</summary>
    Half,

    /// <summary>The upper half of a single; computed in single.</summary>
    BFloat16,
}

/// <summary>The type of a target's numbers.</summary>
public enum TargetElement
{
    /// <summary>Class indices.</summary>
    Byte,

    /// <summary>Class indices.</summary>
    SByte,

    /// <summary>Class indices.</summary>
    Int16,

    /// <summary>Class indices.</summary>
    UInt16,

    /// <summary>Class indices.</summary>
    Int32,

    /// <summary>Class indices.</summary>
    Int64,

    /// <summary>Dense.</summary>
    Single,

    /// <summary>Dense.</summary>
    Double,

    /// <summary>Dense: bytes of 0 and 1.</summary>
    Boolean,
}

/// <summary>One call of a loss on the CPU: pointers to the caller's memory, which the call does not keep.</summary>
public unsafe ref struct CpuCall
{
    /// <summary>What is computed.</summary>
    public CpuMode Mode;

    /// <summary>The extents.</summary>
    public LossShape Shape;

    /// <summary>
    /// The type of logits and gradient. Unreduced values, their upstream gradient and the loss's own inputs are double where these are,
    /// else float.
    /// </summary>
    public LogitElement LogitElement;

    /// <summary>Logits: (N, C, S), the pixels adjacent; (N, S, C) with <see cref="LossShape.ClassesLast"/>.</summary>
    internal void* Logits;

    /// <summary>The target: (N, S) class indices, or dense in the declared layout.</summary>
    internal void* Target;

    /// <summary>The type of the target's numbers.</summary>
    public TargetElement TargetElement;

    /// <summary>Where the labels are of a finer grid than the logits: which of them the pixels take.</summary>
    public LabelGrid Grid;

    /// <summary>
    /// The logits of a loss of pairs are the matrix that it compares, and the target says which are pairs; otherwise they are embeddings.
    /// </summary>
    public bool IsMatrix;

    /// <summary>
    /// Of a matrix of pairs: a number for each row and class in the type that is computed in, and -1 behind them; two belong together that
    /// have the same. Negative ones take no part. Null where the target says it.
    /// </summary>
    internal void* PairCodes;

    /// <summary>A row takes part as its own partner.</summary>
    internal bool PairsWithSelf;

    /// <summary>How far apart the rows of a matrix of pairs and of its gradient lie; 0 where logits are without gaps.</summary>
    internal long RowStride;

    /// <summary>
    /// How logits of another size are resized, where that is not for the loss's definition to say, as of the outputs of deep supervision.
    /// </summary>
    public Resize Resize;

    /// <summary>The loss's own inputs in the order of its definition: (N, S) or (N, C, S).</summary>
    internal void** Inputs;

    /// <summary>Receives the gradient, laid out like the logits.</summary>
    internal void* Gradient;

    /// <summary>Receives unreduced values with a pixel axis, or is null.</summary>
    internal void* Elements;

    /// <summary>Receives unreduced values without a pixel axis, or is null.</summary>
    internal double* SmallElements;

    /// <summary>The gradient that arrives at each unreduced value with a pixel axis; null means 1.</summary>
    internal void* UpstreamElements;

    /// <summary>The gradient that arrives: one number, or one for each unreduced value without a pixel axis; null means 1.</summary>
    internal double* Upstream;

    /// <summary>Sums that the call reads, fills or adds to; null where it keeps its own.</summary>
    internal double* Statistics;

    /// <summary>The length of <see cref="Statistics"/>, from <see cref="CpuMode.Measure"/>.</summary>
    public long StatisticsLength;

    /// <summary>
    /// Memory of <see cref="KeptBytes"/> for the maps that the gradient reads: mode <see cref="CpuMode.Value"/> leaves them there, and mode
    /// <see cref="CpuMode.Gradient"/> takes them from there instead of sorting, or looking around each pixel, again. Null where a call keeps
    /// them to itself.
    /// </summary>
    internal void* Kept;

    /// <summary>The length of <see cref="Kept"/> in bytes, from <see cref="CpuMode.Measure"/>; 0 where the sums are all.</summary>
    public long KeptBytes;

    /// <summary>The axes of the value, from <see cref="CpuMode.Measure"/>.</summary>
    public ElementAxes ElementAxes;

    /// <summary>The passes that the value needs, from <see cref="CpuMode.Measure"/>.</summary>
    internal int ValuePasses;

    /// <summary><see cref="KernelLayout.CountsImages"/>, from <see cref="CpuMode.Measure"/>.</summary>
    internal bool CountsImages;

    /// <summary>Some statistics are maxima, which do not add up, from <see cref="CpuMode.Measure"/>.</summary>
    internal bool HasMaxima;

    /// <summary>
    /// The images that the scalar section counts with, where the batch comes in pieces; 0 takes them from <see cref="Shape"/>.
    /// </summary>
    internal int WholeBatch;

    /// <summary>The pixels an image that go with <see cref="WholeBatch"/>.</summary>
    internal long WholePixels;

    /// <summary>
    /// The target was checked by an earlier call and has not changed since. Otherwise mode <see cref="CpuMode.Gradient"/> reads them
    /// twice, so that a label out of range is found before anything is written.
    /// </summary>
    public bool LabelsChecked;

    /// <summary>Receives what <see cref="LossComponents"/> hands out, or is null.</summary>
    internal double* Components;

    /// <summary>The value of a reduced loss.</summary>
    public double Value;

    /// <summary>Run-time parameters; where null, the generated code sets them to the properties of the loss.</summary>
    internal double* Parameters;

    /// <summary>The run-time parameters have been set.</summary>
    public readonly bool HasParameters => Parameters is not null;

    /// <summary>The target is class indices.</summary>
    internal readonly bool HasLabels => TargetElement <= TargetElement.Int64;

    internal readonly bool WritesGradient => Mode is CpuMode.ValueAndGradient or CpuMode.Gradient;

    /// <summary>Addresses as numbers, for callers without unsafe blocks.</summary>
    /// <param name="logits">See <see cref="Logits"/>.</param>
    /// <param name="target">See <see cref="Target"/>.</param>
    /// <param name="gradient">See <see cref="Gradient"/>.</param>
    /// <param name="elements">See <see cref="Elements"/>.</param>
    /// <param name="upstreamElements">See <see cref="UpstreamElements"/>.</param>
    public void SetAddresses(nint logits, nint target, nint gradient = 0, nint elements = 0, nint upstreamElements = 0)
    {
        Logits = (void*)logits;
        Target = (void*)target;
        Gradient = (void*)gradient;
        Elements = (void*)elements;
        UpstreamElements = (void*)upstreamElements;
    }

    /// <summary>Sets the address of the maps that are kept, for callers without unsafe blocks.</summary>
    /// <param name="address">See <see cref="Kept"/>; 0 for none.</param>
    public void SetKept(nint address) => Kept = (void*)address;

    /// <summary>Sets the addresses of the loss's own inputs.</summary>
    /// <param name="addresses">Memory on the caller's stack, which outlives the call.</param>
    public void SetInputs(scoped ReadOnlySpan<nint> addresses) =>
        Inputs = (void**)Unsafe.AsPointer(ref MemoryMarshal.GetReference(addresses));

    /// <summary>Sets the run-time parameters.</summary>
    /// <param name="parameters">Memory on the caller's stack, which outlives the call.</param>
    public void SetParameters(scoped ReadOnlySpan<double> parameters) =>
        Parameters = (double*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(parameters));

    /// <summary>Runs the call with arrays in place of pointers; an empty array stands for none.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="statistics">See <see cref="Statistics"/>.</param>
    /// <param name="upstream">See <see cref="Upstream"/>.</param>
    /// <param name="smallElements">See <see cref="SmallElements"/>.</param>
    /// <param name="parameters">See <see cref="Parameters"/>.</param>
    /// <param name="components">Receives the components; null for none.</param>
    public void Run(ILoss loss, double[] statistics, double[] upstream, double[] smallElements, double[] parameters,
        LossComponents? components = null)
    {
        ArgumentNullException.ThrowIfNull(loss);
        fixed (double* sums = statistics, arrived = upstream, values = smallElements, numbers = parameters)
        fixed (double* parts = components?.Prepare(loss, Shape.Classes))
        {
            Components = parts;
            Statistics = sums;
            Upstream = arrived;
            SmallElements = values;
            Parameters = numbers;
            loss.Run(ref this);
        }
    }
}
