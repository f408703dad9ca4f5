using SkiaSharp;

namespace LossGen.Pages.Plots;

/// <summary>Draws target, prediction and gradient of an image side by side, and the small picture of the index.</summary>
internal static class ImagePicture
{
    private const int Width = 960;
    private const int Height = 340;
    private const int Panel = 288;
    private const int Top = 36;
    private const int SmallHeight = 104;
    private const int SmallWidth = 192;

    private static readonly SKColor More = SKColor.Parse("#0969da");
    private static readonly SKColor Less = SKColor.Parse("#d4660a");

    public static byte[] Draw(Samples samples)
    {
        using var surface = SKSurface.Create(new SKImageInfo(Width, Height));
        surface.Canvas.Clear(SKColor.Parse(Style.Paper));
        int gap = (Width - (3 * Panel)) / 4;
        (string Title, Func<int, SKColor> Colour)[] panels = Panels(samples);
        for (int k = 0; k < panels.Length; k++)
        {
            int left = gap + (k * (Panel + gap));
            Style.Text(surface.Canvas, panels[k].Title, left, 24, 15, Style.Ink);
            Image(surface.Canvas, panels[k].Colour, left, Top, Panel);
        }

        return Picture.Encode(surface);
    }

    public static byte[] DrawSmall(Samples samples)
    {
        using var surface = SKSurface.Create(new SKImageInfo(SmallWidth, SmallHeight));
        surface.Canvas.Clear(SKColor.Parse(Style.Paper));
        (string _, Func<int, SKColor> prediction) = Panels(samples)[1];
        (string _, Func<int, SKColor> gradient) = Panels(samples)[2];
        Image(surface.Canvas, prediction, 0, 4, 92);
        Image(surface.Canvas, gradient, 100, 4, 92);
        return Picture.Encode(surface);
    }

    private static (string Title, Func<int, SKColor> Colour)[] Panels(Samples samples)
    {
        double[] gradient = samples.Gradients[0];

        // A few pixels may have far more than all others: shown as strong as the strongest in a hundred.
        double strong = gradient.Select(Math.Abs).Order().ElementAt((int)(gradient.Length * 0.99));
        strong = strong > 0 ? strong : Math.Max(gradient.Max(Math.Abs), double.Epsilon);
        return
        [
            ("target", i => Grey(samples.X[i])),
            ("prediction", i => Grey(samples.Value[i])),
            ("gradient", i => Mixed(gradient[i] / strong)),
        ];
    }

    private static void Image(SKCanvas canvas, Func<int, SKColor> colour, int left, int top, int size)
    {
        float pixel = (float)size / NeighbourScene.Side;
        using var paint = new SKPaint();
        for (int i = 0; i < NeighbourScene.Side * NeighbourScene.Side; i++)
        {
            (int row, int column) = Math.DivRem(i, NeighbourScene.Side);
            paint.Color = colour(i);
            float x = MathF.Round(left + (column * pixel)), y = MathF.Round(top + (row * pixel));
            canvas.DrawRect(x, y, MathF.Round(left + ((column + 1) * pixel)) - x, MathF.Round(top + ((row + 1) * pixel)) - y, paint);
        }

        paint.Color = SKColor.Parse(Style.Lines);
        paint.IsStroke = true;
        canvas.DrawRect(left, top, size, size, paint);
    }

    // Paper is 0 and ink 1.
    private static SKColor Grey(double number)
    {
        byte level = (byte)Math.Round(255 - (Math.Clamp(number, 0, 1) * 224));
        return new(level, level, level);
    }

    private static SKColor Mixed(double strength)
    {
        SKColor towards = strength < 0 ? More : Less;
        double share = Math.Pow(Math.Min(1, Math.Abs(strength)), 0.6);
        byte Mix(byte channel) => (byte)Math.Round(255 + ((channel - 255) * share));
        return new(Mix(towards.Red), Mix(towards.Green), Mix(towards.Blue));
    }
}
