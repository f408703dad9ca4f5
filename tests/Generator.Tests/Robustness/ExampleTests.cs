using System.Text.RegularExpressions;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Robustness;

/// <summary>The examples of the pages about the language compile as they stand.</summary>
public class ExampleTests
{
    public static TheoryData<string, int> Examples()
    {
        var examples = new TheoryData<string, int>();
        foreach (string page in (string[])["sorting.md"])
        {
            for (int k = 0; k < Blocks(page).Count; k++)
                examples.Add(page, k);
        }

        return examples;
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void ExampleIsClean(string page, int block) => GeneratorDriverHelper.Run(Blocks(page)[block]).AssertClean();

    private static List<string> Blocks(string page) =>
        [.. Regex.Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", page)).ReplaceLineEndings("\n"), "```csharp\n(.*?)```",
            RegexOptions.Singleline).Select(match => match.Groups[1].Value)];
}
