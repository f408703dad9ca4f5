using System.Collections.Immutable;

namespace LossGen.Compiler.Graph;

/// <summary>Sums and products in a normal form: constants folded, like terms combined, factors ordered by their axes.</summary>
internal sealed partial class GraphBuilder
{
    // Above this an addition is left as it stands; combining like terms is quadratic in their number.
    private const int MaximumTerms = 24;

    // A product of more is one factor of the next, or repeated squares would take time exponential in their number.
    private const int MaximumFactors = 24;

    public Node Negate(Node a) => Multiply(Constant(-1), a);

    public Node Subtract(Node a, Node b) => Add(a, Negate(b));

    public Node Add(Node a, Node b)
    {
        if (a.IsConstant && b.IsConstant)
            return Constant(a.Number + b.Number);
        if (LocalRules.Apply(this, Op.Add, a, b) is { } known)
            return known;

        var terms = new List<(double Factor, Node Base)>();
        if (!Terms(a, 1, terms) || !Terms(b, 1, terms))
            return Ordered(Op.Add, a, b);
        int before = terms.Count;
        Combine(terms);
        double constant = terms.Where(term => term.Base.IsNumber(1)).Sum(term => term.Factor);
        bool isJoined = MayBeLogarithm(terms) && JoinLogarithms(terms);
        if (!isJoined && terms.Count == before && (a.IsConstant || b.IsConstant || !terms.Any(term => term.Base.IsNumber(1))))
            return WithoutCancellation(constant, terms) ?? Ordered(Op.Add, a, b);
        if (terms.Count == 0)
            return Zero;
        if (WithoutCancellation(constant, terms) is { } difference)
            return difference;

        // The constant joins last, so that sums that differ only in it share the rest.
        JoinLogarithms(terms);
        constant = terms.Where(term => term.Base.IsNumber(1)).Sum(term => term.Factor);
        Node? sum = null;
        foreach ((double factor, Node term) in terms.Where(term => !term.Base.IsNumber(1)))
        {
            Node part = Multiply(Constant(factor), term);
            sum = sum is null ? part : Ordered(Op.Add, sum, part);
        }

        if (sum is null)
            return Constant(constant);
        return constant == 0 ? sum : Ordered(Op.Add, Constant(constant), sum);
    }

    public Node Multiply(Node a, Node b)
    {
        if (a.IsConstant && b.IsConstant)
            return Constant(a.Number * b.Number);
        if (LocalRules.Apply(this, Op.Multiply, a, b) is { } known)
            return known;
        List<Node> factors = ExactBesideInfinity(Factors(a).Concat(Factors(b)).ToList());
        return Selections(factors).Aggregate(ProductBesideInfinity(factors) ?? Product(factors), (product, condition) => Mask(condition,
            product));
    }

    public Node Divide(Node a, Node b)
    {
        if (a.IsConstant && b.IsConstant && b.Number != 0)
            return Constant(a.Number / b.Number);
        if (ReferenceEquals(a, b) && IsCount(a))
            return One;
        if (LocalRules.Apply(this, Op.Divide, a, b) is { } known)
            return known;
        if ((QuotientByExponentials(a, b) ?? QuotientByWeight(a, b)) is { } quotient)
            return quotient;

        // One division for all pixels instead of one for each.
        if (a.IsPixel && !b.IsPixel)
            return Multiply(Divide(One, b), a);
        return Make(Op.Divide, a, b);
    }

    /// <summary>Finite numbers can make an infinity of it without overflow. A division by a count does not.</summary>
    public static bool MayBeInfinite(Node node) => node.Operation().Extremes == Extremes.Pole
        && !(node.Op == Op.Divide && IsCount(node[1]));

    // Images, classes and pixels are at least one.
    private static bool IsCount(Node node) => node.Op == Op.Extent || (node.Op == Op.Multiply && IsCount(node[0]) && IsCount(node[1]));

    /// <summary>The factors of a product, few enough to look at each.</summary>
    public static IEnumerable<Node> Factors(Node node) =>
        node.Op == Op.Multiply && node.FactorCount <= MaximumFactors ? Factors(node[0]).Concat(Factors(node[1])) : [node];

    private Node Product(List<Node> factors)
    {
        double constant = 1;
        var rest = new List<Node>();
        foreach (Node factor in factors)
        {
            if (factor.IsConstant)
                constant *= factor.Number;
            else
                rest.Add(factor);
        }

        if (constant == 0)
            return Zero;

        // Scalars first, then what varies over images or classes: their product is computed outside the pixel loops.
        Node? small = null, pixel = null;
        foreach (Node factor in rest.OrderBy(factor => (int)factor.Axes).ThenBy(factor => factor.Id))
        {
            if (factor.IsPixel)
                pixel = pixel is null ? factor : Make(Op.Multiply, pixel, factor);
            else
                small = small is null ? factor : Make(Op.Multiply, small, factor);
        }

        if (constant != 1)
            small = small is null ? Constant(constant) : Make(Op.Multiply, Constant(constant), small);
        if (small is null)
            return pixel ?? One;
        return pixel is null ? small : Make(Op.Multiply, small, pixel);
    }

