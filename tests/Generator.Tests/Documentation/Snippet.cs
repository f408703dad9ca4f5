using System.Text.RegularExpressions;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Tests.Documentation;

/// <summary>
/// A block of C# of a page. A comment of Markdown right above it says what a reader knows and a compiler does not: <c>fragment</c> is not
/// compiled, <c>with: Tensor logits</c> gives the types of names that the block takes for granted, <c>program: path</c> says of which
/// project's file it is a copy.
/// </summary>
/// <param name="Line">Where its text begins.</param>
/// <param name="Section">The heading above it.</param>
/// <param name="Marker">The comment above it, or nothing.</param>
/// <param name="Code">Its text.</param>
internal sealed partial record Snippet(int Line, string Section, string Marker, string Code)
{
    private const string With = "with:";
    private const string ProgramOf = "program:";

    private readonly CompilationUnitSyntax root = CSharpSyntaxTree.ParseText(Code, new CSharpParseOptions(LanguageVersion.Preview))
        .GetCompilationUnitRoot();

    public bool IsFragment => Marker == "fragment";

    /// <summary>The file of which it is a copy, which is built and run; null of other blocks.</summary>
    public string? Program => Marker.StartsWith(ProgramOf, StringComparison.Ordinal) ? Marker[ProgramOf.Length..].Trim() : null;

    /// <summary>Statements, which belong into a method.</summary>
    public bool IsStatements => root.Members.Any(member => member is GlobalStatementSyntax);

    /// <summary>The types that it declares.</summary>
    public IEnumerable<string> Types => root.Members.OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.ValueText);

    /// <summary>The last loss that it declares.</summary>
    public string? Loss => root.Members.OfType<ClassDeclarationSyntax>()
        .LastOrDefault(type => type.AttributeLists.SelectMany(list => list.Attributes)
        .Any(attribute => attribute.Name.ToString() == "Loss"))?.Identifier.ValueText;

    /// <summary>What it takes for granted, as parameters: <c>Tensor logits</c>.</summary>
    public IEnumerable<(string Type, string Name)> Given => Marker.StartsWith(With, StringComparison.Ordinal)
        ? Parameter().Matches(Marker[With.Length..]).Select(match => (match.Groups["type"].Value, match.Groups["name"].Value))
        : [];

    /// <summary>The names that it declares itself.</summary>
    public IEnumerable<string> Locals => root.DescendantNodes().OfType<VariableDeclaratorSyntax>()
        .Select(local => local.Identifier.ValueText);

    /// <summary>The C# of a page.</summary>
    public static List<Snippet> Of(string page)
    {
        var found = new List<Snippet>();
        string text = File.ReadAllText(Path.Combine(Repository.Root, page)).ReplaceLineEndings("\n"), section = "";
        foreach (Match match in Part().Matches(text))
        {
            if (match.Groups["heading"].Success)
                section = match.Groups["heading"].Value;
            else
                found.Add(new(text.AsSpan(0, match.Groups["code"].Index).Count('\n') + 1, section, match.Groups["marker"].Value,
                    match.Groups["code"].Value));
        }

        return found;
    }

    [GeneratedRegex(@"(?<type>[\w.]+(<[^>]*>)?(\[\])?) (?<name>\w+)")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^## (?<heading>[^\n]*)$|(?:^<!-- (?<marker>[^\n]*) -->\n)?^```csharp\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Part();
}
