using LossGen.Generator.Formula;
using LossGen.Generator.Graph;

namespace LossGen.Generator.Analyze;

/// <summary>
/// Powers with an exponent below 1, and square roots, of what can be 0: the slope there is infinite, and infinity times 0 is NaN. At a pixel a saturated probability is
/// enough for it; a score has to be perfect.
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
            if (!IsRoot(root) || !root[0].PassesGradient || term.Ranges.Of(root[0]) is not { Low: <= 0, High: >= 0 })
                continue;
            Node @base = root[0];
            if (!FormulaPaths.IsUnguarded(term.Root, value, (condition, holds) => term.Ranges.IsPositive(@base, condition, holds) || term.Ranges.IsPositive(value[0].Node, condition, holds)))
                continue;
            bool isPower = value.Operation == "Pow";
            term.Report(
                @base.IsPixel ? Rule.InfiniteSlope : Rule.InfiniteSlopeOfScore, value, isPower ? value[1].Parameter : null,
                isPower ? $"The power {TermAnalysis.Text(value[1].Node.Number)}" : "The square root", term.Name,
                isPower ? $"Where(v > 0, Pow(v, {TermAnalysis.Text(value[1].Node.Number)}), 0)" : "Where(v > 0, Sqrt(v), 0)");
        }
    }

    private static bool IsRoot(Node node) => node.Op == Op.Sqrt || (node.Op == Op.Power && node[1] is { IsConstant: true, Number: > 0 and < 1 });
}
