using LossGen.Pages.Catalogue;

namespace LossGen.Pages.Plots;

/// <summary>Which curves a picture shows: the defaults, and what changes when the most telling option does.</summary>
internal static class Curves
{
    // Numbers against division by zero tell nothing in a picture.
    private static readonly string[] Silent = ["Smooth", "SmoothNumerator", "SmoothDenominator", "Epsilon"];

    public static IReadOnlyList<Curve> Of(Term term, Presentation presentation)
    {
        double input = presentation.InputValues?[0] ?? 1;
        if (presentation.Targets is { } targets)
            return [.. targets.Select((target, i) => new Curve($"{(i == 0 ? "target " : "")}{Option.Number(target)}", "", target, input))];
        string inputName = term.Inputs.FirstOrDefault()?.Name ?? "";
        if (presentation.InputValues is { Length: > 1 } inputs)
            return Inputs(inputName, inputs);
        if (presentation.Options is { } stated)
            return [new("default", "", null, input), .. stated.Select(arguments => new Curve(arguments, arguments, null, input))];
        if (term.Options.FirstOrDefault(option => option is { IsOwn: true, IsNumber: true, DefaultNumber: not double.NaN }
            && !Silent.Contains(option.Name)) is { } number)
        {
            Curve usual = new($"{number.Name} = {number.DefaultText} (default)", "", null, input);
            return [usual, .. Others(number.DefaultNumber!.Value).Select(value => usual with { Label = Option.Number(value),
                Arguments = $"{number.Name} = {Option.Number(value)}" })];
        }

        return inputName.Length > 0
            ? Inputs(inputName, [1, 0.5, 2])
            : [new("default", "", null, input)];
    }

    private static IReadOnlyList<Curve> Inputs(string name, double[] values) =>
        [.. values.Select((value, i) => new Curve($"{(i == 0 ? name + " = " : "")}{Option.Number(value)}", "", null, value))];

    // Half and twice the default; of shares what lies between it and the ends.
    private static double[] Others(double number) => number switch
    {
        0 => [0.25, 0.5],
        > 0 and < 1 => [Math.Round(number / 2, 3), Math.Round((1 + number) / 2, 3)],
        _ => [number / 2, number * 2],
    };
}
