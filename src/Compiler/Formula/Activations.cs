using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Formula;

/// <summary>
/// A row of the table of activations: what becomes of the logits. <c>Activations</c> of the runtime says the same in numbers.
/// </summary>
/// <param name="Text">For the header of a generated file.</param>
/// <param name="Probability">The probability of a class.</param>
/// <param name="Complement">One less the probability, with its digits where that is small; null where a subtraction has them.</param>
internal sealed record ActivationRow(string Text, Func<GraphBuilder, Node> Probability, Func<GraphBuilder, Node>? Complement = null);

/// <summary>The activations.</summary>
internal static class Activations
{
    private static readonly Dictionary<Activation, ActivationRow> Rows = new()
    {
        [Activation.None] = new("used as they are", g => g.Logit),
        [Activation.Sigmoid] = new("p = sigmoid(x)", g => g.Sigmoid(g.Logit)),
        [Activation.Softmax] = new("p = softmax of x over the classes", g => g.Softmax(g.Logit), g => g.SoftmaxComplement(g.Logit)),
        [Activation.Exp] = new("p = exp(x)", g => g.Exp(g.Logit), g => g.Negate(g.Expm1(g.Logit))),
    };

    public static ActivationRow Row(this Activation activation) => Rows[activation];
}