    // Splits a sum into (factor, term) pairs; false when there are too many.
    private bool Terms(Node node, double factor, List<(double Factor, Node Base)> terms)
    {
        if (terms.Count >= MaximumTerms)
            return false;
        if (node.Op == Op.Add)
            return Terms(node[0], factor, terms) && Terms(node[1], factor, terms);
        if (node.IsConstant)
            terms.Add((factor * node.Number, One));
        else if (node.Op == Op.Multiply && node[0].IsConstant && node[1].Op == Op.Add)
            return Terms(node[1], factor * node[0].Number, terms);
        else if (node.Op == Op.Multiply && node[0].IsConstant)
            terms.Add((factor * node[0].Number, node[1]));
        else if (node.Op == Op.Mask && node[1].IsConstant && !node[1].IsNumber(1))
            terms.Add((factor * node[1].Number, Mask(node[0], One)));
        else if (node.Op == Op.Mask && node[1].Op == Op.Multiply && node[1][0].IsConstant)
            terms.Add((factor * node[1][0].Number, Mask(node[0], node[1][1])));
        else
            terms.Add((factor, node));
        return true;
    }

    private void Combine(List<(double Factor, Node Base)> terms)
    {
        for (int i = 0; i < terms.Count; i++)
        {
            for (int j = terms.Count - 1; j > i; j--)
            {
                if (!ReferenceEquals(terms[i].Base, terms[j].Base))
                    continue;
                terms[i] = (terms[i].Factor + terms[j].Factor, terms[i].Base);
                terms.RemoveAt(j);
            }
        }

        terms.RemoveAll(term => term.Factor == 0 && !double.IsNaN(term.Factor));
    }

    // Logits as they are given keep their place among longer sums until something else is combined.
    private static bool MayBeLogarithm(List<(double Factor, Node Base)> terms) =>
        terms.Any(term => term.Base.Op == Op.LogSumExp && (terms.Count == 2 || term.Base[0].Op != Op.Logit));

    // A logit less the log-sum-exp of its pixel is the logarithm of a probability: apart, among other terms, both round to the digits that
    // large logits leave.
    private bool JoinLogarithms(List<(double Factor, Node Base)> terms)
    {
        bool found = false;
        for (int i = terms.Count - 1; i >= 0; i--)
        {
            (double factor, Node total) = terms[i];
            if (total.Op != Op.LogSumExp)
                continue;
            Node? value = new[] { total[0], AtLabel(total[0]) }.FirstOrDefault(node => Holds(terms, node, -factor));
            if (value is null)
                continue;
            terms.RemoveAt(i);
            int place = Take(terms, value, -factor);
            terms.Insert(place, (-factor, Ordered(Op.Add, value, Negate(total))));
            found = true;
            i = terms.Count;
        }

        return found;
    }

    // A sum has all terms of a value, times a factor, but for a constant.
    private bool Holds(List<(double Factor, Node Base)> terms, Node value, double factor)
    {
        var parts = new List<(double Factor, Node Base)>();
        return !value.IsConstant && Terms(value, factor, parts) && parts.All(part => part.Base.IsNumber(1) || terms.Contains(part));
    }

    // Takes them out; the place where the first one was.
    private int Take(List<(double Factor, Node Base)> terms, Node value, double factor)
    {
        var parts = new List<(double Factor, Node Base)>();
        Terms(value, factor, parts);
        int first = terms.Count;
        foreach ((double Factor, Node Base) part in parts)
        {
            int place = terms.FindIndex(term => ReferenceEquals(term.Base, part.Base));
            if (place < 0)
            {
                terms.Add((-part.Factor, One));
                continue;
            }

            first = Math.Min(first, place);
            if (terms[place].Factor == part.Factor)
                terms.RemoveAt(place);
            else
                terms[place] = (terms[place].Factor - part.Factor, One);
        }

        return Math.Min(first, terms.Count);
    }

    private Node Ordered(Op op, Node a, Node b)
    {
        if (op == Op.Add && a.Op == Op.Mask && b.Op == Op.Mask && ReferenceEquals(Not(a[0]), b[0]))
            return Where(a[0], a[1], b[1]);

        if (op == Op.Add && a.Op == Op.Mask && b.Op == Op.Mask && SelectedByBoth(a, b) is { } selection)
            return selection;

        // Two constants of a class chosen by a condition are one selection between two constants.
        if (op == Op.Add && b.Op == Op.Mask && b[0].IsPixel && !a.IsPixel && !b[1].IsPixel)
            return Where(b[0], Add(a, b[1]), a);
        if (op == Op.Add && a.Op == Op.Mask && a[0].IsPixel && !a[1].IsPixel && !b.IsPixel)
            return Where(a[0], Add(b, a[1]), b);
        bool swap = (b.IsConstant && !a.IsConstant) || (a.IsConstant == b.IsConstant && b.Id < a.Id);
        return swap ? Make(op, b, a) : Make(op, a, b);
    }

    /// <summary>An operation as it stands, or its value where the inputs are numbers.</summary>
    public Node Elementwise(Op op, params Node[] inputs)
    {
        if (inputs.All(input => input.IsConstant))
            return Constant(Operations.Of(op).Evaluate!(inputs.Select(input => input.Number).ToArray()));
        return Make(op, ImmutableArray.Create(inputs));
    }
}
