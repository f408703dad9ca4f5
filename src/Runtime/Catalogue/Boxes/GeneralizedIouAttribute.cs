namespace LossGen;

/// <summary>
/// GIoU loss of boxes: <c>1 - IoU + (hull - union) / hull</c>, hull the smallest box around both. Prediction and target are boxes (N, 4): left, top, right, bottom,
/// with a dense target and <see cref="Activation.None"/>. This is torchvision's generalized_box_iou_loss.
/// </summary>
/// <remarks>H. Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019.</remarks>
public sealed partial class GeneralizedIouAttribute : LossTermAttribute
{
    /// <summary>Added to the denominators.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double epsilon)
    {
        Value box = x.Probability, overlap = BoxFormulas.Intersection(box, y), union = BoxFormulas.Union(box, y, overlap);
        Value hull = BoxFormulas.HullWidth(box, y) * BoxFormulas.HullHeight(box, y);
        return 1 - overlap / (union + epsilon) + (hull - union) / (hull + epsilon);
    }
}
