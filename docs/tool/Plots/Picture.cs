using ScottPlot;
using SkiaSharp;

namespace LossGen.Pages.Plots;

/// <summary>Draws the picture of a page, value and gradient side by side, and the small one of the index.</summary>
internal static class Picture
{
    private const int Width = 960;
    private const int Height = 370;
    private const int LegendHeight = 40;
    private const int Margin = 14;

    // How far the axis follows other lines, in heights of the default's.
    private const double Beyond = 2.5;

    private const int SmallWidth = 192;
    private const int SmallHeight = 104;

    /// <summary>Value and gradient with their axes, and a legend.</summary>
    public static byte[] Draw(Scene scene, IReadOnlyList<(Curve Curve, Samples Samples)> lines)
    {
        Plot value = Style.Plot(scene.ValueTitle, scene.XLabel), gradient = Style.Plot(scene.GradientTitle, scene.XLabel);
        foreach ((int i, (_, Samples samples)) in lines.Index().Reverse())
        {
            Line(value, samples.X, samples.Value, i, LinePattern.Solid);
            for (int k = 0; k < samples.Gradients.Length; k++)
                Line(gradient, samples.X, samples.Gradients[k], i, k == 0 ? LinePattern.Solid : LinePattern.Dashed);
        }

        Fit(value, lines[0].Samples.Value);
        Fit(gradient, [.. lines[0].Samples.Gradients.SelectMany(line => line)]);
        using var surface = SKSurface.Create(new SKImageInfo(Width, Height));
        surface.Canvas.Clear(SKColor.Parse(Style.Paper));
        Legend(surface.Canvas, scene, [.. lines.Select(line => line.Curve.Label)]);
        int half = Width / 2;
        Place(surface.Canvas, value, 0, half);
        Place(surface.Canvas, gradient, half, half);
        return Encode(surface);
    }

    /// <summary>The values alone.</summary>
    public static byte[] DrawSmall(IReadOnlyList<(Curve Curve, Samples Samples)> lines)
    {
        Plot plot = Style.Bare();
        plot.HideGrid();
        plot.Layout.Frameless();
        foreach ((int i, (_, Samples samples)) in lines.Index().Reverse())
            Line(plot, samples.X, samples.Value, i, LinePattern.Solid);
        plot.Axes.Margins(0.04, 0.12);
        using var surface = SKSurface.Create(new SKImageInfo(SmallWidth, SmallHeight));
        plot.Render(surface.Canvas, new PixelRect(0, SmallWidth, SmallHeight, 0));
        return Encode(surface);
    }

    private static void Line(Plot plot, double[] x, double[] y, int number, LinePattern pattern)
    {
        int[] known = [.. Enumerable.Range(0, x.Length).Where(i => double.IsFinite(y[i]))];
        ScottPlot.Plottables.Scatter line = plot.Add.ScatterLine(
            Array.ConvertAll(known, i => x[i]), Array.ConvertAll(known, i => y[i]),
                Color.FromHex(Style.Curves[number % Style.Curves.Length]));
        line.LineWidth = number == 0 ? 2.6f : 1.8f;
        line.LinePattern = pattern;
    }

    // The default decides what is seen: a line that goes far beyond leaves the picture. What hardly moves is shown as flat instead of as
    // rounding errors.
    private static void Fit(Plot plot, double[] usual)
    {
        plot.Axes.Margins(0.02, 0.08);
        plot.Axes.AutoScale();
        AxisLimits limits = plot.Axes.GetLimits();
        double low = usual.Where(double.IsFinite).Min(), high = usual.Where(double.IsFinite).Max(), room = Beyond * (high - low);
        if (limits.VerticalSpan < 1e-3)
            plot.Axes.SetLimitsY(limits.VerticalCenter - 0.5, limits.VerticalCenter + 0.5);
        else if (room > 1e-3)
            plot.Axes.SetLimitsY(Math.Max(limits.Bottom, low - room), Math.Min(limits.Top, high + room));
    }

    private static void Legend(SKCanvas canvas, Scene scene, string[] labels)
    {
        float x = Margin;
        for (int i = 0; i < labels.Length; i++)
        {
            Stroke(canvas, x, Style.Curves[i % Style.Curves.Length], isDashed: false);
            x += 34 + Style.Text(canvas, labels[i], x + 34, 25, 14, Style.Ink) + 24;
        }

        if (scene.GradientNames.Length < 2)
            return;
        x = Math.Max(x, (Width / 2) + 120f);
        foreach ((int i, string name) in scene.GradientNames.Index())
        {
            Stroke(canvas, x, Style.Dim, isDashed: i > 0);
            x += 34 + Style.Text(canvas, name, x + 34, 25, 14, Style.Dim) + 24;
        }
    }

    private static void Stroke(SKCanvas canvas, float x, string colour, bool isDashed)
    {
        using SKPathEffect? dashes = isDashed ? SKPathEffect.CreateDash([7, 4], 0) : null;
        using var paint = new SKPaint { Color = SKColor.Parse(colour), StrokeWidth = 3, IsAntialias = true, PathEffect = dashes };
        canvas.DrawLine(x, 20, x + 26, 20, paint);
    }

    // A surface of its own: a plot clears all of its canvas.
    private static void Place(SKCanvas canvas, Plot plot, int x, int width)
    {
        using var surface = SKSurface.Create(new SKImageInfo(width, Height - LegendHeight));
        plot.Render(surface.Canvas, new PixelRect(0, width, Height - LegendHeight, 0));
        canvas.DrawSurface(surface, x, LegendHeight);
    }

    /// <summary>As a small PNG.</summary>
    public static byte[] Encode(SKSurface surface)
    {
        using SKImage image = surface.Snapshot();
        using SKBitmap bitmap = SKBitmap.FromImage(image);
        return IndexedPng.Encode(Array.ConvertAll(bitmap.Pixels, pixel => (int)((uint)pixel & 0xFFFFFF)), bitmap.Width);
    }
}
