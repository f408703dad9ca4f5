using System.Globalization;

namespace LossGen.Benchmarks.Losses;

/// <summary>Batch, classes, then the spatial extents of the target (none for rows of a classifier).</summary>
internal sealed record InputSize(string Text, long[] Extents)
{
    /// <summary>The logits are so many times smaller along each spatial axis.</summary>
    public int Shrink { get; init; } = 1;

    /// <summary>Those of the logits.</summary>
    public long[] LogitExtents => [.. Extents.Select((extent, axis) => axis < 2 ? extent : extent / Shrink)];

    public static IReadOnlyList<InputSize> All { get; } =
    [
        .. ((string[])["2x4x512x512", "8x4x256x256", "2x19x512x1024", "1x2x128x128x128", "1x2x32x32", "4x1x512x512", "64x1000", "1024x128",
            "2x150x128x128", "1x1x96x96x96"]).Select(Parse),
    ];

    public int Batch => (int)Extents[0];

    public int Classes => (int)Extents[1];

    public int Pixels => (int)Extents.Skip(2).Aggregate(1L, (product, extent) => product * extent);

    public int Logits => (int)LogitExtents.Aggregate(1L, (product, extent) => product * extent);

    public bool IsSigmoid => Classes == 1;

    /// <summary>More rows than numbers in each: embeddings to be compared, not the logits of a classifier.</summary>
    public bool IsEmbeddings => Extents.Length == 2 && Batch > Classes;

    public LossShape Shape => Extents.Length switch
    {
        4 => new LossShape(Batch, Classes, (int)Extents[2], (int)Extents[3]).WithLogits((int)LogitExtents[2], (int)LogitExtents[3]),
        5 => new(Batch, Classes, (int)Extents[2], (int)Extents[3], (int)Extents[4]),
        _ => new(Batch, Classes, Pixels),
    };

    /// <summary>Of embeddings: rows of so many features.</summary>
    public LossShape Rows => LossShape.OfRows(Batch, Classes);

    public static InputSize Parse(string text)
    {
        long[] extents = [.. text.Split('x').Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture,
            out long extent) ? extent : 0)];
        if (extents.Length < 2 || extents.Min() < 1 || extents.Aggregate(1.0, (product, extent) => product * extent) > 1 << 29)
            throw new ArgumentException($"'{text}' is no size. Write batch x classes x spatial extents, as in 2x4x512x512, with at most 2^29 logits.");
        return new(text, extents);
    }
}
