using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Analyze;

/// <summary>
/// A gradient that does not come to the logits: nothing does, or what is chosen by the prediction does not depend on it otherwise.
/// </summary>
internal static class GradientRules
{
    public static void Check(TermAnalysis term)
    {
        List<TracedValue> undetached = FormulaPaths.Below(term.Root, Computed);
        List<TracedValue> jumps = undetached.Where(value => IsJump(value)).ToList();
        if (term.Root.Node.PassesGradient)
        {
            foreach (TracedValue jump in jumps.Where(value => value.Operation is not ("RunningSum" or "RunningTotal") && !IsRank(value)))
                term.Report(Rule.GradientPartlyLost, jump, null, Describe(jump), term.Name);
        }
        else if (jumps.Count > 0)
        {
            term.Report(Rule.GradientLost, jumps[0], null, Describe(jumps[0]), term.Name);
        }
        else if (!term.Expressions.Any(value => value.Operation == "Detach" && IsPredicted(value)))
        {
            term.Report(Rule.Constant, term.Root, null, term.Name);
        }
    }

    // What a value is computed from: not what only decides, and not what Detach is written around, which is meant.
    private static IEnumerable<TracedValue> Computed(TracedValue value) => value.Operation switch
    {
        "Detach" or "lt" or "le" or "gt" or "ge" or "eq" or "ne" or "EqualTo" or "RunningSum" or "RunningTotal" => [],
        "Where" or "if" => value.Arguments.Skip(1),
        _ => value.Arguments,
    };

    // Constant but for jumps, though it changes with the prediction.
    private static bool IsJump(TracedValue value) => value.Operation switch
    {
        "Sign" => IsPredicted(value[0]),
        "RunningSum" or "RunningTotal" => IsPredicted(value[1]),
        "Where" or "if" => !value.Node.PassesGradient && !value.Node.IsConstant && IsPredicted(value[0]),
        _ => false,
    };

    // A comparison of ranks: a rank is stated to be a constant.
    private static bool IsRank(TracedValue value) =>
        value.Operation is "Where" or "if" && !FormulaPaths.Below(value[0],
            inner => inner.Operation is "RunningSum" or "RunningTotal" or "Detach" ? [] : inner.Arguments).Any(IsPrediction);

    private static bool IsPredicted(TracedValue value) =>
        FormulaPaths.Below(value, inner => value.Operation != "Detach" && inner.Operation == "Detach" ? [] : inner.Arguments)
            .Any(IsPrediction);

    private static bool IsPrediction(TracedValue value) => value.Operation is "logit" or "probability" or "log-probability" or "complement";

    private static string Describe(TracedValue value) => value.Operation switch
    {
        "Sign" => "the sign of what depends on the prediction",
        "RunningSum" or "RunningTotal" => "a running sum",
        _ => "a choice by the prediction between values that do not depend on it",
    };
}
