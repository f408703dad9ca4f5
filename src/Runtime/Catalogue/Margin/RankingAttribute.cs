using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Margin ranking: <c>max(0, margin - s * (x - y))</c>, s being 1 where the prediction should be the larger one and -1 where the target
/// should. It is an input of the loss, <c>order</c>, (N, S). This is PyTorch's MarginRankingLoss, with a dense target and
/// <see cref="Activation.None"/>.
/// </summary>
public sealed partial class RankingAttribute : LossTermAttribute
{
    /// <summary>By how much the larger one has to be larger.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Margin { get; init; }

    /// <summary>
    /// The formula; <paramref name="order"/> is an input of the loss, the other parameters are the options of this attribute.
    /// </summary>
    public static Value Formula(Prediction x, Target y, PixelMap order, double margin) => Max(margin - order * (x.Probability - y), 0);
}
