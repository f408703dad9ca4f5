using LossGen.Differential.Formulas;

namespace LossGen.Differential.Losses;

/// <summary>Logits and a target of one shape.</summary>
/// <param name="Labels">Class indices, or null.</param>
/// <param name="Dense">A dense target in the declared layout, or null.</param>
internal sealed record Batch(LossShape Shape, double[] Logits, long[]? Labels, double[]? Dense)
{
    /// <summary>Some term has a softmax: what is ignored of a class still counts in those of the others.</summary>
    public bool SharesClasses { get; init; }

    /// <summary>Logits that are large, or -infinity at classes that are masked.</summary>
    public bool IsExtreme { get; init; }

    /// <summary>What the call passes besides, as the loss declares it.</summary>
    public double[][] Maps { get; init; } = [];

    /// <summary>The spatial extents of the target: rows and columns, or slices before them.</summary>
    public long[] Spatial => Axes(Shape.Depth, Shape.Height, Shape.Width);

    /// <summary>Those of the logits.</summary>
    public long[] LogitSpatial => Axes(Shape.LogitDepth, Shape.LogitHeight, Shape.LogitWidth);

    private long[] Axes(params long[] extents) => extents[^Shape.Dimensions..];

    /// <summary>The batch with maps for a loss.</summary>
    public Batch WithMaps(LossDefinition definition, int seed)
    {
        var random = new Random(seed);
        int pixels = checked((int)(Shape.Batch * Shape.Pixels));
        return this with
        {
            Maps = [.. definition.Inputs.Select(input => Enumerable.Range(0, pixels * (input.Kind == InputKind.Element ? Shape.Classes : 1))
                .Select(_ => random.Next(7) / 4.0).ToArray())],
        };
    }

    /// <summary>
    /// Which logits reach neither value nor gradient: those of pixels that are ignored, and without a softmax those of single elements. A
    /// softmax of the pixel's other classes has a share of them.
    /// </summary>
    public bool[] WithoutPart(LossDefinition definition, int ignored)
    {
        int pixels = checked((int)Shape.Pixels), classes = Shape.Classes, channels = classes + (definition.DropLastTargetChannel ? 1 : 0);
        return [.. Enumerable.Range(0, Logits.Length).Select(i =>
        {
            (int row, int pixel) = Math.DivRem(i, pixels);
            (int image, int c) = Math.DivRem(row, classes);
            if (Labels is not null)
                return Labels[(image * pixels) + pixel] is var label
                    && (label == ignored || definition.OtherIgnoreIndices.Contains((int)label));
            return SharesClasses ? Enumerable.Range(0, classes).All(other => Element(other) == ignored) : Element(c) == ignored;

            double Element(int of) => Dense![definition.TargetClassAxis == ClassAxis.Last ? (((image * pixels) + pixel) * channels) + of
                : (((image * channels) + of) * pixels) + pixel];
        })];
    }

    /// <summary>
    /// A class that the target has at the pixel of a logit is masked there; where logits are resized, at any pixel of its image.
    /// </summary>
    public bool MasksLabelAt(int logit, LossDefinition definition)
    {
        int pixels = checked((int)Shape.Pixels), from = checked((int)Shape.LogitPixels), classes = Shape.Classes,
            channels = classes + (definition.DropLastTargetChannel ? 1 : 0);
        int image = logit / (classes * from), at = logit % from;
        IEnumerable<int> sources = definition.Resize == Resize.None ? [at] : Enumerable.Range(0, from),
            targets = definition.Resize == Resize.None ? [at] : Enumerable.Range(0, pixels);
        return Enumerable.Range(0, classes)
            .Any(c => sources.Any(source => double.IsNegativeInfinity(Logits[(((image * classes) + c) * from) + source]))
            && targets.Any(pixel => Has(c, pixel)));

        bool Has(int c, int pixel) => Labels is not null
            ? Labels[(image * pixels) + pixel] == c
            : Dense![definition.TargetClassAxis == ClassAxis.Last ? (((image * pixels) + pixel) * channels) + c
            : (((image * channels) + c) * pixels) + pixel] != 0;
    }

    public override string ToString()
    {
        LossShape s = Shape;
        string own = string.Join(" x ", LogitSpatial), full = string.Join(" x ", Spatial), size = own == full ? full
            : $"{own} resized to {full}";
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
    /// <summary>Slices.</summary>
    public int Depth { get; init; } = 1;

    private static readonly int[] Sizes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 33, 63, 64, 65, 66, 100, 127, 128, 129, 200];

    /// <summary>
    /// Plans for a declaration: a small one, of which every derivative is checked, and a larger one, of each kind of target.
    /// </summary>
    public static IEnumerable<BatchPlan> For(LossText loss, Random random)
    {
        foreach (bool hasLabels in loss.Target switch
        {
            TargetKind.Index => [true],
            TargetKind.Dense => [false],
            _ => new[] { true, false }
        })
        {
            foreach (bool isSmall in new[] { true, false })
            {
                int fewest = loss.FewestClasses, needed = Math.Max(loss.Classes, loss.NeededClasses);
                int classes = needed > 0 ? needed : random.Next(fewest, isSmall ? Math.Max(fewest, 3) + 1 : FormulaContext.MostClasses + 1);
                if (loss.Dimensions > 0)
                {
                    yield return Around(loss.Dimensions, isSmall, classes, hasLabels, random);
                    continue;
                }

                int pixels = isSmall ? random.Next(1, 7) : Sizes[random.Next(Sizes.Length)];
                yield return new(isSmall ? random.Next(1, 3) : random.Next(1, 4), classes, loss.Resize == Resize.None ? 1
                    : random.Next(1, 4), pixels, hasLabels, random.Next());
            }
        }
    }

