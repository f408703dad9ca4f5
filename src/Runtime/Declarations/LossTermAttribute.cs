namespace LossGen;

/// <summary>
/// A weighted summand of a loss. A deriving attribute declares its options as <c>init</c> properties and a public static
/// method <c>Formula(Prediction x, Target y, ...)</c> whose further parameters are bound to the properties of the same
/// name (without regard to the case of the first letter).
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public abstract class LossTermAttribute : Attribute
{
    /// <summary>The factor of this term in the loss.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>False leaves class 0 out of the term's classes. It stays in the softmax.</summary>
    public bool IncludeBackground { get; init; } = true;

    /// <summary>The term's classes, by index; null means all of them.</summary>
    public int[]? OnlyClasses { get; init; }

    /// <summary>
    /// How the term turns logits into probabilities; where it is not stated, as the loss does. A Dice term on the softmax and a focal term on the
    /// sigmoid of the same logits need it.
    /// </summary>
    public Activation Activation { get; init; }
}

/// <summary>The formula of a term as text, written by the generator so that other assemblies can use the term.</summary>
/// <param name="text">The formula in the format of docs/formula-text.md.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CompiledFormulaAttribute(string text) : Attribute
{
    /// <summary>The formula in the format of docs/formula-text.md.</summary>
    public string Text { get; } = text;
}
