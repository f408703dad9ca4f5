namespace LossGen;

/// <summary>
/// Says of a term that it compares pairs, and which: the loss that it is a term of states one of them as <see cref="LossAttribute.Pairs"/>
/// (LG0048). A term without it takes each pixel by itself and is no term of a loss of pairs. Terms that derive from it inherit it.
/// </summary>
/// <param name="first">What the loss may compare.</param>
/// <param name="others">What else it may.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TakesPairsAttribute(Pairs first, params Pairs[] others) : Attribute
{
    /// <summary>What the loss may compare.</summary>
    public IReadOnlyList<Pairs> Kinds { get; } = [first, .. others];
}
