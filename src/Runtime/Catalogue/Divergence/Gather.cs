using static LossGen.Functions;

namespace LossGen;

/// <summary>Adds up the elements of a term as <see cref="Per"/> says.</summary>
internal static class Gather
{
    /// <summary>One number an element, pixel, class and image, or image.</summary>
    internal static Value Elements(Value loss, Per per, Reduction reduction, bool perImage) =>
        per == Per.Element ? loss
        : per == Per.Pixel ? SumOverClasses(loss)
        : per == Per.Class ? Pixels(loss, reduction, perImage)
        : Pixels(SumOverClasses(loss), reduction, perImage);

    // Where sums go over the batch, the mean over the images is the sum by their number.
    private static Value Pixels(Value loss, Reduction reduction, bool perImage) =>
        reduction == Reduction.Mean && !perImage ? Sum(loss) / SumOverBatch(1) : Sum(loss);
}
