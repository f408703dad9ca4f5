using System.Numerics;
using LossGen.Cpu;

namespace LossGen.Metrics;

/// <summary>The labels of a tile of pixels.</summary>
internal static unsafe class TileLabels
{
    /// <summary>Reads a tile's labels, and throws for one that is of no class. True where some are ignored.</summary>
    /// <param name="source">The labels.</param>
    /// <param name="shape">The extents, for the message.</param>
    /// <param name="offset">The first pixel of the tile, among those of the batch.</param>
    /// <param name="count">How many pixels.</param>
    /// <param name="integers">Receives the labels as they are.</param>
    /// <param name="numbers">Receives the class of each pixel, -1 where it has none.</param>
    public static bool Read<T>(in LabelSource source, LossShape shape, long offset, int count, int* integers, T* numbers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LabelReader.ToInt(source, offset, count, integers);
        LabelReader.Found found = LabelReader.Convert(source, integers, count, numbers);
        if ((found & LabelReader.Found.Bad) != 0)
            Throw(source, shape, offset, count);
        return (found & LabelReader.Found.Ignored) != 0;
    }

    // Tells of the first one.
    private static void Throw(in LabelSource source, LossShape shape, long offset, int count)
    {
        for (long at = offset; at < offset + count; at++)
        {
            if (source.IsBad(source.At(at)))
                throw source.Bad(at, shape.Pixels, "name an ignoreIndex");
        }
    }
}
