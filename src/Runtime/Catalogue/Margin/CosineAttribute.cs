using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Cosine embedding: for each vector over the classes <c>1 - cos(x, y)</c> where the pair is alike (1) and <c>max(0, cos(x, y) -
/// margin)</c> where it is not (-1). Whether it is alike is an input of the loss, <c>pairs</c>, (N, S). This is PyTorch's
/// CosineEmbeddingLoss, the second vector being the dense target, with <see cref="Activation.None"/>.
/// </summary>
public sealed partial class CosineAttribute : LossTermAttribute
{
    /// <summary>Pairs that are not alike may have a cosine up to this.</summary>
    /// <value>From -1 to 1.</value>
    [OptionRange(From = -1, To = 1)]
    public double Margin { get; init; }

    /// <summary>
    /// The formula; <paramref name="pairs"/> is an input of the loss, the other parameters are the options of this attribute.
    /// </summary>
    public static Value Formula(Prediction x, Target y, PixelMap pairs, double margin)
    {
        // PyTorch's constant against vectors of length 0.
        const double Epsilon = 1e-12;
        Value p = x.Probability;
        Value cosine = SumOverClasses(p * y) / Sqrt((SumOverClasses(Square(p)) + Epsilon) * (SumOverClasses(Square(y)) + Epsilon));
        return Where(pairs > 0, 1 - cosine, Max(cosine - margin, 0));
    }
}
