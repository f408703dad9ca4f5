using System.Reflection;
using System.Text.RegularExpressions;
using LossGen.Generator.Diagnostics;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Tests.Diagnostics;

/// <summary>Every message has a page, and the examples of the pages do what they say.</summary>
public class PageTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "diagnostics");

    public static TheoryData<string> Ids => new(All.Select(descriptor => descriptor.Id));

    private static IEnumerable<DiagnosticDescriptor> All =>
        typeof(Descriptors).GetFields(BindingFlags.Static | BindingFlags.Public).Select(member => member.GetValue(null))
            .OfType<DiagnosticDescriptor>();

    [Fact]
    public void IdsAreUnique() => Assert.Equal(All.Select(descriptor => descriptor.Id).Distinct(), All.Select(descriptor => descriptor.Id));

    [Fact]
    public void EveryPageHasARow() => Assert.Equal(
        All.Select(descriptor => descriptor.Id).Order(),
        Directory.GetFiles(Folder, "LG*.md").Select(file => Path.GetFileNameWithoutExtension(file)).Order());

    [Theory]
    [MemberData(nameof(Ids))]
    public void RowHasAPage(string id)
    {
        DiagnosticDescriptor descriptor = All.Single(candidate => candidate.Id == id);
        string page = Page(id);
        Assert.StartsWith($"# {id}: {descriptor.Title}\n", page, StringComparison.Ordinal);
        Assert.Contains($"| {descriptor.Category} | {descriptor.DefaultSeverity} |", page, StringComparison.Ordinal);
        Assert.Contains("\n## What\n", page, StringComparison.Ordinal);
        Assert.Contains("\n## Why\n", page, StringComparison.Ordinal);
        Assert.Equal($"docs/diagnostics/{id}.md", descriptor.HelpLinkUri);
        Assert.Contains($"[{id}]({id}.md) | {descriptor.DefaultSeverity} | {descriptor.Title} |", Page("README"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void WrongExampleIsReported(string id)
    {
        if (Example(id, "Wrong") is not { } source)
            return;
        GeneratorRun run = GeneratorDriverHelper.Run(source, torchSharp: NeedsTorchSharp(id));
        Assert.Equal([id], run.Diagnostics.Concat(Analyzers.Run(run.Output, new StrayTermAnalyzer())).Select(diagnostic => diagnostic.Id)
            .Distinct());
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void RightExampleIsClean(string id)
    {
        if (Example(id, "Right") is { } source)
            Assert.Empty(GeneratorDriverHelper.Run(source, torchSharp: NeedsTorchSharp(id)).AssertClean().Diagnostics);
    }

    private static bool NeedsTorchSharp(string id) => id is "LG0005" or "LG0015";

    private static string Page(string name) => File.ReadAllText(Path.Combine(Folder, name + ".md")).ReplaceLineEndings("\n");

    private static string? Example(string id, string heading)
    {
        Match match = Regex.Match(Page(id), $"## {heading}\n\n```csharp\n(.*?)```", RegexOptions.Singleline);
        return match.Success ? match.Groups[1].Value : null;
    }
}
