using ScottPlot;
using SkiaSharp;

namespace LossGen.Pages.Plots;

/// <summary>Colours and letters of all pictures.</summary>
internal static class Style
{
    public const string Paper = "#ffffff";
    public const string Ink = "#1f2328";
    public const string Dim = "#59636e";
    public const string Lines = "#e4e8ec";

    /// <summary>The first is the default's.</summary>
    public static readonly string[] Curves = ["#0969da", "#d4660a", "#2c974b", "#8250df"];

    /// <summary>A plain font that the system has; the same everywhere if it is the first of the list.</summary>
    public static string? FontFamily { get; } =
        ((string[])["DejaVu Sans", "Inter", "Segoe UI", "Helvetica Neue", "Liberation Sans", "Noto Sans", "Arial"])
            .FirstOrDefault(SKFontManager.Default.FontFamilies.Contains)
        ?? SKFontManager.Default.FontFamilies.FirstOrDefault();

    public static Plot Plot(string title, string xLabel)
    {
        Plot plot = Bare();
        plot.Axes.Color(Color.FromHex(Dim));
        plot.Grid.MajorLineColor = Color.FromHex(Lines);
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Bottom.TickLabelStyle.FontSize = 13;
        plot.Axes.Left.TickLabelStyle.FontSize = 13;
        plot.Title(title, 15);
        plot.Axes.Title.Label.ForeColor = Color.FromHex(Ink);
        plot.Axes.Title.Label.Bold = false;
        plot.XLabel(xLabel, 13);
        plot.Axes.Bottom.Label.ForeColor = Color.FromHex(Dim);
        plot.Axes.Bottom.Label.Bold = false;
        if (FontFamily is string family)
            plot.Font.Set(family);
        return plot;
    }

    /// <summary>A plot without axes.</summary>
    public static Plot Bare()
    {
        var plot = new Plot();
        plot.FigureBackground.Color = Color.FromHex(Paper);
        plot.DataBackground.Color = Color.FromHex(Paper);
        return plot;
    }

    public static float Text(SKCanvas canvas, string text, float x, float y, float size, string colour)
    {
        using SKTypeface typeface = SKTypeface.FromFamilyName(FontFamily, SKFontStyle.Normal) ?? SKTypeface.Default;
        using var font = new SKFont(typeface, size) { Subpixel = true };
        using var paint = new SKPaint { Color = SKColor.Parse(colour), IsAntialias = true };
        canvas.DrawText(text, x, y, font, paint);
        return font.MeasureText(text);
    }
}
