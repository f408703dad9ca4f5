namespace Segmentation.Data;

/// <summary>
/// Something to find in an image. Its class index is its place in <see cref="Dataset.Structures"/> plus one; 0 is background.
/// </summary>
/// <param name="Name">What to call it.</param>
/// <param name="Colour">Its colour in the pictures: #rrggbb.</param>
internal sealed record Structure(string Name, string Colour);

/// <summary>Images of one size with a class index for every pixel.</summary>
/// <param name="Images">(N, H, W), about -1 to 2.</param>
/// <param name="Labels">(N, H, W), class indices.</param>
internal sealed record Slices(float[] Images, byte[] Labels, int Count, int Height, int Width)
{
    public int Pixels => Height * Width;

    /// <summary>The images at <see cref="Detail"/> times the resolution, only to be looked at.</summary>
    public float[] Detailed { get; init; } = Images;

    /// <summary>Pixels of <see cref="Detailed"/> to a pixel, along each side.</summary>
    public int Detail { get; init; } = 1;

    public ReadOnlySpan<float> DetailedImage(int index) => Detailed.AsSpan(index * Pixels * Detail * Detail, Pixels * Detail * Detail);

    public ReadOnlySpan<byte> Label(int index) => Labels.AsSpan(index * Pixels, Pixels);

    /// <summary>Indices of slices worth looking at: spread evenly over those that show the most structures.</summary>
    public int[] Showcase(int count, int structures)
    {
        int[] shown = [.. Enumerable.Range(0, Count).Select(i => Present(i, structures))];
        int[] rich = [.. Enumerable.Range(0, Count).Where(i => shown[i] >= Math.Max(1, shown.Max() - 1))];
        return [.. Enumerable.Range(0, count).Select(k => rich[(int)((k + 0.5) * rich.Length / count)])];
    }

    private int Present(int index, int structures)
    {
        int[] pixels = new int[structures + 1];
        foreach (byte label in Label(index))
            pixels[label]++;
        return pixels.Skip(1).Count(n => n >= 6);
    }
}

/// <summary>What a network is trained on and what it is tested on.</summary>
/// <param name="Description">Where the images come from and what they show.</param>
/// <param name="Caveat">What the scores do not mean.</param>
internal sealed record Dataset(
    string Description, string Caveat, IReadOnlyList<Structure> Structures, Slices Training, Slices HeldOut)
{
    public int Classes => Structures.Count + 1;

    /// <summary>The share of the training pixels that belong to any structure.</summary>
    public double ForegroundShare => Training.Labels.Count(label => label != 0) / (double)Training.Labels.Length;
}
