using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Analyze;

/// <summary>Ways through a formula, from its result to what it is made of.</summary>
internal static class FormulaPaths
{
    /// <summary>The arguments that a gradient goes through.</summary>
    public static IEnumerable<TracedValue> Differentiated(TracedValue value) => value.Operation switch
    {
        "lt" or "le" or "gt" or "ge" or "eq" or "ne" or "and" or "or" or "not" or "is-nan" or "EqualTo" => [],
        "Detach" or "Sign" or "RunningSum" or "RunningTotal" => [],
        "Where" or "if" => value.Arguments.Skip(1).Where(argument => argument.Node.PassesGradient),
        _ => value.Arguments.Where(argument => argument.Node.PassesGradient),
    };

    /// <summary>All expressions on the ways from one, each once, and after those that it is made of.</summary>
    public static List<TracedValue> Below(TracedValue root, Func<TracedValue, IEnumerable<TracedValue>> next)
    {
        var seen = new HashSet<TracedValue>();
        var found = new List<TracedValue>();
        Visit(root);
        return found;

        void Visit(TracedValue value)
        {
            if (!seen.Add(value))
                return;
            foreach (TracedValue argument in next(value))
                Visit(argument);
            found.Add(value);
        }
    }

    /// <summary>A gradient comes to an expression on some way where no choice guards it.</summary>
    /// <param name="guards">The condition, as it is on a branch, makes the expression harmless.</param>
    public static bool IsUnguarded(TracedValue root, TracedValue sought, Func<Node, bool, bool> guards) =>
        Below(root, value => value.Operation switch
        {
            "Where" or "if" => value.Arguments.Skip(1).Where((argument, i) => argument.Node.PassesGradient
                && !guards(value[0].Node, i == 0)),
            _ => Differentiated(value),
        }).Contains(sought);

    /// <summary>The expression behind signs and constant factors.</summary>
    public static TracedValue WithoutFactors(TracedValue value) => value.Operation switch
    {
        "neg" => WithoutFactors(value[0]),
        "mul" when value[0].Node.IsConstant => WithoutFactors(value[1]),
        "mul" or "div" when value[1].Node.IsConstant => WithoutFactors(value[0]),
        _ => value,
    };
}
