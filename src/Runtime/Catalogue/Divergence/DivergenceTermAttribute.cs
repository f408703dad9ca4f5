namespace LossGen;

/// <summary>
/// The options of terms that compare two distributions. The prediction is the input after the activation of the term: a softmax for logits,
/// <see cref="Activation.Exp"/> for log-probabilities, <see cref="Activation.None"/> for probabilities (whose logarithms are at least
/// -100). The target is dense, or one-hot from class indices.
/// </summary>
public abstract partial class DivergenceTermAttribute : LossTermAttribute
{
    /// <summary>
    /// What is added up before the reduction. A distribution over classes is <see cref="Per.Pixel"/>, one over pixels (a heat map)
    /// <see cref="Per.Class"/>; <see cref="Per.Image"/> is PyTorch's <c>batchmean</c>, <see cref="Per.Element"/> its <c>mean</c>.
    /// </summary>
    [ConventionDefault(Convention.Kornia, Per.Class)]
    [ConventionDefault(Convention.PaddleSeg, Per.Element)]
    public Per Per { get; init; } = Per.Pixel;
}
