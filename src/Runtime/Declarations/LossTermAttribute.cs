namespace LossGen;

/// <summary>
/// A weighted summand of a loss. A deriving attribute declares its options as <c>init</c> properties and a public static
/// method <c>Formula(Prediction x, Target y, ...)</c> whose further parameters are bound to the properties of the same
/// name (without regard to the case of the first letter).
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public abstract partial class LossTermAttribute : Attribute
{
    /// <summary>The factor of this term in the loss.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>False leaves class 0 out of the term's classes. It stays in the softmax.</summary>
    public bool IncludeBackground { get; init; } = true;

    /// <summary>The term's classes, by index; null means all of them.</summary>
    public int[]? OnlyClasses { get; init; }

    /// <summary>
    /// How the term turns logits into probabilities; where it is not stated, as the loss does. A Dice term on the softmax and a focal term
    /// on the sigmoid of the same logits need it.
    /// </summary>
    public Activation Activation { get; init; }

    /// <summary>
    /// The name of an input of the loss, (N, S), with one factor a pixel; null for none. What the term's formula leaves at a pixel is
    /// multiplied by it before the reduction. In a formula that leaves no pixels, as those of region terms, it is a factor of what each sum
    /// over pixels adds up: overlap, prediction and target of a Dice are weighed alike. Terms that name the same input share it.
    /// </summary>
    public string? PixelWeights { get; init; }

    /// <summary>
    /// The same with one factor a class and pixel, (N, C, S): for terms that have one number for each of them, as binary cross-entropy,
    /// regression and region terms do. Where both are given their product counts.
    /// </summary>
    public string? ElementWeights { get; init; }

    /// <summary>
    /// Means over pixels or elements, of the loss or inside the formula, divide by the sum of the weights of what takes part (and are 0
    /// where that is 0), not by its number. PyTorch and mmsegmentation divide by the number.
    /// </summary>
    public bool NormalizeWeightMaps { get; init; }
}

/// <summary>The formula of a term as text, written by the generator so that other assemblies can use the term.</summary>
/// <param name="text">The formula in the format of docs/formula-text.md.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CompiledFormulaAttribute(string text) : Attribute
{
    /// <summary>The formula in the format of docs/formula-text.md.</summary>
    public string Text { get; } = text;
}

/// <summary>
/// What a term's constructors leave in its options as text, written by the generator where the formula's text does not say it, so that
/// other assemblies can use the term or derive from it.
/// </summary>
/// <param name="text">The rules in the format of docs/formula-text.md.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CompiledOptionsAttribute(string text) : Attribute
{
    /// <summary>The rules in the format of docs/formula-text.md.</summary>
    public string Text { get; } = text;
}
