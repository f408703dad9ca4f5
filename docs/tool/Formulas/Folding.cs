using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Pages.Formulas;

/// <summary>
/// Makes expressions, and leaves out what options make superfluous: factors of 1, sums with 0, reductions over axes that are not there.
/// </summary>
internal static class Folding
{
    /// <summary>The reductions and the axes that they remove.</summary>
    private static readonly Dictionary<string, Axes> Reductions = new(StringComparer.Ordinal)
    {
        ["Sum"] = Axes.Batch | Axes.Pixel,
        ["Mean"] = Axes.Batch | Axes.Pixel,
        ["Total"] = Axes.Batch | Axes.Pixel,
        ["TotalMean"] = Axes.Batch | Axes.Pixel,
        ["SumOverClasses"] = Axes.Class,
        ["MeanOverClasses"] = Axes.Class,
        ["MaxOverClasses"] = Axes.Class,
        ["SumOverBatch"] = Axes.Batch,
        ["MeanOverBatch"] = Axes.Batch,
        ["Channel"] = Axes.Class,
        ["Largest"] = Axes.Class,
        ["LogSumExpOverClasses"] = Axes.Class,
    };

    public static Expression Make(string head, ImmutableArray<Expression> items)
    {
        Expression a = items.ElementAtOrDefault(0)!, b = items.ElementAtOrDefault(1)!;
        switch (head)
        {
            case "add" when a.Is(0):
                return b;
            case "add" or "sub" when b.Is(0):
                return a;
            case "add" when b.Is("neg"):
                return Make("sub", [a, b[0]]);
            case "sub" when b.Is("neg"):
                return Make("add", [a, b[0]]);
            case "sub" when a.Is(0):
                return Make("neg", [b]);
            case "neg" when a.Is("neg"):
                return a[0];
            case "neg" when a is { Head: "sub", Name: null }:
                return Make("sub", [a[1], a[0]]);
            case "mul" when a.Is(0) || b.Is(0):
                return Expression.Of(0);
            case "mul" when a.Is(1):
                return b;
            case "mul" or "div" or "Pow" when b.Is(1):
                return a;
            case "Divide" when b.Is(1):
                return a;
            case "mul" or "div" when a.IsConstant && a.Value < 0:
                return Make("neg", [Make(head, items.SetItem(0, Expression.Of(-a.Value)))]);
            case "mul" when a.IsAtom && !a.IsConstant && a.Matches(b):
                return Make("Square", [a]);
            case "mul" or "div" or "Divide" when a.Is("neg"):
                return Make("neg", [Make(head, items.SetItem(0, a[0]))]);
            case "mul" when b.Is("neg"):
                return Make("neg", [Make("mul", [a, b[0]])]);
            case "mul" when b is { Head: "mul", Name: null } && b[0].IsConstant && !a.IsConstant:
                return Make("mul", [b[0], Make("mul", [a, b[1]])]);
            case "sub" when a.Is(1) && IsIndicator(b):
                return Make("Where", [b[0], b[2], b[1]]);
            case "Where" when b.Matches(items[2]):
                return b;
            case "Where" when a.IsConstant:
                return a.Value != 0 ? b : items[2];
            case "Where" when a.Is("gt") && a[1].Is(0) && items[2].Is(0) && b.Is("Pow") && b[0].Matches(a[0]):
                return Make(Expression.PositivePower, b.Items);
            case var _ when IsLinear(head) && a.Is(0):
                return a;
            case var _ when IsLinear(head) && a.Is("neg"):
                return Make("neg", [Make(head, [a[0]])]);
            case "MeanOverClasses" or "MaxOverClasses" or "Channel" when !a.Axes.Has(Axes.Class):
                return a;
            case "MeanOverBatch" when !a.Axes.Has(Axes.Batch):
                return a;
            case "Mean" or "TotalMean" when !a.Axes.Has(Axes.Pixel):
                return a;
            case "SumOverClasses" when a.Is("target"):
                return Expression.Of(1); // a pixel has one class, or shares of several
        }

        if (items.Length > 0 && items.All(item => item.IsConstant) && Evaluate(head, [.. items.Select(item => item.Value)]) is { } number)
            return Expression.Of(number);
        Axes axes = items.Aggregate(LeafAxes(head), (union, item) => union | item.Axes);
        return new(head, items, Reductions.TryGetValue(head, out Axes removed) ? axes.Without(removed) : axes);
    }

    /// <summary>The number that an expression of known numbers is, or null.</summary>
    public static double? Evaluate(Expression expression)
    {
        if (expression.IsAtom)
            return expression.Axes == Axes.None && expression.Head is Expression.Number or Expression.Symbol ? expression.Value : null;
        var numbers = new double[expression.Items.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (Evaluate(expression[i]) is not { } number)
                return null;
            numbers[i] = number;
        }

        return Evaluate(expression.Head, numbers);
    }

    /// <summary>1 where a condition holds and 0 elsewhere, or the other way round.</summary>
    public static bool IsIndicator(Expression node) =>
        node.Is("Where") && ((node[1].Is(1) && node[2].Is(0)) || (node[1].Is(0) && node[2].Is(1)));

    private static bool IsLinear(string head) => Reductions.ContainsKey(head)
        && head is not ("MaxOverClasses" or "Channel" or "Largest" or "LogSumExpOverClasses");

    private static Axes LeafAxes(string head) => head switch
    {
        "logit" or "probability" or "log-probability" or "complement" or "target" or Expression.Similarity or Expression.Entry or Expression.IsPair => Axes.All,
        "class-index" => Axes.Class,
        "valid" => Axes.Batch | Axes.Pixel,
        _ => Axes.None,
    };

    // Of numbers only what conditions on options are made of: other functions are shown as they are written.
    private static double? Evaluate(string head, double[] n) => head switch
    {
        "add" => n[0] + n[1],
        "sub" => n[0] - n[1],
        "mul" => n[0] * n[1],
        "div" => n[0] / n[1],
        "neg" => -n[0],
        "int-add" => unchecked((int)n[0] + (int)n[1]),
        "int-sub" => unchecked((int)n[0] - (int)n[1]),
        "int-mul" => unchecked((int)n[0] * (int)n[1]),
        "int-neg" => unchecked(-(int)n[0]),
        "lt" => n[0] < n[1] ? 1 : 0,
        "le" => n[0] <= n[1] ? 1 : 0,
        "gt" => n[0] > n[1] ? 1 : 0,
        "ge" => n[0] >= n[1] ? 1 : 0,
        "eq" or "EqualTo" => n[0] == n[1] ? 1 : 0,
        "ne" => n[0] == n[1] ? 0 : 1,
        "and" => n[0] != 0 && n[1] != 0 ? 1 : 0,
        "or" => n[0] != 0 || n[1] != 0 ? 1 : 0,
        "not" => n[0] == 0 ? 1 : 0,
        "is-nan" => double.IsNaN(n[0]) ? 1 : 0,
        _ => null,
    };
}
