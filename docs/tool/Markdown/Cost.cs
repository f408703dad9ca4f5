using System.Text.RegularExpressions;

namespace LossGen.Pages.Markdown;

/// <summary>What the head of a generated file says of each pass.</summary>
/// <param name="Target">The kind of target.</param>
/// <param name="Pass">What the pass does.</param>
/// <param name="Work">Bytes, sums and costly operations.</param>
internal sealed partial record Cost(string Target, string Pass, string Work)
{
    public static IEnumerable<Cost> Read(IReadOnlyList<string> header, bool ofPairs)
    {
        string target = "";
        foreach (string line in Unwrap(header))
        {
            if (line.StartsWith("Class indices", StringComparison.Ordinal))
                target = "class indices";
            else if (line.StartsWith("Dense targets", StringComparison.Ordinal))
                target = ofPairs ? "pairs" : "dense";
            else if (PassLine().Match(line) is { Success: true } pass)
                yield return new(target, pass.Groups[1].Value, pass.Groups[2].Value.Replace("*", "·", StringComparison.Ordinal)); // a star would be Markdown
        }
    }

    // What is indented further continues a line.
    private static List<string> Unwrap(IReadOnlyList<string> header)
    {
        var lines = new List<string>();
        foreach (string line in header.Select(line => line[2..].TrimEnd()))
        {
            if (line.StartsWith("       ", StringComparison.Ordinal) && !line.StartsWith("               ", StringComparison.Ordinal)
                && lines.Count > 0)
                lines[^1] += " " + line.Trim();
            else
                lines.Add(line.Trim());
        }

        return lines;
    }

    [GeneratedRegex(@"^pass \d+ +(.*?): (.*)$")]
    private static partial Regex PassLine();
}
