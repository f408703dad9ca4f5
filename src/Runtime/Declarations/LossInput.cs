namespace LossGen;

/// <summary>Over which axes an input of a loss varies.</summary>
public enum InputKind
{
    /// <summary>One number a pixel, (N, S): a <see cref="PixelMap"/>.</summary>
    Pixel,

    /// <summary>One number a class and pixel, (N, C, S): an <see cref="ElementMap"/>.</summary>
    Element,
}

/// <summary>
/// What a loss takes besides logits and target: its formulas' parameters of type <see cref="PixelMap"/> and <see cref="ElementMap"/>.
/// </summary>
/// <param name="Name">The name of the parameter. Terms that name the same input share it.</param>
/// <param name="Kind">Its axes.</param>
public sealed record LossInput(string Name, InputKind Kind);
