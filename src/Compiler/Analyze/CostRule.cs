using LossGen.Compiler.Formula;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Analyze;

/// <summary>1 less a mean cost, where a cost of two classes is above 1: what is meant as a share of hits becomes negative.</summary>
internal static class CostRule
{
    public static void Check(TermAnalysis term)
    {
        IEnumerable<string> matrices = FormulaText.Parse(term.Term.Formula)
            .Parameters.Where(parameter => parameter.Kind == ParameterKind.Matrix).Select(parameter => parameter.Name);
        ArgumentModel? costly = term.Term.Arguments.FirstOrDefault(argument => matrices.Contains(argument.Parameter)
            && argument.Numbers.Any(number => number > 1));
        if (costly is null)
            return;
        TracedValue? hits = term.Expressions.FirstOrDefault(value => value.Operation == "sub" && value[0].Node.IsNumber(1)
            && IsCost(value[1]));
        if (hits is not null)
            term.Report(Rule.CostAboveOne, hits, costly.Parameter, costly.Parameter, TermAnalysis.Text(costly.Numbers.Max()), term.Name);
    }

    // What is divided has been scaled.
    private static bool IsCost(TracedValue value) => value.Operation switch
    {
        Language.Transform => true,
        "SumOverClasses" or "mul" => value.Arguments.Any(IsCost),
        _ => false,
    };
}
