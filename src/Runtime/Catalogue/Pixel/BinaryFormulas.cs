using static LossGen.Functions;

namespace LossGen;

/// <summary>What the formulas share that take each class as a question of yes or no.</summary>
internal static class BinaryFormulas
{
    /// <summary>
    /// <c>-w * y * log(p) - (1 - y) * log(1 - p)</c>: exact from the logits for a sigmoid, with one exponential and one logarithm, and for
    /// a softmax; logarithms of given probabilities are at least -100, as in PyTorch's BCELoss.
    /// </summary>
    internal static Value CrossEntropy(Prediction x, Value y, Value positiveWeights, Activation activation) =>
        positiveWeights * y * Positive(x, activation) + (1 - y) * Negative(x, activation);

    /// <summary>-log(p).</summary>
    internal static Value Positive(Prediction x, Activation activation) =>
        activation == Activation.Sigmoid ? Softplus(-x.Logit) : activation == Activation.Softmax ? -x.LogProbability
            : -Max(x.LogProbability, -100);

    /// <summary>-log(1 - p).</summary>
    internal static Value Negative(Prediction x, Activation activation) =>
        activation == Activation.Sigmoid ? Softplus(x.Logit) : activation == Activation.Softmax ? -Log(x.Complement)
            : -Max(Log(x.Complement), -100);
}
