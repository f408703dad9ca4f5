using System.Globalization;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Graph;

/// <summary>Nodes as mathematics, for comments and for the debugger.</summary>
internal static class NodeText
{
    private const int Sum = 1;
    private const int Product = 2;
    private const int Atom = 3;

    private const int MaximumNodes = 160;

    /// <summary>The expression in full.</summary>
    public static string Describe(Node node) => Describe(node, _ => null);

    /// <summary>The expression, where a node that has a name is shown by it.</summary>
    /// <param name="isRoot">The node itself is written out although it has a name.</param>
    public static string Describe(Node node, Func<Node, string?> name, bool isRoot = true)
    {
        // A graph shares what its text repeats: without a bound the text of a long formula grows without end.
        int left = MaximumNodes;
        return Text(node, 0, n => name(n) ?? (left-- > 0 ? null : "..."), isRoot);
    }

    public static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(Node node, int precedence, Func<Node, string?> name, bool root = false)
    {
        if (!root && name(node) is { } known)
            return known;
        string In(int i, int p = 0) => Text(node[i], p, name);
        (string text, int own) = node.Op switch
        {
            Op.Constant => (Number(node.Number), node.Number < 0 ? Sum : Atom),
            Op.Parameter => ("parameter" + node.Index, Atom),
            Op.Logit => ("x", Atom),
            Op.Target => ("y", Atom),
            Op.Input => ("input" + node.Index, Atom),
            Op.OneHot => ("[label = c]", Atom),
            Op.Valid => ("[valid]", Atom),
            Op.Labelled => ("[labelled]", Atom),
            Op.ClassIndex => ("c", Atom),
            Op.ClassSet => (node.Classes!.List.IsEmpty ? "[c > 0]" : "[c in {" + string.Join(", ", node.Classes.Effective) + "}]", Atom),
            Op.PerClass => ("w" + node.Index + "[c]", Atom),
            Op.Extent => (node.Attribute.Letters(), Atom),
            Op.Upstream => ("upstream", Atom),
            Op.Add => (Addition(node, name), Sum),
            Op.Multiply when node[0].IsNumber(-1) => ("-" + In(1, Product), Sum),
            Op.Multiply => (In(0, Product) + "*" + In(1, Product), Product),
            Op.Divide => (In(0, Product) + "/" + In(1, Atom), Product),
            Op.ReciprocalAtLeastOne => ("1/" + In(0, Atom), Product),
            Op.Power => (In(0, Atom) + "^" + In(1, Atom), Product),
            Op.Less => (In(0) + " < " + In(1), 0),
            Op.LessOrEqual => (In(0) + " <= " + In(1), 0),
            Op.Equal => (In(0) + " = " + In(1), 0),
            Op.And => (In(0, Sum) + " and " + In(1, Sum), 0),
            Op.Or => (In(0, Sum) + " or " + In(1, Sum), 0),
            Op.Not => ("not " + In(0, Atom), Sum),
            Op.Where => ("where(" + In(0) + ", " + In(1) + ", " + In(2) + ")", Atom),
            Op.Mask when node[1].IsNumber(1) => (In(0, Atom), Atom),
            Op.Mask => (In(0, Atom) + "*" + In(1, Product), Product),
            Op.Softmax => (node[0].Op == Op.Logit ? "p" : "softmax(" + In(0) + ")", Atom),
            Op.SoftmaxComplement => (node[0].Op == Op.Logit ? "(1 - p)" : "(1 - softmax(" + In(0) + "))", Atom),
            Op.LogSumExp => ("logsumexp(" + In(0) + ")", Atom),
            Op.Sum => ("sum_" + node.Attribute.Letters().Replace(",", "") + "(" + In(0) + ")", Atom),
            Op.RunningSum => ("running_" + node.Attribute.Letters().Replace(",", "") + "(" + In(0) + " by " + In(1) + ")", Atom),
            Op.Correlate => ((node.Window!.IsTransposed ? "transposed_" : "") + "window(" + In(0) + "; " + Describe(node.Window!) + ")",
                Atom),
            Op.Pool => ((node.Window!.IsMinimum ? "minpool(" : "maxpool(") + In(0) + "; " + Places(node.Window!) + ")", Atom),
            Op.PoolSlope => ("poolslope(" + In(0) + ", " + In(1) + "; " + Places(node.Window!) + ")", Atom),
            Op.Distance => ("distance(" + In(0) + ")", Atom),
            Op.Neighbour => ("neighbour(" + In(0) + "; " + Describe(node.Window!) + ")", Atom),
            Op.Kept => ("kept by pass " + node.Index, Atom),
            Op.ClassMaximum => ("max_C(" + In(0) + ")", Atom),
            Op.PixelMaximum => ("max_" + node.Attribute.Letters().Replace(",", "") + "(" + In(0) + ")", Atom),
            _ => (Word(node.Op) + "(" + string.Join(", ", node.Inputs.Select(i => Text(i, 0, name))) + ")", Atom),
        };
        return own < precedence ? "(" + text + ")" : text;
    }

    private static string Addition(Node node, Func<Node, string?> name)
    {
        string left = Text(node[0], Sum, name), right = Text(node[1], Sum, name);
        if (left.StartsWith("-", StringComparison.Ordinal) && !right.StartsWith("-", StringComparison.Ordinal))
            (left, right) = (right, left);
        return right.StartsWith("-", StringComparison.Ordinal) ? left + " - " + right.Substring(1) : left + " + " + right;
    }

    // The neighbours of a window: axis 1 from -2 to 2.
    private static string Places(Window window) => window.Shape != WindowShape.Line
        ? $"{window.Shape.ToString().ToLowerInvariant()} of {window.Size}"
        : window.Size == 1 ? $"axis {window.Axis} at {window.First}"
        : $"axis {window.Axis} from {window.First} to {window.First + window.Size - 1}";

    private static string Describe(Window window)
    {
        const int shown = 3;
        IEnumerable<string> weights = window.Weights.Take(shown).Select(Number);
        string list = string.Join(", ", weights) + (window.Weights.Count > shown ? ", ..." : "");
        string border = window.Border == Border.Zero ? "" : ", " + window.Border.ToString().ToLowerInvariant();
        return window.IsShift ? Places(window) + border : $"{Places(window)}, weights {list}{border}";
    }

    /// <summary>What a function is called in comments: those for a range are the functions that they are.</summary>
    public static string Word(Op op) => op switch
    {
        Op.ReciprocalAtLeastOne => "divide",
        Op.ExpNonPositive => "exp",
        Op.LogAtLeastOne => "log",
        Op.Log1pOfUnit => "log1p",
        _ => op.ToString().ToLowerInvariant(),
    };
}
