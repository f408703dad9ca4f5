using System.Globalization;
using LossGen.Benchmarks.Losses;

namespace LossGen.Benchmarks.Gpu;

/// <summary>
/// Logits and a target that follow from their places alone, so that peers.py makes the same. Labels come in regions, as those of images do,
/// and the logits agree with them about as well as a half-trained network's. Of embeddings a row has a label, and lies in its direction.
/// </summary>
internal sealed class Batches
{
    private const int RegionEdge = 24;

    private Batches(float[] logits, long[] labels, float[] dense)
    {
        Logits = logits;
        Labels = labels;
        Dense = dense;
    }

    /// <summary>(N, C, S), where they are smaller than the target with fewer pixels.</summary>
    public float[] Logits { get; }

    /// <summary>(N, S), class indices; of one class 0 and 1.</summary>
    public long[] Labels { get; }

    /// <summary>The labels of one class as numbers; empty where there are more.</summary>
    public float[] Dense { get; }

    public static Batches Make(InputSize size)
    {
        int pixels = size.Pixels, classes = size.Classes, own = size.Logits / (size.Batch * classes);
        long[] spatial = size.Extents[2..], coarse = size.LogitExtents[2..], labels = new long[size.Batch * pixels];
        var logits = new float[size.Logits];
        Parallel.For(0, size.Batch, n =>
        {
            for (int s = 0; s < pixels; s++)
                labels[(n * pixels) + s] = Mix((uint)Region(n, s, spatial)) % (uint)Math.Max(2, classes);
        });
        Parallel.For(0, size.Batch * classes, row =>
        {
            (int n, int c) = Math.DivRem(row, classes);
            for (int s = 0; s < own; s++)
            {
                int i = (row * own) + s;
                long label = labels[(n * pixels) + (size.Shrink == 1 ? s : Seen(s, coarse, spatial, size.Shrink))];
                bool isLabelled = label == (classes == 1 ? 1 : c);
                logits[i] = ((Mix((uint)i ^ 0x5bd1e995) >> 8) * (6f / (1 << 24))) - 3 + (isLabelled ? 2 : 0);
            }
        });
        return new(logits, labels, classes == 1 ? Array.ConvertAll(labels, static label => (float)label) : []);
    }

    /// <summary>Sums of each size, which tell whether another program has the same numbers.</summary>
    public static void WriteSums(Options options)
    {
        foreach (string text in options.Sizes)
        {
            InputSize size = InputSize.Parse(text);
            WriteSums(text, Make(size));
            if (Case.Resized(size) is { } resized)
                WriteSums($"{text} from {string.Join('x', resized.LogitExtents)}", Make(resized));
        }
    }

    private static void WriteSums(string text, Batches batch)
    {
        double logits = 0, labels = 0;
        for (int i = 0; i < batch.Logits.Length; i++)
            logits += batch.Logits[i] * (1 + (i % 7));
        for (int i = 0; i < batch.Labels.Length; i++)
            labels += batch.Labels[i] * (1 + (i % 7));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{text} {logits:F3} {labels:F0}"));
    }

    // The pixel of the target that lies where a pixel of a coarser grid does.
    private static long Seen(long pixel, long[] coarse, long[] spatial, int step)
    {
        long seen = 0, stride = 1;
        for (int axis = spatial.Length - 1; axis >= 0; axis--)
        {
            (pixel, long place) = Math.DivRem(pixel, coarse[axis]);
            seen += place * step * stride;
            stride *= spatial[axis];
        }

        return seen;
    }

    // The number of a pixel's region: of images, and of each axis cut into edges.
    private static long Region(long image, long pixel, long[] spatial)
    {
        long number = 0, step = 1;
        for (int axis = spatial.Length - 1; axis >= 0; axis--)
        {
            (pixel, long place) = Math.DivRem(pixel, spatial[axis]);
            number += place / RegionEdge * step;
            step *= (spatial[axis] + RegionEdge - 1) / RegionEdge;
        }

        return number + (image * step);
    }

    // Spreads the bits of a number: xor and multiply, twice.
    private static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * 0x7feb352d;
        x = (x ^ (x >> 15)) * 0x846ca68b;
        return x ^ (x >> 16);
    }
}
