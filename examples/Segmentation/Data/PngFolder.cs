using System.Globalization;
using SkiaSharp;

namespace Segmentation.Data;

/// <summary>
/// Images of one's own: <c>images/*.png</c>, and under the same names <c>masks/*.png</c>, in which each colour is a class and black is
/// the background. Every fifth image, by name, is kept to test on.
/// </summary>
internal static class PngFolder
{
    /// <summary>Pixels of the longer side, to which images are made smaller, unless the command line says otherwise.</summary>
    public const int DefaultSide = 128;

    private const string ImageFolder = "images";
    private const string MaskFolder = "masks";
    private const string Pattern = "*.png";
    private const int HeldOutEvery = 5;
    private const int MostClasses = 16;
    private const int Halvings = 4; // the network halves the sides twice

    private static readonly string[] Colours =
        ["#ffb000", "#648fff", "#fe6100", "#dc267f", "#2fd6a3", "#f0e442", "#56b4e9", "#cc79a7", "#e69f00", "#009e73", "#d55e00", "#0072b2", "#b0e57c", "#ff9da7", "#9c755f"];

    public static bool IsIn(string folder) => Directory.Exists(Path.Combine(folder, ImageFolder))
        && Directory.Exists(Path.Combine(folder, MaskFolder));

    /// <param name="folder">The folder.</param>
    /// <param name="side">Pixels of the longer side: all images become as large as the first one does.</param>
    /// <exception cref="InvalidDataException">An image has no mask, there are too few of them, or a mask has too many colours.</exception>
    public static Dataset Load(string folder, int side)
    {
        string[] names = [.. Directory.GetFiles(Path.Combine(folder, ImageFolder), Pattern).Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal)];
        if (names.Length < HeldOutEvery)
            throw new InvalidDataException($"{Path.Combine(folder, ImageFolder)} has {names.Length} images ({Pattern}); there must be {HeldOutEvery} or more, since one of {HeldOutEvery} is kept to test on.");
        SKSizeI size = SizeOf(Path.Combine(folder, ImageFolder, names[0]), side);
        var classes = new Dictionary<uint, byte> { [0] = 0 };
        (float[] Image, uint[] Mask)[] pairs = [.. names.Select(name => Read(folder, name, size))];

        // By colour, so that an image more does not change what the others' classes are called.
        foreach (uint colour in pairs.SelectMany(pair => pair.Mask).Distinct().Where(colour => colour != 0).Order())
            classes.Add(colour, (byte)classes.Count);
        if (classes.Count > MostClasses)
            throw new InvalidDataException($"The masks in {Path.Combine(folder, MaskFolder)} have {classes.Count} colours; each is a class, and there may be {MostClasses} with black. Were they smoothed, or saved as JPEG once?");
        if (classes.Count == 1)
            throw new InvalidDataException(
                $"The masks in {Path.Combine(folder, MaskFolder)} are black all over: there is nothing to find.");

        (float mean, float deviation) = Brightness(pairs.Select(pair => pair.Image));
        Slices training = Gather([.. pairs.Where((_, i) => i % HeldOutEvery != HeldOutEvery - 1)]),
            heldOut = Gather([.. pairs.Where((_, i) => i % HeldOutEvery == HeldOutEvery - 1)]);
        if (heldOut.Labels.All(label => label == 0))
            throw new InvalidDataException(
                $"Every {HeldOutEvery}th image of {folder} is kept to test on, and the masks of these are black all over. Rename some.");
        return new(
            $"{folder}: {training.Count} images of {size.Width}x{size.Height} pixels to train on, {heldOut.Count} to test on",
            "The images to test on are of the same folder: what the network makes of others is not known.",
            [.. classes.Keys.Skip(1).Select((colour, i) => new Structure(NameOf(colour), ShownAs(colour, i)))],
            training,
            heldOut);

