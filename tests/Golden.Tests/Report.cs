using System.Globalization;
using System.Text;

namespace LossGen.Golden;

/// <summary>The closing table: a line for each library, loss and backend.</summary>
internal static class Report
{
    public const string FileVariable = "LOSSGEN_GOLDEN_REPORT";

    private static readonly string[] Header = ["library", "loss", "backend", "passed", "failed", "not expressible"];

    /// <summary>The table for people, columns aligned.</summary>
    public static string Text(IEnumerable<Outcome> outcomes)
    {
        string[][] rows = [Header, .. Rows(outcomes)];
        int[] widths = [.. Enumerable.Range(0, Header.Length).Select(column => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
            text.AppendJoin("  ", row.Select((cell, column) => column is 3 or 4 ? cell.PadLeft(widths[column])
                : cell.PadRight(widths[column]))).Append('\n');
        return text.ToString();
    }

    /// <summary>Writes the table, separated by tabs, to the file that the environment variable names.</summary>
    public static void WriteFile(IEnumerable<Outcome> outcomes)
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } path)
            File.WriteAllLines(path, [string.Join('\t', Header), .. Rows(outcomes).Select(row => string.Join('\t', row))]);
    }

    private static IEnumerable<string[]> Rows(IEnumerable<Outcome> outcomes) =>
        from outcome in outcomes
        group outcome by (outcome.Case.Library, outcome.Case.Loss, outcome.Backend) into line
        orderby line.Key.Library, line.Key.Loss, line.Key.Backend
        select new[]
        {
            line.Key.Library, line.Key.Loss, line.Key.Backend,
            Text(line.Count(outcome => outcome.Passed)), Text(line.Count(outcome => outcome.Failure is not null)), Reasons(line),
        };

    private static string Reasons(IEnumerable<Outcome> line)
    {
        string[] reasons = [.. line.Where(outcome => outcome.Reason is not null).GroupBy(outcome => outcome.Reason!)
            .Select(same => $"{Text(same.Count())} ({same.Key})")];
        return reasons.Length == 0 ? "0" : string.Join("; ", reasons);
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
