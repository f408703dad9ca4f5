using System.Text.RegularExpressions;
using LossGen.Golden;

namespace LossGen.Pages.Catalogue;

/// <summary>A loss of another library whose value and gradient a term reproduces.</summary>
/// <param name="Library">The library's name.</param>
/// <param name="Loss">Its name for the loss.</param>
/// <param name="Cases">How many recorded cases of it the tests compare.</param>
/// <param name="Declaration">One of them as a declaration, the shortest.</param>
internal sealed record Peer(string Library, string Loss, int Cases, string Declaration);

/// <summary>What tests/Golden.Tests compares: the cases that other libraries have computed, as declarations.</summary>
internal static partial class Peers
{
    // The name of a library, and the convention that states its defaults.
    private static readonly Dictionary<string, (string Name, Convention Convention)> Libraries = new()
    {
        ["monai"] = ("MONAI", Convention.Monai),
        ["monai-tests"] = ("MONAI", Convention.Monai),
        ["smp"] = ("segmentation_models.pytorch", Convention.Smp),
        ["nnunet"] = ("nnU-Net", Convention.NnUnet),
        ["kornia"] = ("kornia", Convention.Kornia),
        ["torch.nn"] = ("PyTorch", Convention.Torch),
        ["torchvision"] = ("torchvision", Convention.None),
        ["pytorch-toolbelt"] = ("pytorch-toolbelt", Convention.None),
    };

    private static readonly Lazy<ILookup<string, (string Library, string Loss, string Declaration)>> Mapped = new(Read);

    /// <summary>The losses of other libraries that a term is, alone or beside others.</summary>
    public static IEnumerable<Peer> Of(Term term) => Mapped.Value[term.Name]
        .GroupBy(mapped => (mapped.Library, mapped.Loss), mapped => mapped.Declaration)
        .OrderBy(loss => loss.Key.Library, StringComparer.OrdinalIgnoreCase).ThenBy(loss => loss.Key.Loss, StringComparer.Ordinal)
        .Select(loss => new Peer(loss.Key.Library, loss.Key.Loss, loss.Count(), loss.OrderBy(text => text.Length).ThenBy(text => text,
        StringComparer.Ordinal).First()));

    private static ILookup<string, (string Library, string Loss, string Declaration)> Read()
    {
        var found = new List<(string Term, (string, string, string) Mapped)>();
        foreach (string line in Directory.GetFiles(CaseFiles.OwnFolder, "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadLines)
            .Where(line => line.Length > 0))
        {
            var c = Case.Parse(line);
            if (c.Status is not null || !Libraries.TryGetValue(c.Library, out (string Name, Convention Convention) library)
                || NotExpressible.List.Reason(c) is not null)
                continue;

            // A case with a formula of its own is none of the catalogue's.
            string declaration = Under(library.Convention, c);
            if (declaration.Contains("class ", StringComparison.Ordinal) && OwnTerm().IsMatch(declaration))
                continue;
            string[] attributes = [.. declaration.Split('\n').Where(text => text.StartsWith('['))];
            string text = string.Join(" ", attributes.Select(attribute => WithoutDefaults(attribute, library.Convention)));
            found.AddRange(attributes.Skip(1).Select(attribute => AttributeName().Match(attribute).Groups[1].Value).Distinct()
                .Select(name => (name, (library.Name, c.Loss, text))));
        }

        return found.ToLookup(item => item.Term, item => item.Mapped);
    }

    private static string Under(Convention convention, Case c)
    {
        Declaration.Under = convention;
        try
        {
            return Mapping.Of(c).Declaration;
        }
        finally
        {
            Declaration.Under = Convention.None;
        }
    }

    /// <summary>An attribute without what it states although it is so anyway.</summary>
    private static string WithoutDefaults(string attribute, Convention convention)
    {
        Match match = Attribute().Match(attribute);
        string name = match.Groups[1].Value;
        Term? term = Term.All.FirstOrDefault(term => term.Name == name);
        string[] arguments = [.. Comma().Split(match.Groups[2].Value).Where(argument => argument.Length > 0)
            .Select(argument => argument.Replace("E-0", "e-", StringComparison.Ordinal))];
        string[] left = [.. arguments.Where(argument => !IsDefault(argument))];
        return left.Length == 0 ? $"[{name}]" : $"[{name}({string.Join(", ", left)})]";

        bool IsDefault(string argument)
        {
            if (argument is "Weight = 1" or "Dimensions = 2" or "Reduction = Reduction.Mean" or "Activation.None")
                return true;
            return term?.Options.FirstOrDefault(option => argument == $"{option.Name} = {option.DefaultText}") is { } option
                && !term.DefaultsUnder(convention).Any(preset => preset.Option == option);
        }
    }

    [GeneratedRegex(@"^\[(\w+)(?:\((.*)\))?\]$")]
    private static partial Regex Attribute();

    // Between arguments, not between the numbers of one.
    [GeneratedRegex(@", (?![^{]*\})")]
    private static partial Regex Comma();

    [GeneratedRegex(@": \w+Attribute\b")]
    private static partial Regex OwnTerm();

    [GeneratedRegex(@"^\[(\w+)")]
    private static partial Regex AttributeName();
}
