using LossGen.Differential.Formulas;

namespace LossGen.Differential.Losses;

/// <summary>Logits and a target of one shape.</summary>
/// <param name="Labels">Class indices, or null.</param>
/// <param name="Dense">A dense target in the declared layout, or null.</param>
internal sealed record Batch(LossShape Shape, double[] Logits, long[]? Labels, double[]? Dense)
{
    public override string ToString()
    {
        LossShape s = Shape;
        string size = s.LogitHeight == s.Height && s.LogitWidth == s.Width ? $"{s.Height} x {s.Width}" : $"{s.LogitHeight} x {s.LogitWidth} resized to {s.Height} x {s.Width}";
        return $"batch {s.Batch}, classes {s.Classes}, pixels {size}, {(Labels is null ? "dense target" : "labels")}\nlogits {Numbers(Logits)}\ntarget {Numbers(Labels?.Select(label => (double)label) ?? Dense!)}";
    }

    private static string Numbers(IEnumerable<double> numbers)
    {
        string[] first = [.. numbers.Take(33).Select(Word.Literal)];
        return string.Join(", ", first.Take(32)) + (first.Length > 32 ? ", ..." : "");
    }
}

/// <summary>The size and the kind of a batch; its numbers follow from the seed.</summary>
internal sealed record BatchPlan(int Images, int Classes, int Height, int Width, bool HasLabels, int Seed)
{
    private static readonly int[] Sizes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 33, 63, 64, 65, 66, 100, 127, 128, 129, 200];

    /// <summary>Plans for a declaration: a small one, of which every derivative is checked, and a larger one, of each kind of target.</summary>
    public static IEnumerable<BatchPlan> For(LossText loss, Random random)
    {
        foreach (bool hasLabels in loss.Target switch { TargetKind.Index => [true], TargetKind.Dense => [false], _ => new[] { true, false } })
        {
            foreach (bool isSmall in new[] { true, false })
            {
                int fewest = loss.FewestClasses, needed = Math.Max(loss.Classes, loss.NeededClasses);
                int classes = needed > 0 ? needed : random.Next(fewest, isSmall ? Math.Max(fewest, 3) + 1 : FormulaContext.MostClasses + 1);
                int pixels = isSmall ? random.Next(1, 7) : Sizes[random.Next(Sizes.Length)];
                yield return new(isSmall ? random.Next(1, 3) : random.Next(1, 4), classes, loss.Resize == Resize.None ? 1 : random.Next(1, 4), pixels, hasLabels, random.Next());
            }
        }
    }

    public Batch Fill(LossText loss)
    {
        var random = new Random(Seed);
        var shape = new LossShape(Images, Classes, Height, Width);
        if (loss.Resize == Resize.Bilinear)
            shape = shape.WithLogits(random.Next(1, 5), random.Next(1, 9));
        bool isProbability = loss.Activation == Activation.None;
        double[] logits = Numbers(checked((int)(Images * Classes * shape.LogitPixels)), () => isProbability
            ? Words.SmallestProbability + (random.NextDouble() * (1 - (2 * Words.SmallestProbability)))
            : ((random.NextDouble() * 2) - 1) * Words.LogitBound);
        int pixels = Images * Height * Width;
        return HasLabels
            ? new(shape, logits, Labels(loss, random, pixels), null)
            : new(shape, logits, null, Dense(loss, random, pixels));
    }

    // Of float precision, so that float and double are given the same numbers.
    private static double[] Numbers(int count, Func<double> next) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)next())];

    private long[] Labels(LossText loss, Random random, int pixels)
    {
        int largest = Classes > 1 || loss.Activation == Activation.Softmax ? Classes - 1 : 1, present = random.Next(2) == 0 ? largest : random.Next(largest + 1);
        double ignored = IgnoredShare(loss, random);
        return [.. Enumerable.Range(0, pixels).Select(pixel => IsIgnored(pixel) ? loss.IgnoreIndex!.Value : random.Next(present + 1))];

        // All of the first image in some batches.
        bool IsIgnored(int pixel) => loss.IgnoreIndex is not null && (random.NextDouble() < ignored || (ignored > 0.3 && pixel < pixels / Images));
    }

    private double[] Dense(LossText loss, Random random, int pixels)
    {
        int channels = Classes + (loss.DropLastTargetChannel ? 1 : 0), kind = random.Next(3);
        double ignored = IgnoredShare(loss, random);
        var target = new double[pixels * channels];
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            int label = random.Next(channels);
            bool isIgnored = random.NextDouble() < ignored / 2;
            for (int c = 0; c < channels; c++)
            {
                double number = kind switch { 0 => c == label ? 1 : 0, 1 => random.Next(2), _ => random.Next(9) / 8.0 };
                bool isElementIgnored = isIgnored || random.NextDouble() < ignored / 2;
                target[Offset(pixel, c, channels, loss)] = isElementIgnored && loss.IgnoreIndex is int index ? index : number;
            }
        }

        return target;
    }

    private int Offset(int pixel, int c, int channels, LossText loss)
    {
        int size = Height * Width, image = pixel / size, within = pixel % size;
        return loss.TargetClassAxis == ClassAxis.Last ? (pixel * channels) + c : (((image * channels) + c) * size) + within;
    }

    private static double IgnoredShare(LossText loss, Random random) =>
        loss.IgnoreIndex is null ? 0 : new[] { 0, 0.1, 0.3, 0.5, 1 }[random.Next(5)];
}
