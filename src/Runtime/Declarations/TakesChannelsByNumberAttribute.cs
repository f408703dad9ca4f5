namespace LossGen;

/// <summary>
/// Says of a term that the channels that its formula asks for by their numbers (<see cref="Functions.Channel"/>) are all that there may be,
/// as the four of a box: a call with more is an error, where otherwise the rest would be left out in silence. It holds for a loss whose
/// terms all say so.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TakesChannelsByNumberAttribute : Attribute;
