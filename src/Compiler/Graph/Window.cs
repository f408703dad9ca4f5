using LossGen.Compiler.Model;

namespace LossGen.Compiler.Graph;

/// <summary>Which neighbours a window has.</summary>
internal enum WindowShape
{
    /// <summary>Those along one axis of the image.</summary>
    Line,

    /// <summary>Those of a square or cube.</summary>
    Box,

    /// <summary>Those along each axis of the image.</summary>
    Cross,
}

/// <summary>
/// Which pixels around each one an operation reads: neighbours along one axis of the image or, for a pool, along all of them; itself among
/// them or not.
/// </summary>
/// <param name="Axis">The axis of a line, 0 for the first of the image: slices or rows.</param>
/// <param name="First">The place of the first of them along an axis, counted from the pixel.</param>
/// <param name="Size">How many there are along an axis.</param>
internal sealed record Window(int Axis, int First, int Size)
{
    /// <summary>Which axes they lie along. Weighted sums go along one after the other.</summary>
    public WindowShape Shape { get; init; }

    /// <summary>
    /// The factor of each, for <see cref="Op.Correlate"/>; how far pixels are apart along each axis, for <see cref="Op.Distance"/>.
    /// </summary>
    public EquatableArray<double> Weights { get; init; } = [];

    /// <summary>What is read beyond the edge of the image, for <see cref="Op.Correlate"/>. A pool leaves it out.</summary>
    public Border Border { get; init; }

    /// <summary>The transposed operation: each pixel hands its number to those that it would read, times their factors.</summary>
    public bool IsTransposed { get; init; }

    /// <summary>A pool takes the smallest, not the largest.</summary>
    public bool IsMinimum { get; init; }

    /// <summary>
    /// The window of the gradient. With zeros beyond the edge the transposed operation is one of the same kind, backwards.
    /// </summary>
    public Window Transposed => Border == Border.Zero
        ? this with { First = -(First + Size - 1), Weights = Weights.Reverse().ToEquatableArray() }
        : this with { IsTransposed = !IsTransposed };

    /// <summary>It moves an image and does nothing else.</summary>
    public bool IsShift => Size == 1 && Weights.Count == 1 && Weights[0] == 1;

    /// <summary>It reads the pixel itself and nothing else, as it is.</summary>
    public bool IsIdentity => First == 0 && Size == 1 && (Weights.Count == 0 || Weights[0] == 1);
}
