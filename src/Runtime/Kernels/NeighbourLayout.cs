namespace LossGen.Kernels;

/// <summary>
/// A neighbour of each pixel that a pass reads where the image lies, or in a copy of a tile where that reaches beyond the edge.
/// </summary>
/// <param name="Image">The place of a map, or <see cref="Logits"/> or <see cref="Ones"/>.</param>
/// <param name="Axis">The axis of the image, from 0.</param>
/// <param name="By">How many places further along the axis.</param>
/// <param name="Border">What is read beyond the edge.</param>
public sealed class NeighbourLayout(int Image, int Axis, int By, Border Border = Border.Zero)
{
    /// <summary>The logits.</summary>
    public const int Logits = -1;

    /// <summary>1 everywhere: with zeros beyond the edge, where there is a neighbour.</summary>
    public const int Ones = -2;

    internal int Image { get; } = Image;

    internal int Axis { get; } = Axis;

    internal int By { get; } = By;

    internal Border Border { get; } = Border;
}
