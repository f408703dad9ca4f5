using static LossGen.Functions;

namespace LossGen;

/// <summary>The Lovász extension of the Jaccard loss.</summary>
internal static class LovaszFormulas
{
    /// <summary>
    /// The derivative at each error: how much the Jaccard loss grows where this pixel becomes wrong after all with larger errors, u being
    /// the pixels in the union then. Written out instead of as a difference, it is exact in float for any number of pixels.
    /// </summary>
    internal static Value Weight(Value y, Value errors)
    {
        Value labelled = Sum(y), hits = RunningSum(y, errors);
        Value union = labelled + RunningSum(1, errors) - hits;
        return Where(y > 0.5, 1 / union, Divide(labelled - hits, union * (union - 1), 1));
    }
}
