namespace LossGen;

/// <summary>
/// What a loss compares, where it compares the rows or columns of a matrix of embeddings (N, D) with each other and not each pixel with its
/// target: <see cref="LossAttribute.Pairs"/>. Its formulas see a square matrix: pixel i is the row (column) that looks, class j the one
/// that it is compared with, <c>x.Logit</c> their number and <c>y</c> 1 where they belong together, 0 where they do not.
/// </summary>
public enum Pairs
{
    /// <summary>No pairs: logits and a target.</summary>
    None,

    /// <summary>
    /// The cosine of the angle between two rows, from -1 to 1. Rows belong together that have the same label, or are two views of one
    /// sample. A row takes no part as its own partner. A row of zeros has the cosine 0 with every other, and the gradient 0.
    /// </summary>
    Cosine,

    /// <summary>The dot product of two rows; otherwise as <see cref="Cosine"/>.</summary>
    Dot,

    /// <summary>
    /// The correlation of a column of the first view with a column of the second, over the N samples: each column less its mean, over the
    /// root of its variance (over N) + 1e-5. A column belongs together with itself, and takes part as its own partner. The columns of the
    /// second view are the classes.
    /// </summary>
    Correlation,

    /// <summary>
    /// The covariance of two columns of one view, the sum over the N samples by N - 1. The two views are two images. A column belongs
    /// together with itself, where its variance stands.
    /// </summary>
    Covariance,
}
