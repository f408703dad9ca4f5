namespace LossGen.Pages.Formulas;

/// <content>Formulas of pairs: i and j are what a pixel and a class are elsewhere.</content>
internal sealed partial class Latex
{
    private readonly bool isOfPairs;

    // Null for what reads as it does elsewhere.
    private (string Text, int Level)? PrintOfPairs(Expression node) => node.Head switch
    {
        Expression.Similarity => ("s_{ij}", Atom),
        Expression.Entry => ("c_{ij}", Atom),
        Expression.IsPair => ("y_{ij}", Atom),
        "gt" when IsPositive(node) => ("y_{ij} = 1", 0),
        "class-count" => ("D", Atom),
        "Sum" => ("\\sum_i " + Text(node[0], Product), Product),
        "Mean" => ($"\\mathrm{{mean}}_i\\left({Text(node[0], 0)}\\right)", Atom),
        "SumOverClasses" => ("\\sum_j " + Text(node[0], Product), Product),
        "LogSumExpOverClasses" => LogSumExp(node[0]),
        _ => null,
    };

    private static bool IsPositive(Expression condition) => condition.Is("gt") && condition[0].Is(Expression.IsPair)
        && condition[1].Is(0.5);

    // What is minus infinity has no part in the sum.
    private (string Text, int Level) LogSumExp(Expression node)
    {
        if (!node.Is("Where") || definitions.ContainsKey(node))
            return ($"\\log \\sum_j e^{{{Text(node, 0)}}}", Product);
        (Expression condition, Expression then, Expression otherwise) = (node[0], node[1], node[2]);
        if (otherwise.Is(double.NegativeInfinity))
            return ($"\\log \\sum_{{j:\\ {Text(condition, 0)}}} e^{{{Text(then, 0)}}}", Product);
        return then.Is(double.NegativeInfinity) && IsPositive(condition)
            ? ($"\\log \\sum_{{j:\\ y_{{ij}} = 0}} e^{{{Text(otherwise, 0)}}}", Product)
            : ($"\\log \\sum_j e^{{{Text(node, 0)}}}", Product);
    }
}
