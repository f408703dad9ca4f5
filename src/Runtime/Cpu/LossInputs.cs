namespace LossGen;

/// <summary>
/// What a call passes besides logits and target: the loss's maps, in the order of <see cref="LossDefinition.Inputs"/>. A single map converts by itself, so
/// that <c>loss.Evaluate(logits, labels, shape, weights)</c> is all there is to write.
/// </summary>
/// <typeparam name="T">float or double, as the logits.</typeparam>
/// <param name="first">N * S or N * C * S numbers, as the loss declares.</param>
/// <param name="second">The same for the second input.</param>
/// <param name="third">The same for the third input.</param>
/// <param name="fourth">The same for the fourth input.</param>
public readonly ref struct LossInputs<T>(
    ReadOnlySpan<T> first, ReadOnlySpan<T> second = default, ReadOnlySpan<T> third = default, ReadOnlySpan<T> fourth = default)
    where T : unmanaged
{
    internal const int Capacity = 4;

    private readonly ReadOnlySpan<T> first = first;
    private readonly ReadOnlySpan<T> second = second;
    private readonly ReadOnlySpan<T> third = third;
    private readonly ReadOnlySpan<T> fourth = fourth;

    internal ReadOnlySpan<T> this[int index] => index switch { 0 => first, 1 => second, 2 => third, _ => fourth };

    /// <summary>The only input.</summary>
    public static implicit operator LossInputs<T>(ReadOnlySpan<T> only) => new(only);

    /// <summary>The only input.</summary>
    public static implicit operator LossInputs<T>(Span<T> only) => new(only);

    /// <summary>The only input.</summary>
    public static implicit operator LossInputs<T>(T[] only) => new(only);
}
