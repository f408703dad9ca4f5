using LossGen.Compiler.Formula;

namespace LossGen.Compiler.Analyze;

/// <summary>
/// A clamp to constants that leave nothing between them: the value is the upper bound whatever is clamped, or NaN, and no gradient passes.
/// </summary>
internal static class BoundsRule
{
    public static void Check(TermAnalysis term)
    {
        foreach (TracedValue value in term.Expressions)
        {
            if (value.Operation != "Clamp" || value[1].Node is not { IsConstant: true, Number: var low }
                || value[2].Node is not { IsConstant: true, Number: var high } || low <= high)
                continue;
            bool isNumber = !double.IsNaN(low) && !double.IsNaN(high);
            string outcome = isNumber ? $"the upper one wins, so that it is always {TermAnalysis.Text(high)}"
                : "a bound that is NaN makes it NaN";
            term.Report(Rule.BoundsCross, value, null, term.Name, TermAnalysis.Text(low), TermAnalysis.Text(high), outcome);
        }
    }
}
