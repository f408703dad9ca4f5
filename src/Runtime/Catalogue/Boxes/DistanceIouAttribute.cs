namespace LossGen;

/// <summary>
/// DIoU loss of boxes: <c>1 - IoU + d</c>, d the squared distance of the centres over the squared diagonal of the smallest box around both. Prediction and target are
/// boxes (N, 4): left, top, right, bottom, with a dense target and <see cref="Activation.None"/>. This is torchvision's distance_box_iou_loss.
/// </summary>
/// <remarks>Z. Zheng et al., "Distance-IoU Loss", AAAI 2020.</remarks>
public sealed partial class DistanceIouAttribute : LossTermAttribute
{
    /// <summary>Added to the denominators.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double epsilon)
    {
        Value box = x.Probability, overlap = BoxFormulas.Intersection(box, y), union = BoxFormulas.Union(box, y, overlap);
        return 1 - overlap / (union + epsilon) + BoxFormulas.Distance(box, y, epsilon);
    }
}
