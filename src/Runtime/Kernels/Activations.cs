using LossGen.Reference;

namespace LossGen.Kernels;

/// <summary>What each activation computes: for the reference, for vectors, and back from a probability.</summary>
internal static class Activations
{
    /// <summary>The forms that formulas need, over N, C, S.</summary>
    public static ActivatedLogits Reference(this Activation activation, Value logit) => activation switch
    {
        Activation.Sigmoid => ActivatedLogits.Of(logit, Accurate.Sigmoid, z => -Accurate.Softplus(-z), z => Accurate.Sigmoid(-z),
            z => -Accurate.Softplus(z)),
        Activation.Softmax => ActivatedLogits.Softmax(logit),
        Activation.Exp => ActivatedLogits.Of(logit, Math.Exp, z => z, z => -Accurate.Expm1(z), z => Math.Log(-Accurate.Expm1(z))),
        _ => new(logit, Elementwise.Map(logit, Math.Log), Elementwise.Map(logit, z => 1 - z)),
    };

    /// <summary>The probabilities of logits, where each depends on its own logit alone.</summary>
    public static V OnLanes<T, V>(this Activation activation, V logit)
        where T : unmanaged
        where V : struct, IVector<V, T> => activation switch
        {
            Activation.None => logit,
            Activation.Sigmoid => V.Sigmoid(logit),
            Activation.Exp => V.Exp(logit),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, $"{activation} needs the logits of all classes."),
        };

    /// <summary>The logit of a probability, where it depends on its own logit alone; elsewhere the number itself.</summary>
    public static double LogitOf(this Activation activation, double probability) => activation switch
    {
        Activation.Sigmoid => Math.Log(probability / (1 - probability)),
        Activation.Exp => Math.Log(probability),
        _ => probability,
    };

    /// <summary>The classes exclude each other, so that the largest logit tells the predicted one.</summary>
    public static bool Excludes(this Activation activation, int classes) =>
        activation == Activation.Softmax || (activation == Activation.Exp && classes > 1);
}
