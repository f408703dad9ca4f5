using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Hausdorff loss by distance transforms: the mean over the pixels of <c>(p - y)^2 * (d(p)^alpha + d(y)^alpha)</c>, d the distance of each
/// pixel to the boundary of what is predicted (p above 0.5), or labelled: to the nearest pixel of the other kind; 0 in an image that has
/// only one kind. Large errors far from the boundary weigh most. MONAI's HausdorffDTLoss, which leaves out the background:
/// <c>IncludeBackground = false</c>. It is meant beside Dice, with a weight that grows while training.
/// </summary>
/// <remarks>
/// D. Karimi, S. Salcudean, "Reducing the Hausdorff Distance in Medical Image Segmentation with Convolutional Neural Networks", IEEE TMI
/// 2020.
/// </remarks>
[TakesProbability]
public sealed partial class HausdorffDistanceAttribute : LossTermAttribute
{
    /// <summary>The power of the distances.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Alpha { get; init; } = 2;

    /// <summary>How far neighbouring slices of a volume are apart.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double SliceSpacing { get; init; } = 1;

    /// <summary>How far neighbouring rows are apart.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double RowSpacing { get; init; } = 1;

    /// <summary>How far neighbouring columns are apart.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double ColumnSpacing { get; init; } = 1;

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, double alpha, double sliceSpacing, double rowSpacing, double columnSpacing)
    {
        Value predicted = Distance(x.Probability > 0.5, sliceSpacing, rowSpacing, columnSpacing), labelled = Distance(y > 0.5, sliceSpacing,
            rowSpacing, columnSpacing);
        return Square(x.Probability - y) * (Pow(predicted, alpha) + Pow(labelled, alpha));
    }

    // To the nearest pixel of the other kind, on either side of the boundary.
    private static Value Distance(Condition condition, double sliceSpacing, double rowSpacing, double columnSpacing) =>
        DistanceTransform(condition, sliceSpacing, rowSpacing, columnSpacing) + DistanceTransform(!condition, sliceSpacing, rowSpacing,
            columnSpacing);
}
