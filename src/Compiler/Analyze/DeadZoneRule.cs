using LossGen.Compiler.Formula;

namespace LossGen.Compiler.Analyze;

/// <summary>The logarithm of what is kept above a bound: below it the gradient is exactly 0, where it should be largest.</summary>
internal static class DeadZoneRule
{
    public static void Check(TermAnalysis term)
    {
        foreach (TracedValue value in term.Differentiated)
        {
            if (value.Operation != "Log" || Bounded(value[0]) is not { } found || !found.Inner.Node.PassesGradient
                || found.Bound.Node is not { IsConstant: true, Number: > 0 })
                continue;
            double bound = found.Bound.Node.Number;
            if (term.Ranges.Of(found.Inner.Node) is { } range && range.Low >= bound)
                continue;
            string cure = found.Inner.Operation switch
            {
                "probability" => "write x.LogProbability, which needs no bound",
                "complement" => "write Log(x.Complement), which needs no bound",
                "sub" when found.Inner[0].Node.IsNumber(1) && found.Inner[1].Operation == "probability" =>
                    "write Log(x.Complement), which needs no bound",
                "SumOverClasses" when IsAtLabel(found.Inner[0]) => "write SumOverClasses(y * x.LogProbability), which needs no bound",
                _ => $"add a small number instead, as in Log(v + {TermAnalysis.Text(bound)})",
            };
            term.Report(Rule.DeadZone, value[0], found.Bound.Parameter, TermAnalysis.Text(bound), term.Name, cure);
        }
    }

    private static bool IsAtLabel(TracedValue value) =>
        value.Operation == "mul" && value.Arguments.Any(factor => factor.Operation == "target")
            && value.Arguments.Any(factor => factor.Operation == "probability");

    private static (TracedValue Inner, TracedValue Bound)? Bounded(TracedValue value) => value.Operation switch
    {
        "Clamp" => (value[0], value[1]),
        "Max" when value[1].Node.IsConstant => (value[0], value[1]),
        "Max" when value[0].Node.IsConstant => (value[1], value[0]),
        _ => null,
    };
}
