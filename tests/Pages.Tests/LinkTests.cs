using System.Text.Json;
using System.Text.RegularExpressions;
using LossGen.Pages.Catalogue;

namespace LossGen.Pages.Tests;

/// <summary>Every link of README and the pages leads to a file that is there, and to a heading of it.</summary>
public partial class LinkTests
{
    private static readonly string[] s_files =
    [
        .. Directory.GetFiles(Repository.Root, "*.md")
            .Concat(Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> Pages => new(s_files);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_of_a_page_lead_somewhere(string page)
    {
        string file = Path.Combine(Repository.Root, page);
        string[] dead = [.. Link().Matches(Prose(file)).Select(link => link.Groups["to"].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal) && !LeadsSomewhere(file, link))];
        Assert.Empty(dead);
    }

    [Fact]
    public void There_are_links() => Assert.True(s_files.Sum(page => Link().Count(Prose(Path.Combine(Repository.Root, page)))) > 500);

    // The other folders' pages are listed by the tables of their README.md, which other tests hold against the pages.
    [Fact]
    public void The_sidebar_of_the_site_lists_every_page_once()
    {
        using var sections = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "build", "site", "sections.json")));
        string[] listed = [.. sections.RootElement.EnumerateArray().SelectMany(section => section.GetProperty("pages").EnumerateArray())
            .Select(page => page.GetString()!)];
        string[] expected = [.. s_files.Where(page => !page.StartsWith("docs/losses/", StringComparison.Ordinal)
            && !page.StartsWith("docs/diagnostics/", StringComparison.Ordinal)), "docs/diagnostics/README.md", "docs/losses/README.md"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static bool LeadsSomewhere(string from, string link)
    {
        string[] parts = link.Split('#', 2);
        string file = parts[0].Length == 0 ? from : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(from)!, parts[0]));
        return (File.Exists(file) || Directory.Exists(file))
            && (parts.Length == 1 || Heading().Matches(Prose(file)).Any(heading => Anchor(heading.Groups["text"].Value) == parts[1]));
    }

    // What GitHub makes of a heading.
    private static string Anchor(string heading) => Unusual().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    // Without blocks of code.
    private static string Prose(string file) => Code().Replace(File.ReadAllText(file).ReplaceLineEndings("\n"), "");

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)|(?:src|href)=""(?<to>[^""]+)""")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^\\w\\- ]")]
    private static partial Regex Unusual();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();
}
