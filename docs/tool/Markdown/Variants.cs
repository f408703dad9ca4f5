using LossGen.Compiler.Formula;
using LossGen.Pages.Catalogue;
using LossGen.Pages.Formulas;

namespace LossGen.Pages.Markdown;

/// <summary>What the formula becomes when one option is not at its default.</summary>
internal static class Variants
{
    /// <summary>The changes that show in the formula, as C#, with the formula: once, where several have the same.</summary>
    public static IEnumerable<(string[] Changes, string Formula)> Of(Term term, Presentation presentation) =>
        All(term, presentation).GroupBy(variant => variant.Formula).Select(group => (group.Select(variant => variant.Change).ToArray(),
            group.Key));

    private static IEnumerable<(string Change, string Formula)> All(Term term, Presentation presentation)
    {
        Activation activation = presentation.Activation;
        Dictionary<string, double> shown = presentation.Shown(term);
        string usual = Print(term, activation, shown, activation);
        foreach (Option option in term.Options)
        {
            foreach ((string text, double value) in Values(term, option))
            {
                string formula = Print(term, activation, new(shown) { [option.Parameter] = value }, activation);
                if (formula != usual)
                    yield return ($"{option.Name} = {text}", formula);
            }
        }

        if (!term.Formula.Parameters.Any(parameter => parameter.Name == "activation"))
            yield break;
        foreach (Activation other in Enum.GetValues<Activation>().Where(other => other != activation))
        {
            string formula = Print(term, other, shown, activation);
            if (formula != usual)
                yield return ($"Activation = Activation.{other}", formula);
        }
    }

    // Printed with the same letter for the prediction, so that only what differs makes a difference.
    private static string Print(Term term, Activation activation, Dictionary<string, double> changed, Activation letters) =>
        Latex.Of(FormulaView.Of(term, activation, changed), letters == Activation.None).Formula;

    private static IEnumerable<(string Text, double Value)> Values(Term term, Option option)
    {
        if (option.Type == typeof(bool))
            return [(option.Default is true ? "false" : "true", option.Default is true ? 0 : 1)];
        if (option.Type.IsEnum)
            return Enum.GetValues(option.Type).Cast<object>().Where(value => !value.Equals(option.Default))
                .Select(value => (Option.Literal(value), Option.NumberOf(value)!.Value));
        if (!option.IsNumber)
            return term.Formula.Parameters.Any(parameter => parameter.Name == option.Parameter && parameter.Kind == ParameterKind.Class)
                ? [("...", 1)] : [];

        // A number that says that something is not there at all: any other number does.
        return option.DefaultNumber is 0 or 1 or double.NaN ? [("...", 0.5)] : [];
    }
}
