using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;

namespace LossGen.Compiler.Schedule;

/// <summary>
/// The two sides of a binary cross-entropy. log(1 + exp(x)) is max(x, 0) + t and log(1 + exp(-x)) is max(-x, 0) + t with the same
/// t = log(1 + exp(-|x|)), so that w * log(1 + exp(-x)) + (1 - w) * log(1 + exp(x)) is max(x, 0) - w * x + t: one exponential and one
/// logarithm in place of two. Its derivative, (1 - w) * sigmoid(x) - w * sigmoid(-x), is sigmoid(x) - w.
/// </summary>
internal sealed class SigmoidEntropy : GraphRewrite
{
    // Longer sums stay as they are: each term is compared with all others.
    private const int MostTerms = 32;

    private readonly HashSet<Node> paired;
    private readonly Factoring factoring;

    private SigmoidEntropy(GraphBuilder graph, HashSet<Node> paired)
        : base(graph)
    {
        this.paired = paired;
        factoring = new(graph);
    }

    /// <summary>The same values.</summary>
    public static List<Node> Rewrite(GraphBuilder graph, List<Node> results)
    {
        List<Node> nodes = Reachable.From(results);
        var arguments = new HashSet<Node>(nodes.Where(node => node is { Op: Op.Softplus, IsPixel: true }).Select(node => node[0]));
        var paired = new HashSet<Node>(arguments.Where(x => arguments.Contains(Minus(graph, x))
            || (Negated(x) is { } positive && arguments.Contains(positive))));
        return results.ConvertAll(new SigmoidEntropy(graph, paired).Rewrite);
    }

    /// <summary>The argument of a softplus that is max(x, 0) + t; null of anything else.</summary>
    public static Node? SoftplusOf(Node node)
    {
        if (node.Op != Op.Add)
            return null;
        for (int side = 0; side < 2; side++)
        {
            if (node[side] is { Op: Op.Maximum } positive && positive[1].IsNumber(0) && IsTailOf(node[1 - side], positive[0]))
                return positive[0];
        }

        return null;
    }

    /// <summary>The parts of max(x, 0) - w * x + t; null of anything else.</summary>
    public static (Node X, Node Weight)? EntropyOf(Node node)
    {
        if (node.Op != Op.Add)
            return null;
        for (int side = 0; side < 2; side++)
        {
            if (node[1 - side] is not { Op: Op.Add } head || head[0] is not { Op: Op.Maximum } positive || !positive[1].IsNumber(0)
                || !IsTailOf(node[side], positive[0])
                || head[1] is not { Op: Op.Multiply } product || product[1] is not { Op: Op.Multiply } minus || !minus[0].IsNumber(-1)
                || !ReferenceEquals(minus[1], positive[0]))
                continue;
            return (positive[0], product[0]);
        }

        return null;
    }

    /// <summary>x of log(1 + exp(-|x|)); null of anything else.</summary>
    public static Node? TailOf(Node node) => node is { Op: Op.Softplus } && Negated(node[0]) is { Op: Op.Abs } magnitude ? magnitude[0]
        : null;

    protected override Node Compute(Node node)
    {
        switch (node.Op)
        {
            case Op.Softplus when paired.Contains(node[0]):
                Node x = Rewrite(node[0]), magnitude = Graph.Make(Op.Abs, Negated(x) ?? x);
                return Graph.Make(Op.Add, Graph.Make(Op.Maximum, x, Graph.Zero), Graph.Make(Op.Softplus, Minus(Graph, magnitude)));
            case Op.Add when node.IsPixel:
                Node a = Rewrite(node[0]), b = Rewrite(node[1]);
                return Slopes(a, b) ?? factoring.Add(a, b);
            default:
                return Same(node);
        }
    }

    // The terms of a sum, two of which are the slopes of both sides.
    private Node? Slopes(Node a, Node b)
    {
        List<Node> terms = [.. Terms(a).Concat(Terms(b)).Take(MostTerms + 1)];
        if (terms.Count > MostTerms)
            return null;
        List<Product> products = terms.ConvertAll(term => new Product(term));
        for (int i = 0; i < terms.Count; i++)
        {
            for (int j = 0; j < terms.Count; j++)
            {
                if (i == j || Slope(products[i], products[j]) is not { } slope)
                    continue;
                List<Node> others = [.. terms.Where((_, k) => k != i && k != j)];
                return others.Aggregate(slope, (sum, term) => Graph.Make(Op.Add, term, sum));
            }
        }

        return null;
    }

    // c * (1 - w) * sigmoid(x) - c * w * sigmoid(-x) = c * (sigmoid(x) - w).
    private Node? Slope(Product positive, Product negative)
    {
        if (positive.IsNegative == negative.IsNegative)
            return null;
        foreach (Node p in positive.Factors.Where(factor => factor.Op == Op.Sigmoid))
        {
            Node? q = negative.Factors.Find(factor => factor.Op == Op.Sigmoid && (ReferenceEquals(factor[0], Negated(p[0]))
                || ReferenceEquals(Negated(factor[0]), p[0])));
            if (q is null)
                continue;
            foreach (Node w in negative.Factors)
            {
                Node? complement = positive.Factors.Find(factor => Factoring.IsComplement(w, factor) || Factoring.IsComplement(factor, w));
                if (complement is null || !SameFactors([.. positive.Factors], [.. negative.Factors], [p, complement], [q, w]))
                    continue;
                List<Node> rest = [.. positive.Factors];
                rest.Remove(p);
                rest.Remove(complement);
                if (positive.IsNegative)
                    rest.Insert(0, Graph.Constant(-1));
                Node difference = Graph.Make(Op.Add, p, Minus(Graph, w));
                return rest.Count == 0 ? difference : Graph.Make(Op.Multiply, rest.Aggregate((x, y) => Graph.Make(Op.Multiply, x, y)),
                    difference);
            }
        }

        return null;
    }

    // The factors but those that are taken out are the same.
    private static bool SameFactors(List<Node> a, List<Node> b, Node[] ofA, Node[] ofB)
    {
        foreach (Node factor in ofA)
            a.Remove(factor);
        foreach (Node factor in ofB)
            b.Remove(factor);
        return a.Count == b.Count && a.TrueForAll(b.Remove);
    }

    private static IEnumerable<Node> Terms(Node node) => node is { Op: Op.Add, IsPixel: true } ? node.Inputs.SelectMany(Terms) : [node];

    private static bool IsTailOf(Node node, Node x) => TailOf(node) is { } argument && (ReferenceEquals(argument, x)
        || ReferenceEquals(argument, Negated(x)));

    private static Node Minus(GraphBuilder graph, Node node) => graph.Make(Op.Multiply, graph.Constant(-1), node);

    private static Node? Negated(Node node) => node.Op == Op.Multiply && node[0].IsNumber(-1) ? node[1] : null;

    // A product as its sign and its other factors.
    private sealed class Product
    {
        public Product(Node node)
        {
            IEnumerable<Node> Flatten(Node part) => part.Op == Op.Multiply && part.FactorCount <= MostTerms
                ? part.Inputs.SelectMany(Flatten) : [part];
            foreach (Node factor in Flatten(node))
            {
                if (factor.IsNumber(-1))
                    IsNegative = !IsNegative;
                else
                    Factors.Add(factor);
            }
        }

        public bool IsNegative { get; }

        public List<Node> Factors { get; } = [];
    }
}
