using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Analyze;

/// <summary>
/// Small numbers that change nothing: added to what is large beside them, or bounds that are the next whole number in float. Pixels are
/// computed in float, what has no pixels in double.
/// </summary>
internal static class ResolutionRule
{
    public static void Check(TermAnalysis term)
    {
        foreach (TracedValue value in term.Expressions)
        {
            switch (value.Operation)
            {
                case "add" or "sub":
                    CheckSum(term, value[0], value[1], value);
                    CheckSum(term, value[1], value[0], value);
                    break;
                case "Clamp":
                    CheckBound(term, value[1], value);
                    CheckBound(term, value[2], value);
                    break;
                case "Max" or "Min":
                    CheckBound(term, value[0], value);
                    CheckBound(term, value[1], value);
                    break;
            }
        }
    }

    private static void CheckSum(TermAnalysis term, TracedValue number, TracedValue other, TracedValue sum)
    {
        if (number.Node is not { IsConstant: true } constant || constant.Number == 0 || double.IsInfinity(constant.Number)
            || !other.Node.PassesGradient
            || term.Ranges.Of(other.Node) is not { } range)
            return;
        double least = range.Least, added = Math.Abs(constant.Number);
        bool isPixel = sum.Node.IsPixel;
        bool isLost = isPixel ? (float)((float)least + (float)added) == (float)least : least + added == least;
        if (isLost && added < 1)
        {
            string what = least > 0 ? $"it is added to numbers of at least {TermAnalysis.Text(least)}, which it does not change in {Precision(isPixel)}" : $"it is 0 in {Precision(isPixel)}";
            term.Report(Rule.NoEffectInFloat, number, number.Parameter, TermAnalysis.Text(added), term.Name, what, least > 0
                ? "add it to what can be small" : "write 1e-30 or more");
        }
    }

    private static void CheckBound(TermAnalysis term, TracedValue bound, TracedValue bounded)
    {
        if (bound.Node is not { IsConstant: true, Number: var number } || !bounded.Node.IsPixel || double.IsNaN(number)
            || double.IsInfinity(number))
            return;
        double whole = Math.Round(number);
        if (number == whole || (float)number != (float)whole)
            return;
        string? option = bound.Parameter ?? bound.Arguments.Select(argument => argument.Parameter).FirstOrDefault(name => name is not null);
        term.Report(
            Rule.NoEffectInFloat, bound, option, TermAnalysis.Text(number), term.Name,
                $"as a bound it is {TermAnalysis.Text(whole)} in float",
            whole == 0 ? "write 1e-30 or more" : "keep a distance of at least 1e-6 from it");
    }

    private static string Precision(bool isPixel) => isPixel ? "float" : "double";
}
