using System.Numerics;

namespace LossGen.Metrics;

/// <summary>Numbers of a metric that come from elsewhere: a file, or another process.</summary>
internal static class StoredValues
{
    /// <summary>Adds them to those of a metric.</summary>
    public static void Add<T>(ReadOnlySpan<T> values, Span<T> sums)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < sums.Length; i++)
            sums[i] += values[i];
    }

    /// <summary>There are as many as needed.</summary>
    /// <param name="found">How many there are.</param>
    /// <param name="needed">How many there must be.</param>
    /// <param name="layout">What the metric's own are.</param>
    public static void CheckLength(int found, int needed, string layout)
    {
        if (found != needed)
            throw new ArgumentException($"The values are {found} numbers and must be {needed}: {layout}.", "values");
    }

    /// <summary>They are counts.</summary>
    public static void CheckCounts(ReadOnlySpan<long> values)
    {
        int bad = values.IndexOfAnyInRange(long.MinValue, -1);
        if (bad >= 0)
            throw new ArgumentException($"Value {bad} is {values[bad]}; counts are at least 0.", nameof(values));
    }

    /// <summary>They are rows of 3 C + 1 counts, of which those of a class are not more than the pixels.</summary>
    public static void CheckRows(ReadOnlySpan<long> values, int classes)
    {
        CheckCounts(values);
        int length = (3 * classes) + 1;
        for (int row = 0; row < values.Length; row += length)
        {
            ReadOnlySpan<long> own = values.Slice(row, length);
            long pixels = own[^1];
            for (int c = 0; c < classes; c++)
            {
                long counted = own[c] + own[classes + c] + own[(2 * classes) + c];
                if (counted > pixels)
                {
                    throw new ArgumentException(
                        $"The values from {row} on have {counted} pixels that are labelled or predicted as class {c}, of {pixels}: "
                            + $"they are not those of {classes} classes.",
                        nameof(values));
                }
            }
        }
    }
}
