using System.Collections.Immutable;
using LossGen.Kernels;

namespace LossGen.Differential.Formulas;

/// <summary>What a formula's words depend on: options of its loss, parameters and local variables.</summary>
/// <param name="Classes">The declared number of classes; 0 for none.</param>
/// <param name="LogitBound">No finite logit is larger.</param>
/// <param name="Maps">Whether each map has a number a class and pixel; otherwise it has one a pixel.</param>
internal sealed record FormulaContext(
    Activation Activation,
    bool PerImage,
    bool HasIgnored,
    int Classes,
    double LogitBound,
    ImmutableArray<double> Numbers,
    ImmutableArray<Interval> PerClass,
    ImmutableArray<bool> Maps,
    ImmutableArray<Facts> Locals)
{
    /// <summary>The axes of an image, of a loss that looks around a pixel; otherwise 0.</summary>
    public int Dimensions { get; init; }

    /// <summary>Of a loss that sorts pixels.</summary>
    public bool Sorts { get; init; }

    public const int MostClasses = 6;

    public const int MostPoints = 600;

    public ElementAxes SumAxes => PerImage ? ElementAxes.Pixel : ElementAxes.Batch | ElementAxes.Pixel;

    /// <summary>Beyond this a formula says more about rounding than about its compiler. Large logits and their squares are below.</summary>
    private double Largest => Math.Max(1e5, 4 * LogitBound * LogitBound);

    /// <summary>What is known of an expression; null when it leaves the domain of a word.</summary>
    public Facts? Analyse(Expression expression)
    {
        var inputs = new Facts[expression.Inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (Analyse(expression.Inputs[i]) is not { } facts || facts.IsCondition != (i < expression.Word.Conditions))
                return null;
            inputs[i] = facts;
        }

        return expression.Word.Meaning(this, expression.Number, inputs) is { } result && result.Range.Magnitude <= Largest ? result : null;
    }
}
