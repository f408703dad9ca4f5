using static LossGen.Functions;

namespace LossGen;

/// <summary>What terms share that keep the pixels with the largest losses.</summary>
internal static class HardPixels
{
    /// <summary>
    /// The number of pixels that take part. Where single elements of a dense target are ignored, <c>Total(1)</c> would be one number a
    /// class; the pixels are those that have a loss.
    /// </summary>
    internal static Value Count(Value loss, bool indexTarget) => indexTarget ? Total(1) : Total(Where(loss < 0, 0, 1));

    /// <summary>
    /// 1 for so many pixels with the largest keys, else 0; which they are has no gradient. What rounding takes off a whole number of pixels
    /// is given back.
    /// </summary>
    internal static Value Hardest(Value keys, Value pixels) => Detach(Where(RunningTotal(1, keys) <= pixels + 1e-6, 1, 0));

    /// <summary>A loss whose mean over all pixels is that over the pixels that are taken; 0 where none is.</summary>
    internal static Value MeanOf(Value taken, Value loss) => Divide(loss * taken, TotalMean(taken), 0);
}
