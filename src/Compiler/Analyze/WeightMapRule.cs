using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Analyze;

/// <summary>Maps of weights that a formula cannot take, and what is stated about maps that changes nothing.</summary>
internal static class WeightMapRule
{
    public static void Check(TermAnalysis term)
    {
        if (term.Term.WeightMaps.Count == 0)
        {
            if (term.Term.NormalizeWeightMaps)
                term.Report(Rule.NormalizesNothing, term.Root, OptionNames.NormalizeWeightMaps, term.Name,
                    "it has no weights; name an input with PixelWeights or ElementWeights");
            return;
        }

        var tables = new List<ClassNumbers>();
        GraphBuilder graph = LossBuilder.For(term.Loss.Options, tables);
        (Node value, WeightMaps weights) = Read(graph, tables, term, term.Term);
        bool isElement = term.Term.WeightMaps.Any(map => term.Loss.Inputs[map].IsElement);
        if (weights.JoinsClasses)
            term.Report(Rule.ElementWeightsJoined, term.Root, OptionNames.ElementWeights, term.Name);
        if (weights.Sorts)
            term.Report(Rule.WeightsSorted, term.Root, isElement ? OptionNames.ElementWeights : OptionNames.PixelWeights, term.Name);
        if (term.Term.NormalizeWeightMaps
            && ReferenceEquals(value, Read(graph, tables, term, term.Term with { NormalizeWeightMaps = false }).Value))
            term.Report(Rule.NormalizesNothing, term.Root, OptionNames.NormalizeWeightMaps, term.Name,
                "no mean over pixels or elements is taken; remove it");
    }

    // Equal values are one node.
    private static (Node Value, WeightMaps Weights) Read(GraphBuilder graph, List<ClassNumbers> tables, TermAnalysis term, TermModel read)
    {
        var scope = FormulaScope.Of(graph, term.Loss, read, term.IndexTarget);
        return (scope.Reduce(FormulaReader.Read(read, scope, tables).Value), scope.Weights!);
    }
}
