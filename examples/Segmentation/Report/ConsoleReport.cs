using System.Globalization;
using Segmentation.Data;
using Segmentation.Training;
using Spectre.Console;

namespace Segmentation.Report;

/// <summary>What is seen on the terminal; plain lines where the output is not one.</summary>
internal static class ConsoleReport
{
    private const int LogWidth = 120;

    private static readonly bool IsTerminal = !Console.IsOutputRedirected;

    public static void Introduce(Dataset data, Options options)
    {
        if (!IsTerminal)
            AnsiConsole.Profile.Width = LogWidth;
        string structures = string.Join(", ", data.Structures.Select(s => $"[{s.Colour}]{s.Name}[/]"));
        AnsiConsole.MarkupLine($"[bold]Data[/]      {Markup.Escape(data.Description)}");
        AnsiConsole.MarkupLine(Text($"[bold]To find[/]   {structures}: {data.ForegroundShare:P1} of the pixels"));
        AnsiConsole.MarkupLine(Text($"[bold]Training[/]  {options.Steps} steps for each loss, seed {options.Seed}, same network and batches for all"));
        AnsiConsole.WriteLine();
    }

    /// <summary>Trains with each loss in turn.</summary>
    public static IReadOnlyList<TrainingRun> WithProgress(
        IReadOnlyList<Candidate> candidates, int steps, Func<Candidate, Action<double>, TrainingRun> train)
    {
        var runs = new List<TrainingRun>();
        if (!IsTerminal)
        {
            foreach (Candidate candidate in candidates)
            {
                runs.Add(train(candidate, _ => { }));
                TrainingRun run = runs[^1];
                Console.WriteLine(run.Failure is { } failure
                    ? Text($"{candidate.Name}: stopped at step {failure.Step} of {steps}, {failure.Found}")
                    : Text($"{candidate.Name}: {steps} steps in {run.Duration.TotalSeconds:F0} s, held-out Dice {run.Dice:F3}"));
            }
            return runs;
        }

        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
            new RemainingTimeColumn())
            .Start(context =>
            {
                int longest = candidates.Max(c => c.Name.Length);
                string Describe(Candidate candidate, string dice) =>
                    $"[{candidate.Colour}]{candidate.Name.PadRight(longest)}[/]  {dice,-10}";
                ProgressTask[] bars = [.. candidates.Select(c => context.AddTask(Describe(c, ""), autoStart: false, maxValue: steps))];
                for (int i = 0; i < bars.Length; i++)
                {
                    (Candidate candidate, ProgressTask bar) = (candidates[i], bars[i]);
                    bar.StartTask();
                    runs.Add(train(candidate, dice =>
                    {
                        bar.Description = Describe(candidate, Text($"Dice {dice:F3}"));
                        bar.Increment(1);
                    }));
                }
            });
        return runs;
    }

    public static void Table(Dataset data, IReadOnlyList<TrainingRun> runs)
    {
        var table = new Table().Border(IsTerminal ? TableBorder.Rounded : TableBorder.Ascii)
            .Title("[bold]Held-out scores[/]: mean over the structures, then Dice of each");
        table.AddColumn("loss");
        foreach (string column in (string[])["Dice", "precision", "recall", .. data.Structures.Select(s => s.Name), "seconds"])
            table.AddColumn(new TableColumn(column).RightAligned());

        double[][] scores = [.. runs.Select(r => r.Failure is null ? (double[])[r.Dice, r.Precision, r.Recall,
            .. r.Scores.Select(s => s.Dice)] : new double[3 + data.Structures.Count])];
        for (int i = 0; i < runs.Count; i++)
        {
            table.AddRow(
            [
                $"[{runs[i].Candidate.Colour}]{runs[i].Candidate.Name}[/]",
                .. runs[i].Failure is { } failure
                    ? [Text($"[bold red]stopped at step {failure.Step}[/]"), .. Enumerable.Repeat("-", scores[i].Length - 1)]
                    : scores[i].Select((score, column) => Score(score, best: scores.Max(row => row[column]))),
                Text($"{runs[i].Duration.TotalSeconds:F1}"),
            ]);
        }
        AnsiConsole.WriteLine();
        AnsiConsole.Write(table);
    }

    public static void Conclude(Dataset data, string picture)
    {
        AnsiConsole.MarkupLine($"[italic]{Markup.Escape(data.Caveat)}[/]");
        AnsiConsole.WriteLine();
        Console.WriteLine($"Picture: {picture}"); // not wrapped, so that it can be copied
        Console.WriteLine($"Trained networks: {Path.Combine(Path.GetDirectoryName(picture)!, "*.dat")}");
        if (!Picture.HasFonts)
            Console.WriteLine("No font is installed, so the picture has no captions (Debian: fonts-dejavu-core).");
    }

    /// <summary>Names the losses whose training had to stop, on the error stream. True where there are any.</summary>
    public static bool Failures(IReadOnlyList<TrainingRun> runs)
    {
        foreach (TrainingRun run in runs)
        {
            if (run.Failure is { } failure)
                Console.Error.WriteLine(Text($"{run.Candidate.Name}: the training stopped at step {failure.Step}, for {failure.Found}."));
        }
        return runs.Any(run => run.Failure is not null);
    }

    private static string Score(double score, double best)
    {
        string text = double.IsNaN(score) ? "-" : Text($"{score:F3}");
        return score >= best - 5e-4 ? $"[bold green]{text}[/]" : text;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
