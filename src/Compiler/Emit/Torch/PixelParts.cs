using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Emit.Torch;

/// <summary>What of a loss may be computed part by part of the pixels, as tensor operations on the CPU are.</summary>
internal static class PixelParts
{
    /// <summary>
    /// What each statistic of a part of the pixels is to that of all, by the names of the support file; null where one reads what is found
    /// of other pixels, or where the results read more than the statistics.
    /// </summary>
    /// <param name="kept">The statistics.</param>
    /// <param name="results">What is made of them.</param>
    public static List<string>? Kinds(List<Node> kept, List<Node> results)
    {
        if (kept.Count == 0 || Above(results, kept).Any(node => node.IsPixel)
            || Reachable.From(kept.SelectMany(node => node.Inputs)).Any(ReadsOthers))
            return null;
        List<string?> kinds = kept.ConvertAll(Kind);
        return kinds.Contains(null) ? null : kinds.ConvertAll(kind => kind!);
    }

    /// <summary>The gradient at a pixel reads other pixels through the statistics alone.</summary>
    public static bool HasGradientOfParts(List<Node> kept, Node gradient) =>
        !Above([gradient], kept).Any(node => node.Op == Op.PixelMaximum || (!kept.Contains(node) && ReadsOthers(node)));

    private static List<Node> Above(IEnumerable<Node> results, List<Node> kept) =>
        Reachable.From(results, reads: node => kept.Contains(node) ? ImmutableArray<Node>.Empty : node.Inputs);

    // A largest number is compared with the numbers that it was found among, which would have to be the same to the last bit.
    private static string? Kind(Node node) => node.Op == Op.Sum && node.Attribute.Has(Axes.Pixel) && node[0].Axes.Has(Axes.Batch)
        ? node.Attribute.Has(Axes.Batch) ? "Summand" : "SummandOfImages"
        : !ReadsOthers(node) && node.Axes.Has(Axes.Batch | Axes.Pixel) ? "Pixels" : null;

    private static bool ReadsOthers(Node node) =>
        node.Op is Op.RunningSum or Op.PixelMaximum or Op.Correlate or Op.Pool or Op.PoolSlope or Op.Distance
        || (node.Op == Op.Sum && node.Attribute.Touches(Axes.Batch | Axes.Pixel));
}
