using System.Text.RegularExpressions;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Generator.Tests.Robustness;

/// <summary>The generator knows no term: its code has no name of the catalogue in it, in no identifier and in no text.</summary>
public partial class NamesTests
{
    // Names of terms that are words of other trades as well: here they are held to stand alone only, as a term would be named.
    private const int LongName = 5;

    private static readonly string[] Terms = [.. typeof(LossTermAttribute).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(LossTermAttribute))).Select(type => type.Name[..^"Attribute".Length])
        .Where(name => !IsFunction(name))];

    // A function of the language, after which a term is named.
    private static bool IsFunction(string name) => typeof(Functions).GetMethods().Any(method => method.Name == name);

    public static TheoryData<string> Files => new(new[] { "Compiler", "Generator", "Torch" }
        .SelectMany(project => Directory.GetFiles(Path.Combine(Repository.Root, "src", project), "*.cs", SearchOption.AllDirectories))
        .Select(file => Path.GetRelativePath(Repository.Root, file))
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
        .Order(StringComparer.Ordinal));

    // A message may say which term to use instead: what the descriptors of diagnostics name, no code decides by.
    private static readonly (string File, string Term)[] Recommended =
    [
        ("Descriptors.cs", "CrossEntropy"), ("Descriptors.cs", "BinaryCrossEntropy"),

        // What pairs are compared by, Pairs.Cosine: the word of a term, and no term.
        ("HeaderEmitter.cs", "Cosine"), ("LossModel.cs", "Cosine"), ("PairTensors.cs", "Cosine"),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void NoFileNamesALoss(string file)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(Repository.Root, file))).GetRoot();
        Assert.All(root.DescendantTokens().Where(token => token.Kind() is SyntaxKind.IdentifierToken or SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken), token =>
            Assert.True(Named(token.Text) is not { } term || Recommended.Contains((Path.GetFileName(file), term)), $"{file}, line {token.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: '{token.Text}' names the term {Named(token.Text)}."));
    }

    [Theory]
    [InlineData("Dice", "Dice")]
    [InlineData("DiceKernel", "Dice")]
    [InlineData("\"the GeneralizedDice loss\"", "GeneralizedDice")]
    [InlineData("isCrossEntropy", "CrossEntropy")]
    [InlineData("Indices", null)]
    [InlineData("LabelGrid", null)]
    [InlineData("GaussianBlur", null)]
    [InlineData("GaussianTerm", "Gaussian")]
    public void ItWouldFindOne(string text, string? term) => Assert.Equal(term, Named(text));

    [Fact]
    public void ThereAreTermsAndFiles()
    {
        Assert.True(Terms.Length > 50);
        Assert.True(Files.Count > 60);
    }

    // Functions of the language that have a word in common with a term: GaussianBlur is no Gaussian.
    private static readonly string[] FunctionNames =
        [.. typeof(Functions).GetMethods().Select(method => method.Name)
            .Where(name => Terms.Any(term => Words(name).Contains(Words(term), StringComparison.Ordinal)))];

    // The longest term whose words follow each other in the text.
    private static string? Named(string text)
    {
        text = FunctionNames.Aggregate(text, (left, name) => left.Replace(name, "", StringComparison.Ordinal));
        string words = Words(text);
        return Terms.Where(term => term.Length >= LongName || text.Trim('"') == term
            ? words.Contains(Words(term), StringComparison.OrdinalIgnoreCase) : words.Contains(Words(term), StringComparison.Ordinal))
            .MaxBy(term => term.Length);
    }

    // " dice kernel ": each word between blanks, so that Dice is not found in Indices.
    private static string Words(string text) => " " + string.Join(' ', Word().Matches(text).Select(match => match.Value)) + " ";

    [GeneratedRegex("[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")]
    private static partial Regex Word();
}
