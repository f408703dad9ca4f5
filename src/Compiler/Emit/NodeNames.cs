using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit;

/// <summary>Names for nodes in the code of one kernel: the field's words where there is one, numbered otherwise.</summary>
/// <param name="plan">What is printed.</param>
/// <param name="words">Names that the printed language or the code around has already; by default those of the kernels in C#.</param>
internal sealed class NodeNames(LossPlan plan, IReadOnlyCollection<string>? words = null)
{
    private readonly Dictionary<Node, string> names = [];
    private readonly HashSet<string> taken = [.. words ?? Locals];

    private const int LongestProduct = 16;

    private readonly Dictionary<Node, string> products = [];

    public string Of(Node node)
    {
        if (names.TryGetValue(node, out string? known))
            return known;
        string word = Word(node), name = word;
        for (int k = 2; Derived(name).Any(taken.Contains); k++)
            name = word + k;
        taken.UnionWith(Derived(name));
        names[node] = name;
        return name;
    }

    // The name, and those that are made of it.
    private static string[] Derived(string name) => [name, name + "Row", name + "Map", name + "Store", name + "StoreKeys",
        "sum" + Upper(name), "product" + Upper(name)];

    /// <summary>What the node is, in mathematics, with the names given so far.</summary>
    public string Describe(Node node)
    {
        string own = Of(node) + (node.Axes.Has(Axes.Class) ? "[c]" : "");
        return own + " = " + NodeText.Describe(node, n => names.TryGetValue(n, out string? name) ? name + (n.Axes.Has(Axes.Class)
            && !n.IsPixel ? "[c]" : "") : null);
    }

    public static string Upper(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);

    // Names that the generated methods use themselves.
    private static readonly HashSet<string> Reserved =
        ["batch", "classes", "pixels", "tile", "pass", "stage", "gradient", "elements", "label", "valid", "self", "upstream"];

    // Those of their locals.
    private static readonly HashSet<string> Locals =
        ["logits", "logitStride", "target", "targetStride", "inputStride", "labels", "scratch", "width", "validity", "gradientStride", "isStreamed", "first", "end"];

    private string Word(Node node)
    {
        // What the formula calls a result; a pixel's values keep the names of what they are.
        if (!node.IsPixel && plan.Graph.Builder.NameOf(node) is { Length: > 1 } own && !Reserved.Contains(own)
            && !own.StartsWith("constants", StringComparison.Ordinal) && !own.StartsWith("Table", StringComparison.Ordinal)
            && own.All(char.IsLetterOrDigit) && !CSharpWords.IsKeyword(own) && (words is null || own.All(c => c < 128)))
            return own;
        switch (node.Op)
        {
            case Op.Input:
                return plan.Graph.Builder.NameOf(node) is { } input && input.All(char.IsLetterOrDigit)
                    && (words is null || input.All(c => c < 128)) ? input : "input";
            case Op.Logit:
                return "logit";
            case Op.Target:
                return "truth";
            case Op.RunningSum:
                return "running";
            case Op.Correlate:
                return node.Window!.IsShift ? "shifted" : "window";
            case Op.Distance:
                return "distance";
            case Op.Kept:
                return "kept";
            case Op.Neighbour:
                return node[0].Op == Op.Spread ? "inside" : "neighbour";
            case Op.Pool or Op.PoolSlope:
                return "pooled";
            case Op.PixelMaximum:
                return "largest";
            case Op.ClassMaximum when node[0].Op == Op.Logit:
                return "maximum";
            case Op.ExpNonPositive when node.Axes.Has(Axes.Class):
                return IsSoftmax ? "exponential" : "decay";
            case Op.Sum when node.Attribute == Axes.Class && node[0].Op == Op.ExpNonPositive:
                return "normaliser";
            case Op.ReciprocalAtLeastOne when IsNormaliser(node[0]):
                return "reciprocal";
            case Op.Sum when SoftmaxRows.IsLabelLogit(node):
                return "labelLogit";
            case Op.Add when SoftmaxRows.IsLabelExponent(node):
                return "labelExponent";
            case Op.Sum when SoftmaxRows.IsOthers(node):
                return "others";
            case Op.LogAtLeastOne when IsNormaliser(node[0]):
                return "logNormaliser";
            case Op.Add when node.Inputs.Any(i => i.Op == Op.ClassMaximum) && node.Inputs.Any(i => i.Op == Op.LogAtLeastOne):
                return "logSumExp";
            case Op.Multiply when IsProbability(node):
                return "probability";
            case Op.Sum when Planner.IsStatistic(node):
                return "sum" + Summand(node[0]);
            case Op.Upstream:
                return "upstream";
            case Op.Extent:
                return "extent" + node.Attribute.Letters();
            default:
                return node.IsPixel ? "v" + (names.Count + 1) : "s" + (names.Count + 1);
        }
    }

    private bool IsSoftmax => plan.Graph.Builder.Nodes.Any(node => node.Op is Op.Softmax or Op.LogSumExp);

    private static bool IsNormaliser(Node node) => node.Op == Op.Sum && node.Attribute == Axes.Class && node[0].Op == Op.ExpNonPositive;

    private static bool IsProbability(Node node) => node.Op == Op.Multiply
        && node.Inputs.Any(input => input.Op == Op.ReciprocalAtLeastOne)
        && node.Inputs.Any(input => input.Op is Op.ExpNonPositive or Op.Where);

    // A factor that is a square of squares would be written out as often as it counts: names end where nobody could read them.
    private string Product(Node node)
    {
        if (!products.TryGetValue(node, out string? known))
            products[node] = known = Summand(node[0]) + Summand(node[1]) is { Length: <= LongestProduct } word ? word : "";
        return known;
    }

    // P, Y, PY, ... for sums of products of probability and target; empty for anything else.
    private string Summand(Node node) => node.Op switch
    {
        Op.Mask when node[0].Op == Op.OneHot => (node[1].IsNumber(1) ? "" : Summand(node[1])) + "Y",
        Op.Mask => node[1].IsNumber(1) ? "Valid" : Summand(node[1]),
        Op.Target => "Y",
        Op.Logit => "X",
        Op.Multiply when IsProbability(node) => "P",
        Op.Multiply => Product(node),
        _ => "",
    };
}
