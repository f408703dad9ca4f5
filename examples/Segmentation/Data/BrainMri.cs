namespace Segmentation.Data;

/// <summary>
/// Coronal slices of a human T1 MRI with the regions of an atlas on the same grid: Debian's package mricron-data. The left
/// hemisphere is the training set, the right one, mirrored, the held-out set.
/// </summary>
internal static class BrainMri
{
    public const string DebianFolder = "/usr/share/mricron/templates";

    private const string ImageFile = "ch2.nii.gz";
    private const string AtlasFile = "aal.nii.gz";

    private const int Height = 80;
    private const int Width = 48;
    private const int Step = 2;          // millimetres, and so voxels, a pixel
    private const int Middle = 90;       // the plane between the hemispheres
    private const int Top = 165;         // the voxel row shown first, above the skull's inner side
    private const int Margin = 10;       // slices kept before and behind the structures

    // Odd numbers in the atlas are left, the next even ones right.
    private static readonly (int Left, Structure Structure)[] Regions =
    [
        (71, new("caudate", "#ffb000")),
        (73, new("putamen", "#fe6100")),
        (77, new("thalamus", "#648fff")),
        (37, new("hippocampus", "#dc267f")),
    ];

    public static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, ImageFile)) && File.Exists(Path.Combine(folder, AtlasFile));

    public static Dataset Load(string folder)
    {
        Nifti image = Nifti.Load(Path.Combine(folder, ImageFile));
        Nifti atlas = Nifti.Load(Path.Combine(folder, AtlasFile));
        if ((image.X, image.Y, image.Z) != (atlas.X, atlas.Y, atlas.Z) || image.X < 2 * Middle || image.Z <= Top)
            throw new InvalidDataException(
                $"{folder}: {ImageFile} is {image.X}x{image.Y}x{image.Z} and {AtlasFile} {atlas.X}x{atlas.Y}x{atlas.Z}; both must be on one grid of 181x217x181.");

        (int first, int last) = Extent(atlas);
        bool leftIsLow = LeftIsLow(atlas);
        (float mean, float deviation) = Brightness(image);
        return new(
            $"{ImageFile} and {AtlasFile} in {folder}: coronal slices {first} to {last} of a T1 MRI at {Step} mm",
            "One brain, mirrored: this shows how losses behave, not how well a network generalises.",
            [.. Regions.Select(r => r.Structure)],
            Hemisphere(leftIsLow, 0),
            Hemisphere(!leftIsLow, 1));

        Slices Hemisphere(bool low, int parity)
        {
            int count = last - first + 1, pixels = count * Height * Width;
            var slices = new Slices(new float[pixels], new byte[pixels], count, Height, Width)
            {
                Detail = Step,
                Detailed = new float[pixels * Step * Step],
            };
            for (int y = first, i = 0; y <= last; y++)
            {
                for (int row = 0; row < Height; row++)
                {
                    for (int column = 0; column < Width; column++, i++)
                        (slices.Images[i], slices.Labels[i]) = Pixel(y, row, column, low, parity, Voxels(i));
                }
            }
            return slices;

            // Where the pixel's voxels go in the detailed image.
            Span<float> Voxels(int pixel) => slices.Detailed.AsSpan((pixel / Width * Width * Step * Step) + (pixel % Width * Step));
        }

        // Columns are counted from the middle outwards, so that both hemispheres look alike.
        (float Image, byte Label) Pixel(int y, int row, int column, bool low, int parity, Span<float> voxels)
        {
            float sum = 0;
            Span<int> votes = stackalloc int[Regions.Length + 1];
            votes.Clear();
            for (int k = 0; k < Step * Step; k++)
            {
                int outwards = 1 + (Step * column) + (k % Step);
                int x = low ? Middle - outwards : Middle + outwards, z = Top - (Step * row) - (k / Step);
                if (x < 0 || x >= image.X || z < 0)
                    continue;
                sum += image[x, y, z];
                voxels[(k / Step * Width * Step) + (k % Step)] = image[x, y, z];
                int region = (int)atlas[x, y, z] - parity;
                votes[Array.FindIndex(Regions, r => r.Left == region) + 1]++;
            }
            int label = Regions.Length;
            while (label > 0 && 2 * votes[label] < Step * Step)
                label--;
            return (((sum / (Step * Step)) - mean) / deviation, (byte)label);
        }
    }

    /// <summary>The slices that hold any of the structures, with a margin.</summary>
    private static (int First, int Last) Extent(Nifti atlas)
    {
        int first = atlas.Y, last = 0;
        for (int i = 0; i < atlas.Voxels.Length; i++)
        {
            if (!Regions.Any(r => r.Left == (int)atlas.Voxels[i]))
                continue;
            int y = i / atlas.X % atlas.Y;
            first = Math.Min(first, y);
            last = Math.Max(last, y);
        }
        return (Math.Max(0, first - Margin), Math.Min(atlas.Y - 1, last + Margin));
    }

    private static bool LeftIsLow(Nifti atlas)
    {
        int balance = 0;
        for (int i = 0; i < atlas.Voxels.Length; i++)
        {
            if ((int)atlas.Voxels[i] == Regions[0].Left)
                balance += i % atlas.X < Middle ? 1 : -1;
        }
        return balance > 0;
    }

    private static (float Mean, float Deviation) Brightness(Nifti image)
    {
        float[] head = [.. image.Voxels.Where(v => v > 20)];
        double mean = head.Average(v => (double)v);
        return ((float)mean, (float)Math.Sqrt(head.Average(v => (v - mean) * (v - mean))));
    }
}
