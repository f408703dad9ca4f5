using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Boundary loss with the distances computed from the labels: <c>p * d</c> for each class and pixel, d the signed distance to the boundary
/// of the class. Outside it is the distance to the class, inside <c>1 - the distance to the rest</c>, which is 0 at the inner border; 0 for
/// a class that an image has nowhere, or everywhere. <c>[Boundary]</c> is the same with maps that the caller passes, and
/// <see cref="DistanceMap.Signed(System.ReadOnlySpan{long}, System.Span{float}, LossShape, System.ReadOnlySpan{double})"/> makes those
/// ahead of the training. Usually without the background, with a weight that grows while training.
/// </summary>
/// <remarks>H. Kervadec et al., "Boundary loss for highly unbalanced segmentation", MIDL 2019.</remarks>
[TakesProbability]
public sealed partial class LabelBoundaryAttribute : LossTermAttribute
{
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
    public static Value Formula(Prediction x, Target y, double sliceSpacing, double rowSpacing, double columnSpacing)
    {
        Condition inside = y > 0.5;
        Value toClass = DistanceTransform(!inside, sliceSpacing, rowSpacing, columnSpacing), toRest = DistanceTransform(inside,
            sliceSpacing, rowSpacing, columnSpacing);
        return x.Probability * (toClass + Where(toRest > 0, 1 - toRest, 0));
    }
}
