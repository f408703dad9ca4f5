using System.Collections.Immutable;
using LossGen.Kernels;

namespace LossGen.Differential.Formulas;

/// <summary>What a formula's words depend on: options of its loss, parameters and local variables.</summary>
internal sealed record FormulaContext(
    Activation Activation, bool PerImage, bool HasIgnored, ImmutableArray<double> Numbers, ImmutableArray<Interval> PerClass, ImmutableArray<Facts> Locals)
{
    public const int MostClasses = 6;

    public const int MostPoints = 600;

    public ElementAxes SumAxes => PerImage ? ElementAxes.Pixel : ElementAxes.Batch | ElementAxes.Pixel;

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

        return expression.Word.Meaning(this, expression.Number, inputs) is { Range.IsModest: true } result ? result : null;
    }
}
