using LossGen.Reference;

namespace LossGen;

/// <summary>True or false for every point of its axes: what comparisons give and <see cref="Functions.Where"/> takes.</summary>
public sealed class Condition
{
    internal Condition(Value mask) => Mask = mask;

    /// <summary>The same for every point: what a comparison of plain numbers gives.</summary>
    public static implicit operator Condition(bool value) => new((Value)(value ? 1 : 0));

    /// <summary>1 or 0.</summary>
    internal Value Mask { get; }

    /// <summary>Where both are true.</summary>
    public static Condition operator &(Condition a, Condition b) => new(Elementwise.Zip(a.Mask, b.Mask, Math.Min));

    /// <summary>Where at least one is true.</summary>
    public static Condition operator |(Condition a, Condition b) => new(Elementwise.Zip(a.Mask, b.Mask, Math.Max));

    /// <summary>Where it is false.</summary>
    public static Condition operator !(Condition a) => new(Elementwise.Map(a.Mask, p => 1 - p));

    /// <summary>The mask as numbers: for the debugger.</summary>
    public override string ToString() => Mask.ToString();
}
