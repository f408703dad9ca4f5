namespace LossGen.Reference;

/// <summary>
/// Remembers the values that were detached in one evaluation and gives them again, in the same order, in later ones. So a
/// difference quotient sees them as constants, as the derivative does.
/// </summary>
internal sealed class DetachedValues
{
    private readonly List<Value> values = [];
    private bool recorded;
    private int next;

    /// <summary>Nothing was detached.</summary>
    public bool IsEmpty => values.Count == 0;

    public Value Pass(Value value)
    {
        if (recorded)
            return values[next++];
        values.Add(value);
        return value;
    }

    public void Replay()
    {
        recorded = true;
        next = 0;
    }
}
