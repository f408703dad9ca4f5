using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>
/// Takes a probability out of the terms of a sum: p * a + p * b = p * (a + b). What terms of a loss add to each other's gradient is nearly
/// always of this form, and each product less is one less for every class and pixel. Cofactors without a pixel axis move on into the
/// choices beside them, and are added up in the scalar section.
/// </summary>
internal sealed class Factoring(GraphBuilder graph)
{
    // Longer sums stay as they are: each addition would look at all of their terms again.
    private const int MostTerms = 32;

    // How deep a factor may lie in a product.
    private const int MostDepth = 4;

    private readonly HashSet<Node> common = [];

    /// <summary>Declares a node that is worth taking out.</summary>
    public Node Common(Node node)
    {
        common.Add(node);
        return node;
    }

    /// <summary>a + b, with what they have in common taken out.</summary>
    public Node Add(Node a, Node b)
    {
        if (Mixture(a, b) is { } mixture)
            return mixture;
        List<Node> terms = [.. Terms(a).Concat(Terms(b)).Take(MostTerms + 1)];
        List<IGrouping<Node?, (Node Term, Node Cofactor)>> shared = terms.Count > MostTerms ? [] : [.. terms
            .Select(term => (Term: term, Parts: Split(term)))
            .ToLookup(term => term.Parts.Common, term => (term.Term, term.Parts.Cofactor))
            .Where(products => products.Key is not null && products.Count() > 1)];
        if (shared.Count == 0 && terms.Count <= MostTerms && Choices([.. terms]) is { } choices && choices.Count < terms.Count)
            return Sum(choices);
        if (shared.Count == 0)
            return graph.Make(Op.Add, a, b);
        foreach (IGrouping<Node?, (Node Term, Node Cofactor)> products in shared)
        {
            var own = new HashSet<Node>(products.Select(product => product.Term));
            Node cofactor = Cofactors([.. products.Select(product => product.Cofactor)]);
            terms = [.. terms.Where(term => !own.Contains(term)), graph.Make(Op.Multiply, products.Key!, cofactor)];
        }

        return Sum(terms);
    }

    /// <summary>
    /// A sum where a condition of the pixel holds, 0 elsewhere: the condition moves into the terms, to what is computed once a pixel. What
    /// is taken out is between 0 and 1, so that its product with 0 is 0, or it is NaN, which stays NaN then.
    /// </summary>
    public Node Guard(Node condition, Node value)
    {
        List<Node> terms = [.. Terms(value).Take(MostTerms + 1)];
        return terms.Count <= MostTerms && terms.Exists(term => Split(term).Common is not null)
            ? terms.Select(term => GuardProduct(condition, term)).Aggregate(Add)
            : graph.Make(Op.Mask, condition, value);
    }

    private Node GuardProduct(Node condition, Node term) => Split(term) is ({ } factor, var cofactor)
        ? graph.Make(Op.Multiply, factor, GuardPixel(condition, cofactor))
        : GuardPixel(condition, term);

    // Selections by class stay outside.
    private Node GuardPixel(Node condition, Node value)
    {
        if (!value.Axes.Has(Axes.Class) || value.Op is not (Op.Mask or Op.Where) || value[0].Op != Op.OneHot)
            return graph.Make(Op.Mask, condition, value);
        Node selected = GuardPixel(condition, value[1]);
        return value.Op == Op.Mask
            ? graph.Make(Op.Mask, value[0], selected)
            : graph.Make(Op.Where, value[0], selected, GuardPixel(condition, value[2]));
    }

    // w * (a + v) + (1 - w) * (b + v) = w * a + (1 - w) * b + v: both sides of a binary cross-entropy end in the same logarithm. What they
    // begin with, w * max(-x, 0) + (1 - w) * max(x, 0), is max(x, 0) - w * x.
    private Node? Mixture(Node left, Node right)
    {
        if (left.Op != Op.Multiply || right.Op != Op.Multiply)
            return null;
        for (int i = 0; i < 2; i++)
        {
            for (int j = 0; j < 2; j++)
            {
                Node w = left[i], u = right[j], a = left[1 - i], b = right[1 - j];
                if (a.Op != Op.Add || b.Op != Op.Add || !(IsComplement(w, u) || IsComplement(u, w)))
                    continue;
                Node? tail = a.Inputs.Intersect(b.Inputs).FirstOrDefault(node => node.Op is Op.Log1pOfUnit or Op.Softplus);
                if (tail is null)
                    continue;
                Node Other(Node sum) => ReferenceEquals(sum[0], tail) ? sum[1] : sum[0];
                return graph.Make(Op.Add, Positive(w, Other(a), Other(b)) ?? Positive(u, Other(b), Other(a))
                    ?? graph.Make(Op.Add, graph.Make(Op.Multiply, w, Other(a)), graph.Make(Op.Multiply, u, Other(b))), tail);
            }
        }

        return null;
    }

