using System.Globalization;
using LossGen.Kernels;

namespace LossGen.Differential.Formulas;

/// <summary>What is known of an expression without evaluating it.</summary>
/// <param name="Axes">The axes over which it varies, by the formula's text.</param>
/// <param name="Moves">It changes with the logits.</param>
/// <param name="IsCondition">It is true or false.</param>
/// <param name="IsGrid">Its numbers are 0 or at least an eighth: comparing them with 0 and dividing by them is safe.</param>
internal sealed record Facts(Interval Range, ElementAxes Axes = ElementAxes.None, bool Moves = false, bool IsCondition = false,
    bool IsGrid = false)
{
    /// <summary>
    /// A product with what rounds to 0 somewhere, such as the logarithm of a probability of nearly 1: it is 0 there or has either sign.
    /// </summary>
    public bool RoundsToZero { get; init; }
}

/// <summary>A word of the formula language, as the random formulas use it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Arity">The number of inputs.</param>
/// <param name="Pattern">C#, with {0}, {1}, {2} for the inputs and {n} for the number.</param>
/// <param name="Meaning">What is known of the result; null outside the domain.</param>
internal sealed record Word(string Name, int Arity, string Pattern, Func<FormulaContext, double, Facts[], Facts?> Meaning)
{
    /// <summary>How often it occurs.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>How many inputs, the first ones, are conditions.</summary>
    public int Conditions { get; init; }

    /// <summary>
    /// C# for the reference, where the pattern overflows or cancels as it is written: the same number by a function of the language that
    /// does not. Null for the pattern itself.
    /// </summary>
    public string? Stable { get; init; }

    /// <param name="asReference">The text that the reference executes.</param>
    public string Text(Expression expression, bool asReference)
    {
        string text = ((asReference ? Stable : null) ?? Pattern).Replace("{n}", Literal(expression.Number), StringComparison.Ordinal)
            .Replace("{i}", ((int)expression.Number).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        for (int i = 0; i < expression.Inputs.Length; i++)
            text = text.Replace($"{{{i}}}", expression.Inputs[i].Text(asReference), StringComparison.Ordinal);
        return text;
    }

    public override string ToString() => Name;

    public static string Literal(double number)
    {
        string text = number.ToString("R", CultureInfo.InvariantCulture);
        return number < 0 ? $"({text})" : text;
    }
}