    // Images of a few pixels, and of some that reach over a register and a tile's end.
    private static BatchPlan Around(int dimensions, bool isSmall, int classes, bool hasLabels, Random random)
    {
        (int depth, int height, int width) = (dimensions, isSmall) switch
        {
            (1, true) => (1, 1, random.Next(1, 8)),
            (1, false) => (1, 1, Sizes[random.Next(Sizes.Length)]),
            (2, true) => (1, random.Next(1, 4), random.Next(1, 4)),
            (2, false) => (1, random.Next(1, 10), random.Next(1, 21)),
            (_, true) => (random.Next(1, 3), random.Next(1, 3), random.Next(1, 3)),
            _ => (random.Next(1, 4), random.Next(1, 6), random.Next(1, 12)),
        };
        return new(isSmall ? random.Next(1, 3) : random.Next(1, 4), classes, height, width, hasLabels, random.Next()) { Depth = depth };
    }

    public Batch Fill(LossText loss)
    {
        var random = new Random(Seed);
        LossShape shape = loss.Dimensions switch
        {
            1 => new(Images, Classes, Width),
            3 => new(Images, Classes, Depth, Height, Width),
            _ => new(Images, Classes, Height, Width)
        };
        if (loss.Resize is (Resize.LinearAligned or Resize.LinearUnaligned) && random.Next(2) == 0)
            shape = new LossShape(Images, Classes, Height, 1, Width).WithLogits(random.Next(1, 4), random.Next(1, 4), random.Next(1, 6));
        else if (loss.Resize != Resize.None)
            shape = shape.WithLogits(random.Next(1, 5), random.Next(1, 9));
        double[] logits = Numbers(checked((int)(Images * Classes * shape.LogitPixels)), () => Logit(loss, random));
        if (loss.MasksClasses)
            Mask(logits, checked((int)shape.LogitPixels), random);
        int pixels = Images * Depth * Height * Width;
        return new Batch(shape, logits, HasLabels ? Labels(loss, random, pixels) : null, HasLabels ? null : Dense(loss, random, pixels))
        {
            SharesClasses = loss.ToString().Contains("Activation.Softmax", StringComparison.Ordinal),
            IsExtreme = loss.MasksClasses || loss.LogitBound > Words.ModestLogit,
        };
    }

    // Beside modest logits large ones of either sign, to the bound, and just below where the exponential ends.
    private static double Logit(LossText loss, Random random)
    {
        if (loss.Activation == Activation.None)
            return Words.SmallestProbability + (random.NextDouble() * (1 - (2 * Words.SmallestProbability)));
        double share = (random.NextDouble() * 2) - 1, bound = loss.LogitBound;
        return bound <= Words.ModestLogit ? share * bound : random.Next(4) switch
        {
            0 => share * Words.ModestLogit,
            1 => Math.Sign(share) * bound,
            2 => Math.Sign(share) * Math.Min(bound, 17 + (2 * share)),
            _ => share * bound,
        };
    }

    // One class of a pixel or two, never all of them.
    private void Mask(double[] logits, int pixels, Random random)
    {
        for (int image = 0; image < Images; image++)
        {
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                int most = random.Next(Math.Min(3, Classes));
                for (int k = 0; k < most; k++)
                    logits[(((image * Classes) + random.Next(1, Classes)) * pixels) + pixel] = double.NegativeInfinity;
            }
        }
    }

    // Of float precision, so that float and double are given the same numbers.
    private static double[] Numbers(int count, Func<double> next) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)next())];

    private long[] Labels(LossText loss, Random random, int pixels)
    {
        int largest = Classes > 1 || loss.Activation == Activation.Softmax ? Classes - 1 : 1, present = random.Next(2) == 0 ? largest
            : random.Next(largest + 1);
        double ignored = IgnoredShare(loss, random);
        return [.. Enumerable.Range(0, pixels).Select(pixel => IsIgnored(pixel) ? Ignored(pixel) : random.Next(present + 1))];

        int Ignored(int pixel) => pixel % (loss.OtherIgnored.Length + 1) is var k && k > 0 ? loss.OtherIgnored[k - 1]
            : loss.IgnoreIndex!.Value;

        // All of the first image in some batches.
        bool IsIgnored(int pixel) => loss.IgnoreIndex is not null && (random.NextDouble() < ignored
            || (ignored > 0.3 && pixel < pixels / Images));
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
        int size = Depth * Height * Width, image = pixel / size, within = pixel % size;
        return loss.TargetClassAxis == ClassAxis.Last ? (pixel * channels) + c : (((image * channels) + c) * size) + within;
    }

    private static double IgnoredShare(LossText loss, Random random) =>
        loss.IgnoreIndex is null ? 0 : new[] { 0, 0.1, 0.3, 0.5, 1 }[random.Next(5)];
}
