using Segmentation.Data;
using SkiaSharp;

namespace Segmentation.Report;

/// <summary>Enlarges a slice: grey image, coloured classes, and the outline of the truth.</summary>
internal sealed class Panel(Dataset data, SKRectI crop, int scale)
{
    private const double Cover = 0.6;
    private const double Brightest = 185; // of the image, so that white lines show on it

    private readonly SKColor[] colours = [SKColors.Black, .. data.Structures.Select(s => SKColor.Parse(s.Colour))];

    public int Width => crop.Width * scale;

    public int Height => crop.Height * scale;

    /// <param name="slice">The held-out slice.</param>
    /// <param name="probabilities">(C, H, W) to colour, or null for the image alone.</param>
    /// <param name="outline">Draws the border of the true classes.</param>
    public SKBitmap Draw(int slice, float[]? probabilities, bool outline)
    {
        Slices source = data.HeldOut;
        ReadOnlySpan<float> image = source.DetailedImage(slice);
        (float low, float high) = Range(image);
        byte[]? filled = probabilities is null ? null : Classes(probabilities);
        byte[]? truth = outline ? Classes(OneHot(source.Label(slice), data.Classes)) : null;

        var bitmap = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                double grey = Brightest * Math.Clamp((Sample(image, source.Detail, x, y) - low) / (high - low), 0, 1);
                var colour = new SKColor((byte)grey, (byte)grey, (byte)grey);
                int at = (y * Width) + x;
                if (filled is not null && filled[at] != 0)
                    colour = Blend(colour, colours[filled[at]]);
                if (truth is not null && IsBorder(truth, x, y))
                    colour = SKColors.White;
                bitmap.SetPixel(x, y, colour);
            }
        }
        return bitmap;
    }

    /// <summary>Class indices as probabilities.</summary>
    public static float[] OneHot(ReadOnlySpan<byte> labels, int classes)
    {
        float[] result = new float[classes * labels.Length];
        for (int i = 0; i < labels.Length; i++)
            result[(labels[i] * labels.Length) + i] = 1;
        return result;
    }

    private static SKColor Blend(SKColor under, SKColor over)
    {
        byte Mix(byte a, byte b) => (byte)(((1 - Cover) * a) + (Cover * b));
        return new(Mix(under.Red, over.Red), Mix(under.Green, over.Green), Mix(under.Blue, over.Blue));
    }

    /// <summary>The brightness shown as black and as white: the extremes of what is shown, but for a few pixels.</summary>
    private (float Low, float High) Range(ReadOnlySpan<float> image)
    {
        int detail = data.HeldOut.Detail, stride = data.HeldOut.Width * detail;
        var visible = new List<float>();
        for (int row = crop.Top * detail; row < crop.Bottom * detail; row++)
            visible.AddRange(image.Slice((row * stride) + (crop.Left * detail), crop.Width * detail));
        visible.Sort();
        return (visible[visible.Count / 50], visible[^(1 + (visible.Count / 200))]);
    }

    /// <summary>The likeliest class of every enlarged pixel.</summary>
    private byte[] Classes(float[] probabilities)
    {
        int pixels = data.HeldOut.Pixels;
        byte[] result = new byte[Width * Height];
        for (int i = 0; i < result.Length; i++)
        {
            double best = -1;
            for (int c = 0; c < data.Classes; c++)
            {
                double p = Sample(probabilities.AsSpan(c * pixels, pixels), 1, i % Width, i / Width);
                if (p > best)
                    (best, result[i]) = (p, (byte)c);
            }
        }
        return result;
    }

    private bool IsBorder(byte[] classes, int x, int y)
    {
        byte here = classes[(y * Width) + x];
        return (x + 1 < Width && classes[(y * Width) + x + 1] != here) || (y + 1 < Height && classes[((y + 1) * Width) + x] != here);
    }

    /// <summary>
    /// A plane of <paramref name="detail"/> times the slice's resolution at an enlarged pixel, between the four points around it.
    /// </summary>
    private double Sample(ReadOnlySpan<float> plane, int detail, int x, int y)
    {
        int height = data.HeldOut.Height * detail, width = data.HeldOut.Width * detail;
        double column = Math.Clamp((detail * (crop.Left + ((x + 0.5) / scale))) - 0.5, 0, width - 1);
        double row = Math.Clamp((detail * (crop.Top + ((y + 0.5) / scale))) - 0.5, 0, height - 1);
        int left = Math.Min((int)column, width - 2), top = Math.Min((int)row, height - 2);
        double right = column - left, down = row - top;
        ReadOnlySpan<float> upper = plane.Slice((top * width) + left, 2), lower = plane.Slice(((top + 1) * width) + left, 2);
        return ((1 - down) * (((1 - right) * upper[0]) + (right * upper[1]))) + (down * (((1 - right) * lower[0]) + (right * lower[1])));
    }
}
