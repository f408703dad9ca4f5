using System.Reflection;
using System.Text.RegularExpressions;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Documentation;

/// <summary>
/// The C# of every page compiles, without a warning. What is wrong on purpose has tests of its own: that of docs/language.md, and the wrong
/// examples of the messages' pages.
/// </summary>
public class SnippetTests
{
    private const string LanguagePage = "docs/language.md";
    private const string Wrong = "Wrong";

    // What a caller has, unless the page says otherwise: spans' arrays, and the maps of the catalogue by their names.
    private static readonly Dictionary<string, string> Usual = Maps().ToDictionary(name => name, _ => "float[]", StringComparer.Ordinal)
        .Concat([new("logits", "float[]"), new("gradient", "float[]"), new("target", "float[]"), new("labels", "long[]"),
        new("shape", "LossShape")])
        .ToDictionary(StringComparer.Ordinal);

    public static TheoryData<string> Pages => new(Files().Where(page => page != LanguagePage && Snippet.Of(page).Count > 0));

    [Theory]
    [MemberData(nameof(Pages))]
    public void EverySnippetCompiles(string page)
    {
        List<Snippet> snippets = [.. Snippet.Of(page).Where(snippet => !snippet.IsFragment && snippet.Program is null
            && !(IsMessage(page) && snippet.Section == Wrong))];
        var declared = new HashSet<string>(StringComparer.Ordinal);
        var whole = new List<string>();

        // A page that declares none speaks of that of the README.
        string? loss = snippets.Any(snippet => snippet.Loss is not null) ? null : "DiceCrossEntropy";
        if (loss is not null)
            whole.Add($"[Loss(Activation.Softmax), Dice, CrossEntropy] internal sealed partial class {loss};");
        foreach (Snippet snippet in snippets)
        {
            loss = snippet.Loss ?? loss;
            if (snippet.IsStatements)
                whole.Add(Method(snippet, loss));
            else if (snippet.Types.Any(declared.Contains))
                Compile(page, [snippet.Code]); // once more, as when a page comes back to a loss
            else
                whole.Add(snippet.Code);
            declared.UnionWith(snippet.Types);
        }

        Compile(page, whole);
    }

    [Fact]
    public void NoSnippetIsHidden() => Assert.All(Files(), page => Assert.Equal(
        Regex.Count(File.ReadAllText(Path.Combine(Repository.Root, page)), @"^\s*(```|~~~) *(cs|c#|csharp|C#)\b", RegexOptions.Multiline),
        page == LanguagePage ? Example.Of(page).Count : Snippet.Of(page).Count));

    /// <summary>Programs are built and run where they stand: ExampleTests.</summary>
    [Fact]
    public void ProgramsAreTheFilesThatTheyName()
    {
        Snippet[] programs = [.. Files().SelectMany(Snippet.Of).Where(snippet => snippet.Program is not null)];
        Assert.NotEmpty(programs);
        Assert.All(programs, snippet => Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, snippet.Program!))
            .ReplaceLineEndings("\n"), snippet.Code));
    }

    [Fact]
    public void ThereAreSnippets()
    {
        Assert.Contains("README.md", Pages);
        Assert.True(Files().Sum(page => Snippet.Of(page).Count(snippet => snippet.IsStatements && !snippet.IsFragment)) > 50);
        Assert.InRange(Files().Sum(page => Snippet.Of(page).Count(snippet => snippet.IsFragment)), 1, 10);
    }

    private static void Compile(string page, List<string> files)
    {
        if (files.Count == 0)
            return;
        var compilation = GeneratorDriverHelper.Compile("Consumer", [.. files], torchSharp: true);
        var driver = GeneratorDriverHelper.CreateDriver().RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        try
        {
            var run = new GeneratorRun(compilation, output, driver);
            Assert.Empty(run.Diagnostics.Where(diagnostic => diagnostic.Severity >= Microsoft.CodeAnalysis.DiagnosticSeverity.Warning));
            Assert.Empty(run.WarningsBesideSupport());
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"A snippet of {page} does not compile; a comment '<!-- with: Tensor logits -->' above it gives types, '<!-- fragment -->' leaves it out.", error);
        }
    }

    private static string Method(Snippet snippet, string? loss)
    {
        var given = new Dictionary<string, string>(Usual, StringComparer.Ordinal);
        if (loss is not null)
            given["loss"] = loss;
        foreach ((string type, string name) in snippet.Given)
            given[name] = type;
        foreach (string name in snippet.Locals)
            given.Remove(name);
        return $$"""
            using LossGen.Gpu;
            using TorchSharp;
            using static TorchSharp.torch;
            using Tensor = TorchSharp.torch.Tensor;

            internal static class Snippet{{snippet.Line}}
            {
                internal static void Run({{string.Join(", ", given.Select(pair => $"{pair.Value} {pair.Key}"))}})
                {
            {{snippet.Code}}
                }
            }
            """;
    }

    private static bool IsMessage(string page) => Path.GetFileName(page).StartsWith("LG", StringComparison.Ordinal);

    private static IEnumerable<string> Files() => new[] { "README.md", "CONTRIBUTING.md" }
        .Concat(Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Maps() => typeof(LossAttribute).Assembly.GetTypes()
        .Where(type => type.IsAssignableTo(typeof(LossTermAttribute)))
        .SelectMany(type => type.GetMethod("Formula", BindingFlags.Public | BindingFlags.Static)?.GetParameters() ?? [])
        .Where(parameter => parameter.ParameterType == typeof(PixelMap) || parameter.ParameterType == typeof(ElementMap))
        .Select(parameter => parameter.Name!).Append("weights").Distinct();
}
