using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace LossGen.TestSupport;

/// <summary>
/// A table in a page of docs that tests write: between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- end --&gt;</c>. Tests fail when the page
/// says something else; where <c>LOSSGEN_UPDATE_DOCS</c> is set they write it.
/// </summary>
internal static partial class DocumentTable
{
    private const double Relative = 0.02, Absolute = 1e-5;

    /// <summary>What differs between the page and the lines, or null.</summary>
    public static string? Difference(string page, string name, IEnumerable<string> lines, [CallerFilePath] string file = "")
    {
        string path = Path.Combine(Docs(Path.GetDirectoryName(file)!), page), text = File.ReadAllText(path).ReplaceLineEndings("\n");
        string start = $"<!-- {name} -->\n", end = "<!-- end -->";
        int from = text.IndexOf(start, StringComparison.Ordinal) + start.Length, to = text.IndexOf(end, from, StringComparison.Ordinal);
        if (from < start.Length || to < 0)
            return $"{page} has no table '{name}'";
        if (Environment.GetEnvironmentVariable("LOSSGEN_UPDATE_DOCS") is { Length: > 0 })
        {
            File.WriteAllText(path, text[..from] + string.Concat(lines.Select(line => line + "\n")) + text[to..]);
            return null;
        }

        string[] expected = text[from..to].Split('\n', StringSplitOptions.RemoveEmptyEntries), actual = [.. lines];
        for (int i = 0; i < Math.Max(expected.Length, actual.Length); i++)
        {
            if (i >= expected.Length || i >= actual.Length || !Same(expected[i], actual[i]))
                return $"{page}, table '{name}': it says\n{expected.ElementAtOrDefault(i)}\nand should say\n{actual.ElementAtOrDefault(i)}\n(LOSSGEN_UPDATE_DOCS=1 writes it)";
        }

        return null;
    }

    /// <summary>The first cells of the rows of the table under a heading.</summary>
    public static IEnumerable<string> FirstColumn(string page, string heading, [CallerFilePath] string file = "") =>
        File.ReadLines(Path.Combine(Docs(Path.GetDirectoryName(file)!), page))
            .SkipWhile(line => line != $"## {heading}")
            .SkipWhile(line => !line.StartsWith('|'))
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Split('|')[1].Trim());

    // The last digit of a number may differ from processor to processor.
    private static bool Same(string expected, string actual)
    {
        if (NumberPattern().Replace(expected, "#") != NumberPattern().Replace(actual, "#"))
            return false;
        return NumberPattern().Matches(expected).Zip(NumberPattern().Matches(actual)).All(pair =>
            Math.Abs(Number(pair.First) - Number(pair.Second)) <= Absolute + (Relative * Math.Abs(Number(pair.First))));
    }

    private static double Number(Match match) => double.Parse(match.ValueSpan, CultureInfo.InvariantCulture);

    private static string Docs(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "LossGen.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No LossGen.sln above the tests.");
        return Path.Combine(folder, "docs");
    }

    [GeneratedRegex(@"-?\d+(\.\d+)?([eE][-+]?\d+)?")]
    private static partial Regex NumberPattern();
}
