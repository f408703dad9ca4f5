using System.Globalization;
using LossGen.Benchmarks.Measure;
using Spectre.Console;

namespace LossGen.Benchmarks.Report;

/// <summary>Prints results: boxes on a terminal, Markdown into a file or pipe.</summary>
internal static class Tables
{
    private static TableBorder Border => Console.IsOutputRedirected ? TableBorder.Markdown : TableBorder.Rounded;

    public static void UseWholeLines()
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 200;
    }

    /// <summary>All approaches of one case.</summary>
    public static void Print(CaseResult result)
    {
        Row ours = result["lossgen"]!, limit = result["limit"]!;
        double pixels = (double)result.Size.Batch * result.Size.Pixels;
        Table table = New("approach", "forward ms", "gradient ms", "total ms", "p20 - p80", "ns a pixel", "x lossgen", "x limit",
            "allocated", "peak", "error");
        foreach (Row row in result.Rows)
        {
            table.AddRow(
                row.Approach, Time(row.Forward), Time(row.Gradient), Time(row.Total.Median),
                    $"{Time(row.Total.P20)} - {Time(row.Total.P80)}",
                Number(row.Total.Median * 1e6 / pixels), Ratio(row.Total.Median / ours.Total.Median),
                    Ratio(row.Total.Median / limit.Total.Median),
                Bytes(row.Allocated), Bytes(row.Peak), row.Error is { } error ? error.ToString("0.0E-0", CultureInfo.InvariantCulture)
                    : "");
        }

        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine($"{result.Loss}, {result.Size.Text}, threads: {result.Threads} ({(result.Threads == 1 && OperatingSystem.IsLinux() ? "processor time" : "wall-clock time")})");
        AnsiConsole.WriteLine();
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(result.Notes);
    }

    /// <summary>
    /// One line a case: how many times as long as the generated loss the others take, and the generated loss against the limit.
    /// </summary>
    public static void PrintSummary(IReadOnlyList<CaseResult> results)
    {
        Table table = New("loss", "size", "threads", "lossgen ms", "of limit: forward", "gradient", "lossgen-torch", "eager", "eager-best",
            "fused-torch");
        foreach (CaseResult result in results)
        {
            Row ours = result["lossgen"]!, limit = result["limit"]!;
            table.AddRow(
                result.Loss, result.Size.Text, result.Threads.ToString(CultureInfo.InvariantCulture), Time(ours.Total.Median),
                Ratio(ours.Forward / limit.Forward), Ratio(ours.Gradient / limit.Gradient),
                Against("lossgen-torch"), Against("eager"), Against("eager-best"), Against("fused-torch"));

            string Against(string approach) => result[approach] is { } row ? Ratio(row.Total.Median / ours.Total.Median) : "";
        }

        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine("Forward and gradient together; the last four columns are times as long as lossgen (the span API).");
        AnsiConsole.WriteLine();
        AnsiConsole.Write(table);
    }

    /// <summary>One line a loss and size: its first calls, and what a call takes at the end.</summary>
    public static void Print(IEnumerable<FirstCalls> results)
    {
        Table table = New("loss", "size", "1st ms", "2nd", "3rd", "5th", "10th", "30th", "steady", "2nd / steady", "3rd / steady");
        foreach (FirstCalls result in results)
        {
            table.AddRow(
                [result.Loss.Name, result.Size.Text, .. ((int[])[1, 2, 3, 5, 10, 30]).Select(call => Time(result.Calls[call - 1])), Time(result.Steady),
                .. ((int[])[2, 3]).Select(call => Ratio(result.Calls[call - 1] / result.Steady))]);
        }

        AnsiConsole.Write(table);
    }

    /// <summary>A table whose first column is text and whose others are numbers.</summary>
    public static Table New(params string[] columns)
    {
        var table = new Table { Border = Border };
        foreach (string column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column))
            {
                NoWrap = true,
                Alignment = column == columns[0] ? Justify.Left
                : Justify.Right
            });
        return table;
    }

    public static string Time(double milliseconds) => Number(milliseconds);

    private static string Ratio(double ratio) => ratio.ToString(ratio < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    // Three significant digits, without an exponent.
    private static string Number(double value)
    {
        int decimals = value <= 0 ? 0 : Math.Clamp(2 - (int)Math.Floor(Math.Log10(value)), 0, 6);
        return value.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    private static string Bytes(long? bytes) => bytes switch
    {
        null => "",
        < 1000 => $"{bytes} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
    };
}
