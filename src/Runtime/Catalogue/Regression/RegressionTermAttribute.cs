namespace LossGen;

/// <summary>
/// The options of terms that measure how far the prediction is from the target, element by element: <c>d = p - y</c>, p being the input
/// after the activation of the term (with <see cref="Activation.None"/> the input itself). Input and dense target are (N, C, spatial); with
/// class indices the target is one-hot. They leave one number an element standing.
/// </summary>
public abstract partial class RegressionTermAttribute : LossTermAttribute
{
    /// <summary>One factor a class (a channel), for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }
}
