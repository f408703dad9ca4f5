using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// The average calibration error, for probabilities that mean what they say: pixels are put into bins by their probability, and what a
/// class has is the mean over its occupied bins of <c>|mean(p) - mean(y)|</c>, the means being those of the bin's pixels; a bin of few
/// pixels counts as much as one of many. For each class, or for each image and class. It goes beside a loss that segments, with a small
/// weight. With <c>PerImage = true</c> this is MONAI's HardL1ACELoss, and with <see cref="Soft"/> its SoftL1ACELoss.
/// </summary>
/// <remarks>
/// T. Barfoot et al., "Average Calibration Error: A Differentiable Loss for Improved Reliability in Image Segmentation", MICCAI 2024.
/// </remarks>
[TakesProbability]
[TakesUnitTarget]
public sealed partial class CalibrationErrorAttribute : LossTermAttribute
{
    /// <summary>The float after 1, less 1: MONAI's last bin ends by so much beyond 1, and all others are as much wider.</summary>
    private const double Beyond = 1.1920928955078125e-7;

    /// <summary>What has less is nothing.</summary>
    private const double Few = 1e-30;

    /// <summary>How many bins of the same width there are between 0 and 1. A probability on an edge is of the lower bin.</summary>
    /// <value>From 1 to 20.</value>
    [OptionRange(From = 1, To = 20)]
    public int Bins { get; init; } = 20;

    /// <summary>
    /// Shares each pixel between the two bins whose middles are next to its probability, as far as it is from them. So the loss has no
    /// jumps.
    /// </summary>
    public bool Soft { get; init; }

    /// <summary>With <see cref="Soft"/>: a bin that has less than so many pixels, counting their shares, is empty.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double LeastPixels { get; init; } = 0.01;

    /// <summary>What becomes of a class without target pixels.</summary>
    public EmptyClasses EmptyClasses { get; init; } = EmptyClasses.Zero;

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, int bins, bool soft, double leastPixels, EmptyClasses emptyClasses, Value classWeights, Reduction reduction)
    {
        Value off = x.Probability - y, least = soft && leastPixels > Few ? leastPixels : Few, scaled = x.Probability * bins / (1 + Beyond);
        Value place = soft ? Clamp(scaled, 0.5, bins - 0.5) : Clamp(scaled, Few, bins);
        Value w0 = Share(place, 0, soft);
        Value w1 = bins > 1 ? Share(place, 1, soft) : 0;
        Value w2 = bins > 2 ? Share(place, 2, soft) : 0;
        Value w3 = bins > 3 ? Share(place, 3, soft) : 0;
        Value w4 = bins > 4 ? Share(place, 4, soft) : 0;
        Value w5 = bins > 5 ? Share(place, 5, soft) : 0;
        Value w6 = bins > 6 ? Share(place, 6, soft) : 0;
        Value w7 = bins > 7 ? Share(place, 7, soft) : 0;
        Value w8 = bins > 8 ? Share(place, 8, soft) : 0;
        Value w9 = bins > 9 ? Share(place, 9, soft) : 0;
        Value w10 = bins > 10 ? Share(place, 10, soft) : 0;
        Value w11 = bins > 11 ? Share(place, 11, soft) : 0;
        Value w12 = bins > 12 ? Share(place, 12, soft) : 0;
        Value w13 = bins > 13 ? Share(place, 13, soft) : 0;
        Value w14 = bins > 14 ? Share(place, 14, soft) : 0;
        Value w15 = bins > 15 ? Share(place, 15, soft) : 0;
        Value w16 = bins > 16 ? Share(place, 16, soft) : 0;
        Value w17 = bins > 17 ? Share(place, 17, soft) : 0;
        Value w18 = bins > 18 ? Share(place, 18, soft) : 0;
        Value w19 = bins > 19 ? Share(place, 19, soft) : 0;
        Value gaps = Gap(w0, off, least) + (bins > 1 ? Gap(w1, off, least) : 0) + (bins > 2 ? Gap(w2, off, least) : 0) + (bins > 3
            ? Gap(w3, off, least) : 0)
            + (bins > 4 ? Gap(w4, off, least) : 0) + (bins > 5 ? Gap(w5, off, least) : 0) + (bins > 6 ? Gap(w6, off, least) : 0) + (bins > 7
            ? Gap(w7, off, least) : 0)
            + (bins > 8 ? Gap(w8, off, least) : 0) + (bins > 9 ? Gap(w9, off, least) : 0) + (bins > 10 ? Gap(w10, off, least) : 0)
            + (bins > 11 ? Gap(w11, off, least) : 0)
            + (bins > 12 ? Gap(w12, off, least) : 0) + (bins > 13 ? Gap(w13, off, least) : 0) + (bins > 14 ? Gap(w14, off, least) : 0)
            + (bins > 15 ? Gap(w15, off, least) : 0)
            + (bins > 16 ? Gap(w16, off, least) : 0) + (bins > 17 ? Gap(w17, off, least) : 0) + (bins > 18 ? Gap(w18, off, least) : 0)
            + (bins > 19 ? Gap(w19, off, least) : 0);
        Value occupied = Occupied(w0, least) + (bins > 1 ? Occupied(w1, least) : 0) + (bins > 2 ? Occupied(w2, least) : 0) + (bins > 3
            ? Occupied(w3, least) : 0)
            + (bins > 4 ? Occupied(w4, least) : 0) + (bins > 5 ? Occupied(w5, least) : 0) + (bins > 6 ? Occupied(w6, least) : 0) + (bins > 7
            ? Occupied(w7, least) : 0)
            + (bins > 8 ? Occupied(w8, least) : 0) + (bins > 9 ? Occupied(w9, least) : 0) + (bins > 10 ? Occupied(w10, least) : 0)
            + (bins > 11 ? Occupied(w11, least) : 0)
            + (bins > 12 ? Occupied(w12, least) : 0) + (bins > 13 ? Occupied(w13, least) : 0) + (bins > 14 ? Occupied(w14, least) : 0)
            + (bins > 15 ? Occupied(w15, least) : 0)
            + (bins > 16 ? Occupied(w16, least) : 0) + (bins > 17 ? Occupied(w17, least) : 0) + (bins > 18 ? Occupied(w18, least) : 0)
            + (bins > 19 ? Occupied(w19, least) : 0);
        return RegionFormulas.Share(gaps / Detach(Max(occupied, 1)), y, emptyClasses, classWeights, normalizeClassWeights: false,
            poolClasses: false, reduction);
    }

    // How much of a pixel is in a bin, by its place among the bins: from its lower to its upper edge, or the more the nearer it is to the
    // middle. What is not a number is in all of them, so that it stays none.
    private static Value Share(Value place, int bin, bool soft) =>
        soft ? Max(1 - Abs(place - (bin + 0.5)), 0) : Detach(Where((place <= bin) | (place > bin + 1), 0, 1));

    private static Value Gap(Value share, Value off, Value least)
    {
        Value pixels = Sum(share);
        return Where(pixels < least, 0, Abs(Sum(share * off)) / pixels);
    }

    private static Value Occupied(Value share, Value least) => Where(Sum(share) < least, 0, 1);
}
