namespace LossGen;

/// <summary>
/// Boundary loss: <c>p * d</c> for each class and pixel, d the signed distance to the boundary of the class, negative inside. The distance
/// maps are an input of the loss, <c>distances</c>, (N, C, S). Added to a region term with a small weight that grows while training;
/// usually without the background.
/// </summary>
/// <remarks>H. Kervadec et al., "Boundary loss for highly unbalanced segmentation", MIDL 2019.</remarks>
[TakesProbability]
public sealed partial class BoundaryAttribute : LossTermAttribute
{
    /// <summary>The formula; <paramref name="distances"/> is an input of the loss.</summary>
    public static Value Formula(Prediction x, Target y, ElementMap distances) => x.Probability * distances;
}
