using System.Globalization;
using System.Text;
using LossGen.Compiler.Graph;
using LossGen.Pages.Catalogue;
using LossGen.Pages.Formulas;
using LossGen.Pages.Plots;

namespace LossGen.Pages.Markdown;

/// <summary>The page of a term.</summary>
internal static class LossPage
{
    private const string ExampleName = "MyLoss";

    /// <summary>The page.</summary>
    /// <param name="term">The term.</param>
    /// <param name="header">What the file that the generator writes for the page's example says at its head.</param>
    public static string Write(Term term, IReadOnlyList<string> header)
    {
        var presentation = Presentation.Of(term);
        var text = new StringBuilder();
        text.Append($"<!-- Written by docs/tool from src/Runtime/Catalogue. -->\n\n[Losses](README.md) / {IndexPage.Link(presentation.Family)}\n\n# {term.Name}\n\n**When to take it:** {Uncapitalised(Uses.Of(term))}\n\n{Documentation.Summary(term.Type)}\n\n");
        Formula(text, term, presentation);
        Declaration(text, term, presentation);
        Options(text, term);
        if (!term.ComparesPairs)
            Conventions(text, term);
        text.Append($"## Value and gradient\n\n![Value and gradient of {term.Name}](images/{term.Name}.png)\n\n*{Caption(term, presentation)}*\n\n");
        text.Append("## Cost\n\nOf the declaration above, in float. The value needs the statistics; the gradient one pass more, or where there is one the pass that does both at once.");
        text.Append(term.ComparesPairs ? PairText.Cost(term) : "").Append("\n\n");
        Table.Write(text, ["target", "pass", "work"], Cost.Read(header, term.ComparesPairs).Select(cost => new[] { cost.Target, cost.Pass,
            cost.Work }));
        if (Documentation.Remarks(term.Type) is { Length: > 0 } remarks)
            text.Append($"## Source\n\n{remarks}\n");
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Uncapitalised(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];

    private static void Formula(StringBuilder text, Term term, Presentation presentation)
    {
        Expression value = FormulaView.Of(term, presentation.Activation, presentation.Shown(term));
        (string formula, IReadOnlyCollection<string> symbols, IReadOnlyCollection<string> notes) =
            Latex.Of(value, presentation.Activation == Activation.None);
        text.Append($"## Formula\n\n```math\n{formula}\n```\n\n");
        text.Append(term.ComparesPairs ? PairText.Letters(term) : Left(value.Axes));
        string[] meanings = [.. symbols.Select(symbol => Meaning(term, symbol))];
        if (meanings.Length > 0)
            text.Append($" {char.ToUpperInvariant(meanings[0][0])}{string.Join("; ", meanings)[1..]}.");
        foreach (string note in notes)
            text.Append(' ').Append(note);
        if (presentation.Repeated is var (name, number))
            text.Append($" Shown is `{name} = {number}`; more repeat it.");
        text.Append(" The other options are at their defaults. [Notation](README.md#notation)\n\n");

        (string[] Changes, string Formula)[] variants = [.. Variants.Of(term, presentation)];
        if (variants.Length == 0)
            return;
        text.Append("<details>\n<summary>The formula with other options</summary>\n\n");
        foreach ((string[] changes, string other) in variants)
            text.Append($"{string.Join(" or ", changes.Select(change => $"`{change}`"))}\n\n```math\n{other}\n```\n\n");
        text.Append("</details>\n\n");
    }

    private static string Caption(Term term, Presentation presentation)
    {
        var scene = Scene.Of(term, presentation);
        double[] values = [.. scene.CurvesOf(term, presentation).Select(curve => curve.Input).Distinct()];
        string input = term.Inputs.Any() && values.Length == 1 ? $" `{term.Inputs.First().Name}` is {Option.Number(values[0])} everywhere."
            : "";
        return scene.Caption + input;
    }

    private static string Left(Axes axes) => (axes.Has(Axes.Pixel), axes.Has(Axes.Class)) switch
    {
        (true, true) => "One number for each class and pixel; the loss is their mean.",
        (true, false) => "One number for each pixel; the loss is their mean.",
        (false, true) => "One number for each class, or with `PerImage` for each image and class; the loss is their mean.",
        _ => "One number, or with `PerImage` one for each image, of which the loss is the mean.",
    };

    private static string Meaning(Term term, string symbol)
    {
        string letter = $"$`{Latex.SymbolOf(symbol)}`$";
        return term.Options.FirstOrDefault(option => option.Parameter == symbol) is { } option
            ? $"{letter} is `{option.Name}`{(option.IsNumber ? $" ({option.DefaultText})" : "")}"
            : $"{letter} is an input of the call";
    }

    private static void Declaration(StringBuilder text, Term term, Presentation presentation) => text
        .Append($"## Declaration\n\n```csharp\n{Example.Declaration(term, presentation, ExampleName)}```\n\n")
        .Append(term.ComparesPairs ? "<!-- with: int n, int d, float[] embeddings, float[] gradient, int[] labels -->\n" : "")
        .Append($"```csharp\n{Example.Call(term, presentation)}```\n\n");

    private static void Options(StringBuilder text, Term term)
    {
        text.Append("## Options\n\n");
        if (term.Options.Count > 0)
        {
            Table.Write(text, ["option", "default", "values", "meaning"], term.Options.Select(option =>
                new[] { $"`{option.Name}`", $"`{option.DefaultText}`", Documentation.Range(option), Documentation.Meaning(option) }));
        }

        text.Append(term.ComparesPairs ? "And `Weight` as [every term](README.md#options-of-every-term): pairs have no classes, maps or activations.\n\n" : "And `Weight`, `IncludeBackground`, `OnlyClasses`, `Activation`, `PixelWeights`, `ElementWeights`, `NormalizeWeightMaps` as [every term](README.md#options-of-every-term).\n\n");
    }

    private static void Conventions(StringBuilder text, Term term)
    {
        text.Append("## Conventions\n\n`[Loss(Convention = ...)]` changes the defaults; what a declaration states goes before it.\n\n");
        Table.Write(text, ["convention", "sets"], Enum.GetValues<Convention>().Where(convention => convention != Convention.None)
            .Select(convention =>
        {
            string own = string.Join(", ", term.DefaultsUnder(convention)
                .Select(preset => $"`{preset.Option.Name} = {Option.Literal(preset.Value)}`"));
            string loss = string.Join(", ", Term.LossDefaultsUnder(convention)
                .Select(preset => $"`{preset.Option} = {Option.Literal(preset.Value)}`"));
            string sets = (own.Length, loss.Length) switch
            {
                (0, 0) => "nothing: the defaults are its own",
                (_, 0) => own,
                (0, _) => $"of the loss: {loss}",
                _ => $"{own}; of the loss: {loss}"
            };
            return new[] { $"`{convention}`", sets };
        }));
        Peer[] peers = [.. Peers.Of(term)];
        if (peers.Length == 0)
            return;
        text.Append("These losses of other libraries are this term, alone or beside others. The tests compare value and gradient with as many cases, computed by the library; the last column is one of them.\n\n");
        Table.Write(text, ["library", "loss", "cases", "as a declaration"],
            peers.Select(peer => new[] { peer.Library, peer.Loss, peer.Cases.ToString(CultureInfo.InvariantCulture),
            $"`{peer.Declaration}`" }));
    }
}
