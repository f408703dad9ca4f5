namespace Segmentation.Data;

/// <summary>
/// Images that are drawn, for want of real ones: a body with a ring, a core, two lobes and, in one image of three, a small
/// speck, all bent by a smooth random field, lit unevenly, with noise, and among look-alikes that are not to be found.
/// </summary>
internal static class Phantom
{
    private const int Size = 64;
    private const int TrainingImages = 160;
    private const int HeldOutImages = 80;

    private const byte Ring = 1, Core = 2, Lobe = 3, Speck = 4;

    private static readonly Structure[] Structures =
        [new("ring", "#ffb000"), new("core", "#648fff"), new("lobes", "#fe6100"), new("speck", "#dc267f")];

    public static Dataset Draw(int seed) => new(
        $"a phantom drawn here: {TrainingImages} images of {Size}x{Size} pixels, and {HeldOutImages} more to test on",
        "Drawn images: this shows how losses behave, not what a network makes of real ones.",
        Structures,
        Images(TrainingImages, new Random(seed)),
        Images(HeldOutImages, new Random(seed ^ 0x5eed)));

    private static Slices Images(int count, Random random)
    {
        var slices = new Slices(new float[count * Size * Size], new byte[count * Size * Size], count, Size, Size);
        for (int image = 0; image < count; image++)
            Draw(random, slices.Images.AsSpan(image * Size * Size, Size * Size), slices.Labels.AsSpan(image * Size * Size, Size * Size));
        return slices;
    }

    private static void Draw(Random random, Span<float> image, Span<byte> labels)
    {
        double Spread(double width) => (2 * random.NextDouble() - 1) * width;

        // Three slow waves bend each axis.
        (double U, double V, double Phase, double X, double Y)[] waves =
            [.. Enumerable.Range(0, 3).Select(_ => (Spread(5), Spread(5), Spread(Math.PI), Spread(0.06), Spread(0.06)))];
        double angle = Spread(0.5), aspect = 1 + Spread(0.15), scale = 1 + Spread(0.1), centreX = Spread(0.12), centreY = Spread(0.12);
        double lightX = Spread(0.35), lightY = Spread(0.35), lightXY = Spread(0.3);
        double grain = 0.16 + (0.08 * random.NextDouble());
        double coreX = Spread(0.06), coreY = Spread(0.06), coreRadius = 0.2 + Spread(0.04);
        double lobeDistance = 0.42 + Spread(0.04), lobeRadius = 0.09 + Spread(0.02);
        bool hasSpeck = random.Next(3) == 0;
        double speckAngle = Spread(Math.PI), speckX = 0.28 * Math.Cos(speckAngle), speckY = 0.28 * Math.Sin(speckAngle);
        (double X, double Y)[] lookAlikes = [.. Enumerable.Range(0, 3).Select(_ => (Spread(0.9), 0.78 + Spread(0.15)))];

        for (int row = 0; row < Size; row++)
        {
            for (int column = 0; column < Size; column++)
            {
                double u = ((2 * column) + 1.0 - Size) / Size, v = ((2 * row) + 1.0 - Size) / Size;
                double x = (u - centreX) / scale, y = (v - centreY) / scale;
                (x, y) = ((x * Math.Cos(angle)) - (y * Math.Sin(angle)), ((x * Math.Sin(angle)) + (y * Math.Cos(angle))) * aspect);
                foreach (var wave in waves)
                {
                    double swing = Math.Sin((wave.U * u) + (wave.V * v) + wave.Phase);
                    (x, y) = (x + (wave.X * swing), y + (wave.Y * swing));
                }

                double radius = Math.Sqrt((x * x) + (y * y));
                double brightness = radius < 0.85 ? 0.55 : 0.05;
                byte label = 0;
                if (radius is > 0.6 and < 0.7)
                    (label, brightness) = (Ring, 0.85);
                if (Distance(x, y, coreX, coreY) < coreRadius)
                    (label, brightness) = (Core, 0.3);
                if (Math.Min(Distance(x, y, -lobeDistance, 0), Distance(x, y, lobeDistance, 0)) < lobeRadius)
                    (label, brightness) = (Lobe, 0.95);
                if (hasSpeck && Distance(x, y, speckX, speckY) < 0.055)
                    (label, brightness) = (Speck, 1.0);
                if (label == 0 && lookAlikes.Any(p => Distance(x, y, p.X, p.Y) < 0.07))
                    brightness = 0.95;

                double light = 1 + (lightX * u) + (lightY * v) + (lightXY * u * v);
                int pixel = (row * Size) + column;
                image[pixel] = (float)((3 * brightness * light) - 1.2 + (3 * grain * Normal(random)));
                labels[pixel] = label;
            }
        }
    }

    private static double Distance(double x, double y, double toX, double toY) =>
        Math.Sqrt(((x - toX) * (x - toX)) + ((y - toY) * (y - toY)));

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
