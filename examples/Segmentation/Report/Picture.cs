using System.Globalization;
using ScottPlot;
using Segmentation.Data;
using Segmentation.Training;
using SkiaSharp;

namespace Segmentation.Report;

/// <summary>One picture of it all: image, truth and the prediction of each loss side by side, and the curves of the training.</summary>
internal static class Picture
{
    public const int Rows = 4;
    public const string Background = "#14171c";
    public const string Foreground = "#e8eaed";
    public const string Dim = "#9aa0a6";
    public const string Lines = "#2a2f37";
    public const string Warning = "#ff5c5c";

    private const int Margin = 28;
    private const int Gap = 10;
    private const int TitleHeight = 92;
    private const int HeadingHeight = 68;
    private const int CurveHeight = 380;
    private const int FooterHeight = 44;
    private const int PanelWidth = 190;

    /// <summary>A plain font that the system has, or null.</summary>
    public static string? FontFamily { get; } = Choose([.. SKFontManager.Default.FontFamilies]);

    public static bool HasFonts => FontFamily is not null;

    public static void Save(string path, string title, Dataset data, IReadOnlyList<TrainingRun> runs, IReadOnlyList<int> shown)
    {
        SKRectI crop = Crop(data.HeldOut, shown);
        var panel = new Panel(data, crop, Math.Max(1, (int)Math.Round((double)PanelWidth / crop.Width)));
        int columns = runs.Count + 2;
        int width = Math.Max(900, (2 * Margin) + (columns * (panel.Width + Gap)) - Gap);
        int gridTop = TitleHeight + HeadingHeight, curveTop = gridTop + (shown.Count * (panel.Height + Gap)) + 16;
        using var surface = SKSurface.Create(new SKImageInfo(width, curveTop + CurveHeight + FooterHeight));
        SKCanvas canvas = surface.Canvas;
        canvas.Clear(SKColor.Parse(Background));

        Title(canvas, title, data);
        for (int column = 0; column < columns; column++)
        {
            int x = Margin + (column * (panel.Width + Gap));
            TrainingRun? run = column < 2 ? null : runs[column - 2];
            Heading(canvas, x, column, run);
            for (int row = 0; row < shown.Count; row++)
                Image(canvas, panel, data, shown[row], x, gridTop + (row * (panel.Height + Gap)), column, run);
        }

        int half = (width - (2 * Margin)) / 2;
        Draw(canvas, Curves.Training(runs), Margin, curveTop, half);
        Draw(canvas, Curves.HeldOut(runs), Margin + half, curveTop, half);
        Text(canvas, data.Caveat, Margin, curveTop + CurveHeight + 24, 15, Dim);

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using SKImage image = surface.Snapshot();
        using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
        using FileStream file = File.Create(path);
        png.SaveTo(file);
    }

    private static string? Choose(string[] families) =>
        ((string[])["Inter", "Segoe UI", "Helvetica Neue", "DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial"])
            .FirstOrDefault(families.Contains)
        ?? families.FirstOrDefault();

    private static void Draw(SKCanvas canvas, Plot plot, int x, int y, int width)
    {
        using var surface = SKSurface.Create(new SKImageInfo(width, CurveHeight)); // of its own: a plot clears all of its canvas
        plot.Render(surface.Canvas, new PixelRect(0, width, CurveHeight, 0));
        canvas.DrawSurface(surface, x, y);
    }

    private static void Title(SKCanvas canvas, string title, Dataset data)
    {
        Text(canvas, title, Margin, 40, 24, Foreground, bold: true);
        float x = Margin;
        foreach (Structure structure in data.Structures)
        {
            using var paint = new SKPaint { Color = SKColor.Parse(structure.Colour), IsAntialias = true };
            canvas.DrawRoundRect(x, 60, 16, 16, 3, 3, paint);
            x += 24 + Text(canvas, structure.Name, x + 22, 74, 16, Foreground) + 22;
        }
        Text(canvas, "white line: the true border    number: Dice of the slice", x, 74, 16, Dim);
    }

    private static void Heading(SKCanvas canvas, int x, int column, TrainingRun? run)
    {
        int y = TitleHeight + (run is null ? 58 : 22);
        string name = run?.Candidate.Name ?? (column == 0 ? "image" : "truth");
        Text(canvas, name, x, y, 18, run?.Candidate.Colour ?? Foreground, bold: true);
        if (run is null)
            return;
        if (run.Failure is { } failure)
        {
            Text(canvas, Number($"stopped at step {failure.Step}"), x, y + 19, 14, Warning);
            Text(canvas, "not finite", x, y + 36, 13, Warning);
            return;
        }
        Text(canvas, Number($"Dice {run.Dice:F2}"), x, y + 19, 14, Foreground);
        Text(canvas, Number($"precision {run.Precision:F2}  recall {run.Recall:F2}"), x, y + 36, 13, Dim);
    }

    private static void Image(
        SKCanvas canvas, Panel panel, Dataset data, int slice, int x, int y, int column, TrainingRun? run)
    {
        float[]? fill = run is not null ? run.Shown.GetValueOrDefault(slice) : column == 0 ? null : Panel.OneHot(data.HeldOut.Label(slice),
            data.Classes);
        using SKBitmap bitmap = panel.Draw(slice, fill, outline: column > 0);
        canvas.DrawBitmap(bitmap, x, y);
        if (run is null || run.Failure is not null)
            return;
        int pixels = data.HeldOut.Pixels;
        Scores[] scores = Scores.Compare(data.HeldOut.Label(slice), run.Predicted.AsSpan(slice * pixels, pixels), data.Classes);
        double[] dice = [.. scores.Select(s => s.Dice).Where(d => !double.IsNaN(d))];
        if (dice.Length == 0)
            return;
        using var shade = new SKPaint { Color = SKColor.Parse(Background).WithAlpha(190) };
        canvas.DrawRect(x, y + panel.Height - 24, 48, 24, shade);
        Text(canvas, Number($"{dice.Average():F2}"), x + 8, y + panel.Height - 7, 15, Foreground, bold: true);
    }

    /// <summary>The part of the slices around the structures, with room on all sides.</summary>
    private static SKRectI Crop(Slices slices, IReadOnlyList<int> shown)
    {
        int left = slices.Width, top = slices.Height, right = 0, bottom = 0;
        foreach (int slice in shown)
        {
            ReadOnlySpan<byte> labels = slices.Label(slice);
            for (int i = 0; i < labels.Length; i++)
            {
                if (labels[i] == 0)
                    continue;
                (left, right) = (Math.Min(left, i % slices.Width), Math.Max(right, i % slices.Width));
                (top, bottom) = (Math.Min(top, i / slices.Width), Math.Max(bottom, i / slices.Width));
            }
        }
        const int Room = 9;
        return right < left
            ? new(0, 0, slices.Width, slices.Height)
            : new(Math.Max(0, left - Room), Math.Max(0, top - Room), Math.Min(slices.Width, right + 1 + Room),
            Math.Min(slices.Height, bottom + 1 + Room));
    }

    private static float Text(SKCanvas canvas, string text, float x, float y, float size, string colour, bool bold = false)
    {
        using SKTypeface typeface = SKTypeface.FromFamilyName(FontFamily, bold ? SKFontStyle.Bold : SKFontStyle.Normal)
            ?? SKTypeface.Default;
        using var font = new SKFont(typeface, size) { Subpixel = true };
        using var paint = new SKPaint { Color = SKColor.Parse(colour), IsAntialias = true };
        canvas.DrawText(text, x, y, font, paint);
        return font.MeasureText(text);
    }

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
