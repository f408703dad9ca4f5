using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Analyze;

/// <summary>
/// A cross-entropy of a sigmoid that looks at the label alone. A softmax pushes the other classes down by itself, a sigmoid does not: what
/// is not labelled has no gradient, and every probability goes to 1.
/// </summary>
internal static class OneSidedRule
{
    /// <summary>The first such term of a loss, unless another term has the other side of the entropy.</summary>
    public static Finding? Check(IReadOnlyList<TermAnalysis> terms)
    {
        List<TermAnalysis> entropies = terms.Where(term => term.Activation == Activation.Sigmoid && term.Root.Node.PassesGradient
            && term.Differentiated.Any(IsEntropy)).ToList();
        return entropies.Count > 0 && entropies.All(term => IsZeroOffLabel(term.Gradient))
            ? new(Rule.OneSided, entropies[0].Index, entropies[0].IsInPlace ? entropies[0].Root.Number : -1, null, [entropies[0].Name])
            : null;
    }

    // The logarithm of a probability, however it is written.
    private static bool IsEntropy(TracedValue value) => value.Operation switch
    {
        "log-probability" => true,
        "LogSigmoid" or "Softplus" => FormulaPaths.WithoutFactors(value[0]).Operation == "logit",
        "Log" => value[0].Operation is "probability" or "complement",
        _ => false,
    };

    // At a class that is not the label, or whose element of a dense target is 0.
    private static bool IsZeroOffLabel(Node node) => node.Op switch
    {
        Op.Target => true,
        Op.Constant => node.Number == 0,
        Op.Mask => IsLabel(node[0]) || IsZeroOffLabel(node[1]),
        Op.Where => (IsLabel(node[0]) || IsZeroOffLabel(node[1])) && IsZeroOffLabel(node[2]),
        Op.Multiply => node.Inputs.Any(IsZeroOffLabel),
        Op.Divide => IsZeroOffLabel(node[0]),
        Op.Add => node.Inputs.All(IsZeroOffLabel),
        _ => false,
    };

    private static bool IsLabel(Node condition) => condition.Op == Op.OneHot || (condition.Op == Op.And && condition.Inputs.Any(IsLabel));
}
