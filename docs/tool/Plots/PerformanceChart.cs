using System.Globalization;
using ScottPlot;
using SkiaSharp;

namespace LossGen.Pages.Plots;

/// <summary>The picture that docs/performance.md begins with, drawn from the table of figures on that page.</summary>
internal static class PerformanceChart
{
    public const string Page = "docs/performance.md";
    public const string File = "docs/images/performance.png";

    private const string Heading = "| loss | size | threads | lossgen ms |";
    private const int Width = 960;
    private const int Height = 400;
    private const double BarWidth = 0.26;

    // Two images of four classes, and four of one: sizes of training, in which all losses of the table were timed.
    private static readonly string[] Sizes = ["2x4x512x512", "4x1x512x512"];

    private static readonly (string Column, string Meaning)[] Approaches =
    [
        ("eager", "as one writes it with TorchSharp's operations"),
        ("eager-best", "the fastest way to write it with them"),
        ("fused-torch", "torch's own fused loss, where there is one"),
    ];

    /// <summary>What is drawn: for each loss how many times as long as LossGen the approaches take, and LossGen's milliseconds.</summary>
    /// <param name="page">The page's text. Its first table of figures counts.</param>
    public static IReadOnlyList<(string Loss, double Milliseconds, double?[] Times)> Rows(string page)
    {
        string[] lines = page.ReplaceLineEndings("\n").Split('\n');
        int head = Array.FindIndex(lines, line => line.StartsWith(Heading, StringComparison.Ordinal));
        if (head < 0)
            throw new InvalidDataException($"{Page} has no table that begins with {Heading}");
        string[] columns = Cells(lines[head]);
        return
        [
            .. lines.Skip(head + 2).TakeWhile(line => line.StartsWith('|')).Select(Cells)
                .Where(cells => Sizes.Contains(cells[1]) && cells[2] == "1")
                .Select(cells => (cells[0], Number(cells[3])!.Value,
                Array.ConvertAll(Approaches, approach => Number(cells[Array.IndexOf(columns, approach.Column)])))),
        ];
    }

    public static byte[] Draw(string page)
    {
        var rows = Rows(page);
        Plot plot = Style.Plot("Value and gradient, one thread: how many times as long as LossGen (the line) it takes", "");
        for (int k = 0; k < Approaches.Length; k++)
        {
            for (int i = 0; i < rows.Count; i++)
            {
                if (rows[i].Times[k] is not double times)
                    continue;
                ScottPlot.Plottables.BarPlot bar = plot.Add.Bar(i + ((k - 1) * BarWidth), times);
                bar.Color = Color.FromHex(Style.Curves[k]);
                bar.Bars[0].Size = 0.9 * BarWidth;
                bar.Bars[0].LineWidth = 0;
                bar.Bars[0].Label = times.ToString(times < 10 ? "F1" : "F0", CultureInfo.InvariantCulture);
                bar.ValueLabelStyle.FontSize = 11;
                bar.ValueLabelStyle.ForeColor = Color.FromHex(Style.Dim);
            }

            plot.Legend.ManualItems.Add(new LegendItem { LabelText = Approaches[k].Meaning, FillColor = Color.FromHex(Style.Curves[k]) });
        }

        ScottPlot.Plottables.HorizontalLine line = plot.Add.HorizontalLine(1, 2, Color.FromHex(Style.Ink));
        line.EnableAutoscale = false;
        plot.Axes.Bottom.SetTicks(
            [.. Enumerable.Range(0, rows.Count).Select(i => (double)i)],
            [.. rows.Select(row => $"{row.Loss.Replace("+formula", "\n+ formula", StringComparison.Ordinal)}\n{row.Milliseconds.ToString(CultureInfo.InvariantCulture)} ms")]);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Axes.SetLimits(-0.6, rows.Count - 0.4, 0, 1.35 * rows.Max(row => row.Times.Max() ?? 0));
        plot.HideLegend();
        plot.ShowLegend(Alignment.UpperRight, Orientation.Vertical);
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        if (Style.FontFamily is string family)
            plot.Legend.FontName = family;
        using var surface = SKSurface.Create(new SKImageInfo(Width, Height));
        plot.Render(surface.Canvas, new PixelRect(0, Width, Height, 0));
        return Picture.Encode(surface);
    }

    private static string[] Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())];

    private static double? Number(string cell) => cell.Length == 0 ? null : double.Parse(cell, CultureInfo.InvariantCulture);
}
