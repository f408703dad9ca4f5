using ScottPlot;
using Segmentation.Training;

namespace Segmentation.Report;

/// <summary>The two plots below the images.</summary>
internal static class Curves
{
    private const double Memory = 0.9; // of the running mean that smooths a training loss

    /// <summary>The training loss of each, as a share of what it was at the start: losses differ in scale.</summary>
    public static Plot Training(IReadOnlyList<TrainingRun> runs)
    {
        Plot plot = New("Training loss, as a share of its start");
        foreach (TrainingRun run in runs)
            Line(plot, run, [.. Enumerable.Range(1, run.Losses.Count).Select(i => (double)i)], Smooth(run.Losses), markers: false);
        plot.Axes.SetLimitsY(0, 1.1);
        return plot;
    }

    /// <summary>Dice on the held-out set.</summary>
    public static Plot HeldOut(IReadOnlyList<TrainingRun> runs)
    {
        Plot plot = New("Held-out Dice, mean of the structures");
        foreach (TrainingRun run in runs)
            Line(plot, run, [0, .. run.HeldOutDice.Select(p => (double)p.Step)], [0, .. run.HeldOutDice.Select(p => p.Dice)],
                markers: true);
        plot.Axes.SetLimitsY(0, 1);
        return plot;
    }

    private static Plot New(string title)
    {
        var plot = new Plot();
        plot.FigureBackground.Color = Color.FromHex(Picture.Background);
        plot.DataBackground.Color = Color.FromHex(Picture.Background);
        plot.Axes.Color(Color.FromHex(Picture.Dim));
        plot.Grid.MajorLineColor = Color.FromHex(Picture.Lines);
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Bottom.TickLabelStyle.FontSize = 14;
        plot.Axes.Left.TickLabelStyle.FontSize = 14;
        plot.Title(title, 17);
        plot.Axes.Title.Label.ForeColor = Color.FromHex(Picture.Foreground);
        plot.Axes.Title.Label.Bold = false;
        plot.XLabel("step", 14);
        plot.Axes.Bottom.Label.Bold = false;
        if (Picture.FontFamily is string family)
            plot.Font.Set(family);
        plot.Axes.Margins(0.02, 0);
        return plot;
    }

    private static void Line(Plot plot, TrainingRun run, double[] xs, double[] ys, bool markers)
    {
        var line = plot.Add.Scatter(xs, ys, Color.FromHex(run.Candidate.Colour));
        line.LineWidth = 2.5f;
        line.MarkerSize = markers ? 7 : 0;
    }

    private static double[] Smooth(IReadOnlyList<double> values)
    {
        double start = values.Take(5).DefaultIfEmpty(1).Average(), mean = start;
        return [.. values.Select(v => (mean = (Memory * mean) + ((1 - Memory) * v)) / start)];
    }
}
