using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// CIoU loss of boxes: the DIoU loss and a term for the difference of the aspect ratios, whose factor is a constant for the gradient.
/// Prediction and target are boxes (N, 4): left, top, right, bottom, with a dense target and <see cref="Activation.None"/>; a cuboid has no
/// one aspect ratio. This is torchvision's complete_box_iou_loss, but finite where a box has no height.
/// </summary>
/// <remarks>Z. Zheng et al., "Distance-IoU Loss", AAAI 2020.</remarks>
[TakesChannelsByNumber]
public sealed partial class CompleteIouAttribute : LossTermAttribute
{
    /// <summary>Added to the denominators.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>Added to the denominator of the factor; NaN takes <see cref="Epsilon"/>. torchvision's eps is this one only.</summary>
    /// <value>From 0, or NaN.</value>
    [OptionRange(From = 0, OrNaN = true)]
    public double FactorEpsilon { get; init; } = double.NaN;

    /// <summary>The formula; its parameters are the options of this attribute.</summary>
    public static Value Formula(Prediction x, Target y, double epsilon, double factorEpsilon)
    {
        Value box = x.Probability, overlap = BoxFormulas.Intersection(box, y, 2), union = BoxFormulas.Union(box, y, overlap, 2);
        Value iou = overlap / (union + epsilon);
        Value aspect = 4 / (Math.PI * Math.PI) * Square(Angle(y) - Angle(box));
        Value factor = Detach(aspect / (1 - iou + aspect + (double.IsNaN(factorEpsilon) ? epsilon : factorEpsilon)));
        return 1 - iou + BoxFormulas.Distance(box, y, epsilon, 2) + factor * aspect;
    }

    // Of the diagonal against the side. A box without height has no aspect that could be compared.
    private static Value Angle(Value box)
    {
        Value width = BoxFormulas.Width(box), height = BoxFormulas.Height(box);
        return Where(height > 0, Atan(width / height), Math.PI / 4);
    }
}
