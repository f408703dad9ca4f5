using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Analyze;

/// <summary>
/// Exponentials that overflow in float: their arguments depend on the logits and have no bound, and the algebra has found no form without
/// them. A value is asked for where it still stands in the simplified formula; of the log-sum-exps, softmaxes and logistic functions that
/// it knows nothing is left.
/// </summary>
internal static class OverflowRule
{
    // Of the functions whose arguments are asked for.
    private const double LargestExponent = 88.7;

    public static void Check(TermAnalysis term)
    {
        HashSet<Node>? left = null;
        foreach (TracedValue value in term.Expressions)
        {
            Node node = value.Node;
            while (node.Op == Op.Mask)
                node = node[1];
            Operation row = node.Operation();
            if (row.Extremes != Extremes.Overflow || row.Inputs != 1 || value.Operation != row.Function || !node[0].DependsOnLogit)
                continue;
            left ??= [.. Reachable.From([term.Root.Node])];
            bool bothWays = double.IsInfinity(row.Evaluate!([double.NegativeInfinity]));
            Node argument = node[0];
            if (left.Contains(node) && Overflows(argument, range => range.High > LargestExponent
                || (bothWays && range.Low < -LargestExponent))
                && IsUnguarded(term, value, bounds => bounds is { High: <= LargestExponent } range
                && (!bothWays || range.Low >= -LargestExponent), argument))
                term.Report(Rule.Overflow, value, null, value.Operation, term.Name, bothWays ? "Clamp(v, -80, 80)" : "Min(v, 80)");
        }

        // A factor that is not known, a parameter or a map, bounds nothing that goes both ways.
        bool Overflows(Node argument, Func<Interval, bool> exceeds)
        {
            if (term.Ranges.Of(argument) is { } range)
                return exceeds(range);
            return argument.Op switch
            {
                Op.Multiply => argument.Inputs.Any(input => input.DependsOnLogit && Overflows(input, IsUnbounded)),
                Op.Divide => argument[0].DependsOnLogit && Overflows(argument[0], IsUnbounded),
                Op.Add => argument.Inputs.Any(input => input.DependsOnLogit && Overflows(input, exceeds)),
                _ => false,
            };
        }

        static bool IsUnbounded(Interval range) => range.High > LargestExponent && range.Low < -LargestExponent;
    }

    // Where(v < 80, Exp(v), ...): on the other branch it does not matter what the exponential is.
    private static bool IsUnguarded(TermAnalysis term, TracedValue exponential, Func<Interval?, bool> isBounded, Node argument) =>
        FormulaPaths.Below(term.Root, value => value.Operation is "Where" or "if"
            ? value.Arguments.Skip(1).Where((_, i) => !isBounded(term.Ranges.Under(argument, value[0].Node, i == 0)))
            : value.Arguments).Contains(exponential);
}
