namespace LossGen;

/// <summary>
/// Says of a term that its prediction is a probability, so that it is a mistake to declare a loss of it without an activation (LG0050). A
/// formula that takes a logarithm of the prediction shows it by itself; one that compares sums, as Dice does, needs to say so. Terms that
/// derive from it inherit it.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TakesProbabilityAttribute : Attribute;
