namespace LossGen.Kernels;

/// <summary>What a step does with the images.</summary>
public enum StepKind
{
    /// <summary>The weighted sum of neighbours.</summary>
    Correlate,

    /// <summary>The largest or smallest of neighbours.</summary>
    Pool,

    /// <summary>What arrives at a pool, at the neighbour that it took.</summary>
    PoolSlope,

    /// <summary>The distance to the nearest pixel that is not 0.</summary>
    Distance,
}

/// <summary>Which neighbours a step reads.</summary>
public enum StepShape
{
    /// <summary>Those along one axis.</summary>
    Line,

    /// <summary>Those of a square or cube.</summary>
    Box,

    /// <summary>Those along each axis.</summary>
    Cross,
}

/// <summary>An operation on the neighbours of each pixel: it reads maps that a pass or another step left, and leaves one.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Input">The place of the map that it reads.</param>
/// <param name="Output">The place of the map that it leaves.</param>
/// <param name="Axis">The axis of the image, from 0, for <see cref="StepShape.Line"/>.</param>
/// <param name="First">The first neighbour along an axis, counted from the pixel.</param>
/// <param name="Size">How many neighbours along an axis.</param>
/// <param name="Arriving">The place of what arrives, for <see cref="StepKind.PoolSlope"/>.</param>
/// <param name="Weights">
/// The factor of each neighbour, for <see cref="StepKind.Correlate"/>; how far neighbours are apart along each axis, for
/// <see cref="StepKind.Distance"/>.
/// </param>
/// <param name="Border">What is read beyond the edge.</param>
/// <param name="IsTransposed">Each pixel hands its number to those that it would read.</param>
/// <param name="IsMinimum">The smallest, not the largest.</param>
/// <param name="Shape">Which neighbours a pool reads.</param>
public sealed class StepLayout(
    StepKind Kind, int Input, int Output, int Axis, int First, int Size, int Arriving = -1, double[]? Weights = null, Border Border =
        Border.Zero,
    bool IsTransposed = false, bool IsMinimum = false, StepShape Shape = StepShape.Line)
{
    internal StepKind Kind { get; } = Kind;

    internal int Input { get; } = Input;

    internal int Output { get; } = Output;

    internal int Axis { get; } = Axis;

    internal int First { get; } = First;

    internal int Size { get; } = Size;

    internal int Arriving { get; } = Arriving;

    internal double[] Weights { get; } = Weights ?? [];

    internal Border Border { get; } = Border;

    internal bool IsTransposed { get; } = IsTransposed;

    internal bool IsMinimum { get; } = IsMinimum;

    internal StepShape Shape { get; } = Shape;
}
