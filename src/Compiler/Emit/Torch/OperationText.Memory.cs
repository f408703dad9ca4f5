using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Emit.Torch;

/// <content>Whose memory a text may write to.</content>
internal sealed partial class OperationText
{
    // A tensor that nothing else reads, with all axes of what is joined to it.
    private bool IsFresh(Node node, Node? other = null) => MakesOwn(node) && !IsNumber(node) && (other is null ? node.Axes == Axes.All
        : node.Axes.Has(other.Axes))
        && (names.Find(node) is null || writable.Contains(node));

    // The text leaves its result in the memory of what another method computed.
    private bool IsInGiven(Node node) => names.Find(node) is not null ? given.Contains(node) && writable.Contains(node)
        : node.Op is Op.Multiply or Op.Add && node.Inputs.Any(input => IsFresh(input, node) && IsInGiven(input));

    // The memory to add a summand in, of two: that of what another method computed, if it is one of them.
    private bool IsBetterOwner(Node node, Node other) => !IsFresh(other, node)
        || (IsFresh(node, other) && !IsNegation(node) && IsInGiven(node) && !IsInGiven(other));

    // A tensor of its own that has no name: nothing else reads it.
    private bool IsUnnamed(Node node) => MakesOwn(node) && !IsNumber(node) && names.Find(node) is null;

    // The text of a tensor whose memory is written to.
    private string Own(Node node)
    {
        if (names.Find(node) is not null)
            written.Add(node);
        return Value(node);
    }
}
