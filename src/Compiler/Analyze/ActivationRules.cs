using LossGen.Compiler.Formula;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Analyze;

/// <summary>An activation that is missing, or applied twice.</summary>
internal static class ActivationRules
{
    /// <summary>
    /// The loss says nothing of an activation, and a term takes a probability: it says so, or it takes the logarithm of the prediction or
    /// what is left of it to 1. One message a loss, since one word cures all terms.
    /// </summary>
    public static Finding? Missing(LossModel model, IReadOnlyList<TermAnalysis> terms)
    {
        if (model.Options.StatesActivation)
            return null;
        TermAnalysis? term = terms.FirstOrDefault(
            candidate => candidate.Term.Activation is null && (TakesLogarithm(candidate) || candidate.Term.TakesProbability
                || candidate.Differentiated.Any(IsComplement)));
        if (term is null)
            return null;
        string what = TakesLogarithm(term) ? "takes logarithms of probabilities" : "takes probabilities";
        return new(Rule.ActivationMissing, -1, -1, null, [term.Name, what, TakesLogarithm(term) ? ", whose logarithm is NaN below 0" : ""]);
    }

    /// <summary>An activation of what is activated already.</summary>
    public static void Doubled(TermAnalysis term)
    {
        foreach (TracedValue value in term.Expressions)
        {
            if (value.Operation is "Sigmoid" or "LogSigmoid" or "Softplus" or "SoftmaxOverClasses" or "LogSoftmaxOverClasses"
                && Activated(term, FormulaPaths.WithoutFactors(value[0])) is { } what)
                term.Report(Rule.ActivationDoubled, value, null, value.Operation, term.Name, what);
            else if (IsSoftmax(value, out TracedValue? argument) && Activated(term, FormulaPaths.WithoutFactors(argument!)) is { } twice)
                term.Report(Rule.ActivationDoubled, value, null, "The softmax", term.Name, twice);
            else if (value.Operation == "Log" && value[0].Operation == "log-probability")
                term.Report(Rule.ActivationDoubled, value, null, value.Operation, term.Name,
                    "x.LogProbability, which is a logarithm already");
        }
    }

    private static bool TakesLogarithm(TermAnalysis term) => term.Differentiated.Any(value => value.Operation switch
    {
        "log-probability" or "complement" => true,
        "Log" => value[0].Operation == "probability" || IsComplement(value[0]),
        _ => false,
    });

    private static bool IsComplement(TracedValue value) => value.Operation == "sub" && value[0].Node.IsNumber(1)
        && value[1].Operation == "probability";

    private static string? Activated(TermAnalysis term, TracedValue value) => value.Operation switch
    {
        "probability" when term.Activation == Activation.Softmax => "x.Probability, which is a softmax already",
        "probability" when term.Activation == Activation.Sigmoid => "x.Probability, which is a sigmoid already",
        "Sigmoid" => "a sigmoid",
        _ => null,
    };

    // exp(v) / sum of exp(v) over the classes.
    private static bool IsSoftmax(TracedValue value, out TracedValue? argument)
    {
        bool found = value.Operation == "div" && value[0].Operation == "Exp" && value[1].Operation == "SumOverClasses"
            && ReferenceEquals(value[1][0].Node, value[0].Node);
        argument = found ? value[0][0] : null;
        return found;
    }
}
