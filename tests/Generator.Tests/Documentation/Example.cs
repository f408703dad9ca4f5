using System.Text.RegularExpressions;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Documentation;

/// <summary>A block of code of a page: <c>```csharp kind</c>.</summary>
/// <param name="Section">The heading above it.</param>
/// <param name="Kind">Empty, or what the word behind the language says of it.</param>
/// <param name="Code">Its text.</param>
internal sealed partial record Example(string Section, string Kind, string Code)
{
    public static List<Example> Of(string page)
    {
        var found = new List<Example>();
        string section = "";
        foreach (Match match in Part().Matches(File.ReadAllText(Path.Combine(Repository.Root, page)).ReplaceLineEndings("\n")))
        {
            if (match.Groups["heading"].Success)
                section = match.Groups["heading"].Value;
            else
                found.Add(new(section, match.Groups["kind"].Value, match.Groups["code"].Value));
        }

        return found;
    }

    [GeneratedRegex(@"^## (?<heading>[^\n]*)$|^```csharp ?(?<kind>\w*)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Part();
}
