using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Analyze;

/// <summary>
/// A score, that is a quotient of sums that the loss falls with, whose denominator alone has a constant added. Where nothing is labelled
/// and nothing predicted it is 0 instead of 1, and its numerator gives no gradient. A number that is small beside one pixel only keeps 0/0
/// away, as in the Dice of several libraries: less is said of it.
/// </summary>
internal static class SmoothingRule
{
    // Beside one labelled pixel it changes a score by less than a hundredth.
    private const double LargestGuard = 0.01;

    public static void Check(TermAnalysis term) => Visit(term, term.Root, falls: false, []);

    private static void Visit(TermAnalysis term, TracedValue value, bool falls, HashSet<(TracedValue, bool)> seen)
    {
        if (!value.Node.PassesGradient || !seen.Add((value, falls)))
            return;
        switch (value.Operation)
        {
            case "neg":
                Visit(term, value[0], !falls, seen);
                break;
            case "sub":
                Visit(term, value[0], falls, seen);
                Visit(term, value[1], !falls, seen);
                break;
            case "add" or "Max" or "Min":
                Visit(term, value[0], falls, seen);
                Visit(term, value[1], falls, seen);
                break;
            case "Where" or "if":
                Visit(term, value[1], falls, seen);
                Visit(term, value[2], falls, seen);
                break;
            case "mul":
                VisitFactor(term, value[0], value[1], falls, seen);
                VisitFactor(term, value[1], value[0], falls, seen);
                break;
            case "div" or "Divide" when falls && IsScore(value) && ConstantOf(value[1].Node) is { } constant
                && ConstantOf(value[0].Node) is null:
                term.Report(constant <= LargestGuard ? Rule.GuardBelowOnly : Rule.SmoothingBelowOnly, value[1], null, term.Name,
                    double.IsNaN(constant) ? "a parameter" : TermAnalysis.Text(constant));
                break;
            case "div" or "Divide":
                VisitFactor(term, value[0], value[1], falls, seen);
                break;
            case "Square" or "Cosh" or "Mean" or "Sum" or "Total" or "TotalMean"
                or "MeanOverClasses" or "SumOverClasses" or "MaxOverClasses" or "MeanOverBatch" or "SumOverBatch" or "Channel" or "Clamp":
                Visit(term, value[0], falls, seen);
                break;
            case { } word when Enum.TryParse(word, out Op op) && Operations.Of(op).IsIncreasing:
                Visit(term, value[0], falls, seen);
                break;
            case "Pow" when value[1].Node is { IsConstant: true, Number: > 0 }:
                Visit(term, value[0], falls, seen);
                break;
        }
    }

    // With a factor of unknown sign nothing is said.
    private static void VisitFactor(TermAnalysis term, TracedValue value, TracedValue factor, bool falls, HashSet<(TracedValue, bool)> seen)
    {
        if (term.Ranges.Of(factor.Node) is { } range && (range.Low >= 0 || range.High <= 0))
            Visit(term, value, range.Low >= 0 ? falls : !falls, seen);
    }

    private static bool IsScore(TracedValue value) =>
        value[0].Node is { PassesGradient: true, IsPixel: false } && value[1].Node is { PassesGradient: true, IsPixel: false };

    // The constant of a sum, NaN for a run-time parameter; null where there is none.
    private static double? ConstantOf(Node node) => node.Op switch
    {
        Op.Add when node[0].IsConstant => node[0].Number > 0 ? node[0].Number : null,
        Op.Add => ConstantOf(node[0]) ?? ConstantOf(node[1]),
        Op.Parameter => double.NaN,
        Op.Multiply when node[0].IsConstant => ConstantOf(node[1]),
        _ => null,
    };
}
