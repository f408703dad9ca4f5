namespace LossGen;

/// <summary>What <see cref="LossComponents"/> tells of one term.</summary>
/// <param name="Name">
/// The name of the term: <c>Dice</c>, or <c>Formula</c> for the one in place. The second of a name has a 2 behind it.
/// </param>
/// <param name="Weight">Its declared weight, which its values contain; 1 where <see cref="WeightProperty"/> holds it.</param>
/// <param name="HasClasses">
/// It has a value for each class: terms that leave the class axis standing, as region terms do, and of pixel terms those that look at every
/// class of a pixel (binary cross-entropy, regression), not at the label's alone (cross-entropy).
/// </param>
public sealed record LossComponent(string Name, double Weight, bool HasClasses)
{
    /// <summary>
    /// The property of the loss that holds the term's weight, which its values contain as it was in the call; null where the weight is
    /// declared.
    /// </summary>
    public string? WeightProperty { get; init; }

    /// <summary>Class 0 is among the term's classes.</summary>
    public bool IncludeBackground { get; init; } = true;

    /// <summary>The term's classes; empty means all.</summary>
    public IReadOnlyList<int> OnlyClasses { get; init; } = [];

    internal bool Has(int c) => (c > 0 || IncludeBackground) && (OnlyClasses.Count == 0 || OnlyClasses.Contains(c));
}
