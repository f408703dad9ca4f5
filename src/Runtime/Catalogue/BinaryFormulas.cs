using static LossGen.Functions;

namespace LossGen;

/// <summary>What the formulas share that take each class as a question of yes or no.</summary>
internal static class BinaryFormulas
{
    /// <summary>
    /// <c>-w * y * log(p) - (1 - y) * log(1 - p)</c>: exact from the logits for a sigmoid, with one exponential and one logarithm; logarithms of probabilities
    /// are at least -100, as in PyTorch's BCELoss.
    /// </summary>
    internal static Value CrossEntropy(Prediction x, Value y, Value positiveWeights, Activation activation) =>
        activation == Activation.Sigmoid
            ? FromLogits(x.Logit, y, positiveWeights)
            : -positiveWeights * y * Max(x.LogProbability, -100) - (1 - y) * Max(Log(x.Complement), -100);

    // softplus(z) = max(z, 0) + tail and softplus(-z) = max(-z, 0) + tail: nothing cancels on either side.
    private static Value FromLogits(Value z, Value y, Value positiveWeights)
    {
        Value tail = Log1p(Exp(-Abs(z)));
        return positiveWeights * y * (Max(-z, 0) + tail) + (1 - y) * (Max(z, 0) + tail);
    }
}
