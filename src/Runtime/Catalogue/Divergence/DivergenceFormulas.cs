using static LossGen.Functions;

namespace LossGen;

/// <summary>What divergences share.</summary>
internal static class DivergenceFormulas
{
    /// <summary>The logarithm of the prediction: at least -100 where it is that of a given probability.</summary>
    internal static Value LogPrediction(Prediction x, Activation activation) =>
        activation == Activation.None ? Max(x.LogProbability, -100) : x.LogProbability;

    /// <summary>a * log(b), 0 where a is 0.</summary>
    internal static Value TimesLog(Value a, Value b) => Where(a > 0, a * Log(b), 0);
}