    // Of w * max(-x, 0) and (1 - w) * max(x, 0).
    private Node? Positive(Node w, Node negative, Node positive) =>
        negative.Op == Op.Maximum && positive.Op == Op.Maximum && negative[1].IsNumber(0) && positive[1].IsNumber(0)
            && negative[0] is { Op: Op.Multiply } minus && minus[0].IsNumber(-1) && ReferenceEquals(minus[1], positive[0])
            ? graph.Make(Op.Add, positive, graph.Make(Op.Multiply, w, minus))
            : null;

    /// <summary>b is 1 - a.</summary>
    public static bool IsComplement(Node a, Node b) =>
        b.Op == Op.Add && b.Inputs.Any(node => node.IsNumber(1)) && b.Inputs.Any(node => node.Op == Op.Multiply && node[0].IsNumber(-1)
            && ReferenceEquals(node[1], a));

    private static IEnumerable<Node> Terms(Node node) => node.Op == Op.Add && node.IsPixel ? node.Inputs.SelectMany(Terms) : [node];

    // Of a product with a factor that is worth it: that one, and the rest.
    private (Node? Common, Node Cofactor) Split(Node term, int depth = MostDepth)
    {
        if (common.Contains(term))
            return (term, graph.One);
        if (term.Op != Op.Multiply || depth == 0 || !term.IsPixel)
            return (null, term);
        for (int side = 0; side < 2; side++)
        {
            if (Split(term[side], depth - 1) is { Common: { } found } inner)
                return (found, inner.Cofactor.IsNumber(1) ? term[1 - side] : graph.Make(Op.Multiply, inner.Cofactor, term[1 - side]));
        }

        return (null, term);
    }

    // Their sum. Numbers of the scalar section join a choice between such numbers; what has no class axis is added up first, once a pixel.
    private Node Cofactors(List<Node> nodes)
    {
        List<Node> all = nodes.SelectMany(Terms).ToList(), small = all.Where(term => !term.IsPixel).ToList();
        List<Node> terms = Choices([.. all.Where(term => term.IsPixel && term.Axes.Has(Axes.Class))]),
            pixels = all.Where(term => term.IsPixel && !term.Axes.Has(Axes.Class)).ToList();
        if (small.Count > 0)
        {
            Node constant = small.Aggregate(graph.Add);
            int choice = terms.FindIndex(term => term.Op == Op.Where && !term[1].IsPixel && !term[2].IsPixel);
            if (choice >= 0)
                terms[choice] = graph.Make(Op.Where, terms[choice][0], graph.Add(terms[choice][1], constant),
                    graph.Add(terms[choice][2], constant));
            else
                terms.Add(constant);
        }

        if (pixels.Count > 0)
        {
            Node pixel = Sum(pixels);
            int choice = terms.FindIndex(term => term.Op == Op.Where && !term[1].Axes.Has(Axes.Class) && !term[2].Axes.Has(Axes.Class)
                && term[1].IsPixel && term[2].IsPixel);
            if (choice >= 0)
                terms[choice] = graph.Make(Op.Where, terms[choice][0], graph.Make(Op.Add, terms[choice][1], pixel),
                    graph.Make(Op.Add, terms[choice][2], pixel));
            else
                terms.Add(pixel);
        }

        return Sum(terms);
    }

    // Two terms of which always one is 0 are one choice.
    private List<Node> Choices(List<Node> terms)
    {
        for (int i = 0; i < terms.Count; i++)
        {
            int other = terms[i].Op == Op.Mask ? terms.FindIndex(term => term.Op == Op.Mask && term[0].Op == Op.Not
                && ReferenceEquals(term[0][0], terms[i][0])) : -1;
            if (other < 0)
                continue;
            terms[i] = graph.Make(Op.Where, terms[i][0], terms[i][1], terms[other][1]);
            terms.RemoveAt(other);
            return Choices(terms);
        }

        return terms;
    }

    private Node Sum(List<Node> terms) => terms.Aggregate((x, y) => graph.Make(Op.Add, x, y));
}
