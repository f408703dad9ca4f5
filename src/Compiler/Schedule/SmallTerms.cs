using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Schedule;

/// <summary>
/// In a sum that a probability is multiplied by, the numbers a class are added up before they meet what has pixels, and before they are
/// picked at the label, and so are those a pixel before they meet what has classes: each would be an operation of the size of the logits,
/// or a look-up a pixel. Of other sums the order stays: in x - max(x) + log(s) it is what keeps the digits.
/// </summary>
internal sealed class SmallTerms : GraphRewrite
{
    private readonly HashSet<Node> cofactors;
    private readonly HashSet<Node> shared;

    private SmallTerms(GraphBuilder graph, HashSet<Node> cofactors, HashSet<Node> shared)
        : base(graph)
    {
        this.cofactors = cofactors;
        this.shared = shared;
    }

    /// <summary>The same values.</summary>
    public static List<Node> Rewrite(GraphBuilder graph, List<Node> results)
    {
        List<Node> nodes = Reachable.From(results);
        var cofactors = new HashSet<Node>(nodes.Where(node => node.Op == Op.Multiply).SelectMany(Cofactors));
        if (cofactors.Count == 0)
            return results;
        var shared = new HashSet<Node>(nodes.SelectMany(node => node.Inputs).Concat(results).GroupBy(node => node)
            .Where(uses => uses.Count() > 1).Select(uses => uses.Key));
        return results.ConvertAll(new SmallTerms(graph, cofactors, shared).Rewrite);
    }

    protected override Node Compute(Node node)
    {
        if (!cofactors.Contains(node))
            return Same(node);
        List<Node> terms = [.. Terms(node)];
        List<Node> small = terms.FindAll(term => !term.IsPixel).SelectMany(Flat).ToList(), picked = terms.FindAll(IsSmallPick);
        if (small.Count < 2 && picked.Count < 2 && !terms.Exists(term => term.IsPixel && !term.Axes.Has(Axes.Class)))
            return Same(node);
        List<Node> full = terms.FindAll(term => term.IsPixel && term.Axes.Has(Axes.Class)).ConvertAll(Rewrite);
        List<Node> pixels = terms.FindAll(term => term.IsPixel && !term.Axes.Has(Axes.Class) && !IsSmallPick(term)).ConvertAll(Rewrite);
        if (picked.Count > 0)
            pixels.Add(Pick(Total(picked.SelectMany(term => Flat(term[0][1])))));
        List<Node> sums = pixels.Count > 0 ? [Sum(pixels)] : [];
        if (small.Count > 0)
            sums.Add(Total(small));

        // The product of a tensor and a number that is one, too, is added in one operation, where there is a tensor to add it to.
        return Sum(sums.Count > 1 && full.Exists(IsScaled) ? [Sum(sums), .. full] : [.. full, .. sums]);
    }

    private Node Sum(List<Node> terms) => terms.Aggregate((a, b) => Graph.Make(Op.Add, a, b));

    private static bool IsScaled(Node term) => term.Op == Op.Multiply && term.Inputs.Any(factor => factor.Axes == Axes.None
        && Reachable.From([factor]).Exists(node => node.Inputs.IsEmpty && node.Op is not (Op.Constant or Op.Parameter or Op.Extent)));

    // In one order, so that what is the same is added up once.
    private Node Total(IEnumerable<Node> terms) => Sum([.. terms.OrderBy(term => term.Id).Select(Rewrite)]);

    private static IEnumerable<Node> Flat(Node sum) => sum.Op == Op.Add ? sum.Inputs.SelectMany(Flat) : [sum];

    private static bool IsSmallPick(Node node) => GraphBuilder.IsPick(node) && !node[0][1].IsPixel;

    private static IEnumerable<Node> Cofactors(Node product)
    {
        for (int side = 0; side < 2; side++)
        {
            if (IsProbability(product[side]) && product[1 - side] is { Op: Op.Add, IsPixel: true } sum)
                yield return sum;
        }
    }

    private static bool IsProbability(Node node) =>
        node.Op is Op.Softmax or Op.Sigmoid || (GraphBuilder.IsPick(node) && IsProbability(node[0][1]));

    // What is added up here alone.
    private IEnumerable<Node> Terms(Node sum) =>
        sum.Inputs.SelectMany(term => term is { Op: Op.Add, IsPixel: true } && !shared.Contains(term) && !cofactors.Contains(term)
            && GraphBuilder.LessLogSumExp(term) is null ? Terms(term) : [term]);
}
