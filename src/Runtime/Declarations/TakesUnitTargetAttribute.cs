namespace LossGen;

/// <summary>
/// Says of a term that its target is a probability: where a loss has such a term, a dense target with numbers far from 0 to 1, such as a
/// mask of 0 and 255, is an error of the call. A formula in place that takes <see cref="Prediction.LogProbability"/> of a softmax or
/// sigmoid shows it by itself. Terms that derive from it inherit it.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TakesUnitTargetAttribute : Attribute;
