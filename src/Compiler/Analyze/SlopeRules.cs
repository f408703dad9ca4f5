using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Analyze;

/// <summary>
/// Powers with an exponent below 1, and square roots, of what can be 0: the slope there is infinite, and infinity times 0 is NaN. At a
/// pixel a saturated probability is enough for it; a score has to be perfect.
/// </summary>
internal static class SlopeRules
{
    public static void Check(TermAnalysis term)
    {
        foreach (TracedValue value in term.Differentiated)
        {
            if (value.Operation is not ("Pow" or "Sqrt"))
                continue;

            // What is selected has no slope elsewhere.
            Node root = value.Node;
            while (root.Op == Op.Mask)
                root = root[1];
            if (!IsRoot(root) || !root[0].PassesGradient || !CanBeZero(term, root[0]))
                continue;
            Node @base = root[0];
            if (@base.IsPixel && !HasSteepSlope(term))
                continue;
            if (!FormulaPaths.IsUnguarded(term.Root, value, (condition, holds) => term.Ranges.IsPositive(@base, condition, holds)
                || term.Ranges.IsPositive(value[0].Node, condition, holds)))
                continue;
            bool isPower = value.Operation == "Pow";
            term.Report(
                !@base.IsPixel ? Rule.InfiniteSlopeOfScore : term is { IndexTarget: false, TakesBothTargets: true }
                    ? Rule.InfiniteSlopeOfDense : Rule.InfiniteSlope, value, isPower ? value[1].Parameter : null,
                isPower ? $"The power {TermAnalysis.Text(value[1].Node.Number)}" : "The square root", term.Name,
                isPower ? $"Where(v > 0, Pow(v, {TermAnalysis.Text(value[1].Node.Number)}), 0)" : "Where(v > 0, Sqrt(v), 0)");
        }
    }

    // A slope of the term's gradient that is infinite where its base is 0. The probability that the softmax's own derivative multiplies a
    // power of it by takes the infinity away: p * p^(e - 1) is p^e.
    private static bool HasSteepSlope(TermAnalysis term) => Reachable.From([term.Gradient]).Any(node => node.Op switch
    {
        Op.Power => node[1] is { IsConstant: true, Number: < 0 } && CanBeZero(term, node[0]),
        Op.Divide => GraphBuilder.Factors(node[1]).Any(factor => IsRoot(factor) && CanBeZero(term, factor[0])),
        _ => false,
    });

    private static bool CanBeZero(TermAnalysis term, Node node) => term.Ranges.Of(node) is { Low: <= 0, High: >= 0 };

    private static bool IsRoot(Node node) =>
        node.Op == Op.Sqrt || (node.Op == Op.Power && node[1] is { IsConstant: true, Number: > 0 and < 1 });
}
