namespace LossGen;

/// <summary>
/// DIoU loss of boxes: <c>1 - IoU + d</c>, d the squared distance of the centres over the squared diagonal of the smallest box around both.
/// Prediction and target are boxes (N, 4): left, top, right, bottom, or with <see cref="BoxKind.Cuboid"/> (N, 6), with a dense target and
/// <see cref="Activation.None"/>. This is torchvision's distance_box_iou_loss.
/// </summary>
/// <remarks>Z. Zheng et al., "Distance-IoU Loss", AAAI 2020.</remarks>
[TakesChannelsByNumber]
public sealed partial class DistanceIouAttribute : LossTermAttribute
{
    /// <summary>Added to the denominators.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>What a box is: <see cref="BoxKind.Rectangle"/> of four channels, or <see cref="BoxKind.Cuboid"/> of six.</summary>
    public BoxKind Box { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double epsilon, BoxKind box)
    {
        int axes = BoxFormulas.Axes(box);
        Value p = x.Probability, overlap = BoxFormulas.Intersection(p, y, axes), union = BoxFormulas.Union(p, y, overlap, axes);
        return 1 - overlap / (union + epsilon) + BoxFormulas.Distance(p, y, epsilon, axes);
    }
}