        Slices Gather((float[] Image, uint[] Mask)[] chosen) => new(
            [.. chosen.SelectMany(pair => pair.Image).Select(value => (value - mean) / deviation)],
            [.. chosen.SelectMany(pair => pair.Mask).Select(colour => classes[colour])],
            chosen.Length, size.Height, size.Width);
    }

    /// <summary>Writes images and masks as such a folder.</summary>
    public static void Save(Dataset data, string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, ImageFolder));
        Directory.CreateDirectory(Path.Combine(folder, MaskFolder));
        SKColor[] colours = [SKColors.Black, .. data.Structures.Select(structure => SKColor.Parse(structure.Colour))];
        int number = 0;
        foreach (Slices slices in (Slices[])[data.Training, data.HeldOut])
        {
            (float low, float high) = (slices.Images.Min(), slices.Images.Max());
            for (int image = 0; image < slices.Count; image++, number++)
            {
                string name = number.ToString("D4", CultureInfo.InvariantCulture) + ".png";
                int first = image * slices.Pixels;
                Write(Path.Combine(folder, ImageFolder, name), slices,
                    i => (byte)(255 * (slices.Images[first + i] - low) / (high - low)) is var grey ? new SKColor(grey, grey, grey)
                    : default);
                Write(Path.Combine(folder, MaskFolder, name), slices, i => colours[slices.Labels[first + i]]);
            }
        }
    }

    private static SKSizeI SizeOf(string file, int side)
    {
        using SKBitmap bitmap = Decode(file);
        double scale = Math.Min(1, (double)side / Math.Max(bitmap.Width, bitmap.Height));
        int Side(int pixels) => Math.Max(Halvings, (int)Math.Round(pixels * scale / Halvings) * Halvings);
        return new(Side(bitmap.Width), Side(bitmap.Height));
    }

    private static (float[] Image, uint[] Mask) Read(string folder, string name, SKSizeI size)
    {
        string maskFile = Path.Combine(folder, MaskFolder, name);
        if (!File.Exists(maskFile))
            throw new InvalidDataException($"{Path.Combine(folder, ImageFolder, name)} has no mask: there is no {maskFile}.");
        using SKBitmap image = Decode(Path.Combine(folder, ImageFolder, name)), mask = Decode(maskFile);
        if (image.Width != mask.Width || image.Height != mask.Height)
            throw new InvalidDataException(
                $"{name}: the image is {image.Width}x{image.Height} and its mask {mask.Width}x{mask.Height}; they must be of one size.");
        using SKBitmap small = Resize(image, size, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)),
            labels = Resize(mask, size, new SKSamplingOptions(SKFilterMode.Nearest));
        return ([.. small.Pixels.Select(c => ((0.299f * c.Red) + (0.587f * c.Green) + (0.114f * c.Blue)) / 255)],
            [.. labels.Pixels.Select(c => (uint)c & 0xffffff)]);
    }

    private static SKBitmap Decode(string file)
    {
        using SKCodec? codec = SKCodec.Create(file);
        if (codec is null)
            throw new InvalidDataException($"{file} is not a PNG image that can be read.");
        return SKBitmap.Decode(codec, new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Bgra8888, SKAlphaType.Unpremul));
    }

    private static SKBitmap Resize(SKBitmap bitmap, SKSizeI size, SKSamplingOptions sampling) =>
        bitmap.Width == size.Width && bitmap.Height == size.Height ? bitmap.Copy() : bitmap.Resize(size, sampling);

    private static void Write(string file, Slices slices, Func<int, SKColor> colour)
    {
        using var bitmap = new SKBitmap(slices.Width, slices.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < slices.Pixels; i++)
            bitmap.SetPixel(i % slices.Width, i / slices.Width, colour(i));
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using FileStream output = File.Create(file);
        png.SaveTo(output);
    }

    private static (float Mean, float Deviation) Brightness(IEnumerable<float[]> images)
    {
        double sum = 0, squares = 0, count = 0;
        foreach (float[] image in images)
        {
            foreach (float value in image)
                (sum, squares, count) = (sum + value, squares + (value * (double)value), count + 1);
        }
        double mean = sum / count;
        return ((float)mean, (float)Math.Max(1e-3, Math.Sqrt((squares / count) - (mean * mean))));
    }

    private static string NameOf(uint colour) => IsGrey(colour)
        ? string.Create(CultureInfo.InvariantCulture, $"grey {colour & 255}")
        : string.Create(CultureInfo.InvariantCulture, $"#{colour:x6}");

    // Its own colour; greys, which would not show on an image, have others.
    private static string ShownAs(uint colour, int index) => IsGrey(colour) ? Colours[index] : NameOf(colour);

    private static bool IsGrey(uint colour) => colour >> 16 == (colour & 255) && ((colour >> 8) & 255) == (colour & 255);
}
