namespace LossGen.Runtime.Tests;

/// <summary>
/// Three images of eight pixels and four classes, of which the last is never labelled and only predicted where the label is ignored; the
/// second image has class 2 predicted alone, the third class 1. The figures that tests expect of it are scikit-learn 1.2.1's where they are
/// of all pixels, and of NumPy 1.24.2 by the formulas of the libraries that are named where they are of images.
/// </summary>
internal static class MetricBatch
{
    public const int Classes = 4;

    public const int Ignored = 255;

    public static LossShape Shape => new(3, Classes, 8);

    public static byte[] Labels =>
    [
        0, 0, 1, 1, 2, 2, 0, 0,
        0, 0, 0, 0, 0, 1, 1, 255,
        0, 0, 0, 0, 0, 0, 0, 0,
    ];

    public static long[] Predicted =>
    [
        0, 1, 1, 1, 2, 0, 0, 0,
        0, 0, 0, 2, 0, 1, 0, 3,
        0, 0, 0, 0, 0, 0, 0, 1,
    ];

    /// <summary>Logits (N, C, S) that predict what is predicted.</summary>
    public static float[] Logits
    {
        get
        {
            var logits = new float[3 * Classes * 8];
            for (int i = 0; i < Predicted.Length; i++)
            {
                for (int c = 0; c < Classes; c++)
                    logits[(((i / 8 * Classes) + c) * 8) + (i % 8)] = c == Predicted[i] ? 2 : -1 - c;
            }

            return logits;
        }
    }

    /// <summary>Labels as a dense target (N, C, S), 255 in all classes where they are ignored.</summary>
    public static float[] Dense
    {
        get
        {
            var dense = new float[3 * Classes * 8];
            for (int i = 0; i < Labels.Length; i++)
            {
                for (int c = 0; c < Classes; c++)
                    dense[(((i / 8 * Classes) + c) * 8) + (i % 8)] = Labels[i] == Ignored ? Ignored : Labels[i] == c ? 1 : 0;
            }

            return dense;
        }
    }

    /// <summary>What is predicted as masks (N, C, S).</summary>
    public static bool[] Masks => [.. Logits.Select(logit => logit > 0)];

    public static T Counted<T>(T metric)
        where T : PixelMetric
    {
        metric.Accumulate(Logits, Labels, Shape);
        return metric;
    }
}
