using System.Text;
using System.Text.RegularExpressions;

namespace LossGen.Pages.Markdown;

/// <summary>A table in Markdown.</summary>
internal static partial class Table
{
    public static void Write(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        text.Append("| ").AppendJoin(" | ", head).Append(" |\n|").Insert(text.Length, "---|", head.Length).Append('\n');
        foreach (string[] row in rows)
            text.Append("| ").AppendJoin(" | ", row.Select(Cell)).Append(" |\n");
        text.Append('\n');
    }

    // A bar would end the cell, even inside code.
    private static string Cell(string text) => Bar().Replace(text, @"\|");

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();
}
