using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;

namespace LossGen.Compiler.Schedule;

/// <summary>
/// Rewrites a graph for backends that compute a whole tensor an operation. A value that asks which class is the label's is two values:
/// one of every class as if no class was the label's, and one of the label's class alone, which is computed once a pixel, not once a
/// class. They are joined, by a choice that a scatter can make, only where a value of all classes is needed: a sum over the pixels takes
/// the second alone where the first is 0. No one-hot tensor is multiplied with anything.
/// </summary>
internal sealed class LabelPlanes(GraphBuilder graph) : GraphRewrite(graph)
{
    // Longer products stay as they are: their factors are looked at one by one.
    private const int MostFactors = 32;

    private readonly Dictionary<Node, Node> labels = [];
    private readonly Dictionary<Node, bool> finite = [];

    // Softmaxes whose other classes than the label's are added up.
    private readonly HashSet<Node> summed = [];
    private readonly Factoring factoring = new(graph);
    private readonly HashSet<Node> pooled = [.. graph.Nodes.Where(node => node.Op is Op.Pool or Op.PoolSlope)
        .SelectMany(node => new[] { node[0], GraphBuilder.Pooled(node) })];

    protected override Node Compute(Node node)
    {
        // Already the label's alone, in the form that the logarithm of a softmax is known by.
        if (GraphBuilder.IsPick(node))
            return Pick(Rewrite(node[0][1]));
        if (node.Op == Op.Sum && node[0].Axes.Has(Axes.Class) && Planes(node[0]) is var (rest, label))
            return Sum(node.Attribute, rest, label);
        if (!node.Operation().IsCondition && node.IsPixel && node.Axes.Has(Axes.Class) && Planes(node) is var (other, own))
            return Joined(other, own);
        if (node is { Op: Op.Mask, IsPixel: true } && (node[1].Axes.Has(Axes.Class) || !node[0].IsPixel) && MovesIntoFactors(node[0])
            && Chosen(Rewrite(node[0]), Rewrite(node[1]), node[0].IsPixel ? Axes.Class : Axes.Pixel) is { } chosen)
            return chosen;
        if (node is { Op: Op.Add, IsPixel: true } && node.Axes.Has(Axes.Class))
            return factoring.Add(Rewrite(node[0]), Rewrite(node[1]));
        if (node.Op is Op.Sum or Op.PixelMaximum)
            return Graph.Same(node, [Graph.Spread(Rewrite(node[0]), node[0].Axes)]);
        return node.Op is Op.Softmax or Op.Sigmoid ? factoring.Common(Same(node)) : Same(node);
    }

    // A choice between classes is made on the factor that has no pixels, if the product with 0 is sure to be 0.
    private bool IsChoiceOfFactor(Node node) =>
        node.Op == Op.Mask && !node[0].IsPixel && node[1] is { Op: Op.Multiply, IsPixel: true } product && !product[0].IsPixel
        && IsFinite(product[1]);

    // A choice between pixels also where it leaves out pixels whose logits may be anything? Then it stays a selection.
    private bool MovesIntoFactors(Node condition) =>
        !condition.IsPixel || (!condition.Axes.Has(Axes.Class) && (Graph.IsBesideInfinity(condition) || !Graph.HasInvalidPixels));

    // A choice is made on the factors that have no such axis, if their product with what has it is sure to be 0; null where that is not so.
    private Node? Chosen(Node condition, Node value, Axes axis)
    {
        if (!value.Axes.Has(axis))
            return Graph.Make(Op.Mask, condition, value);
        if (value.Op == Op.Add)
            return Chosen(condition, value[0], axis) is { } first && Chosen(condition, value[1], axis) is { } second
                ? factoring.Add(first, second) : null;
        if (value.Op != Op.Multiply)
            return null;
        for (int side = 0; side < 2; side++)
        {
            if (IsFinite(value[1 - side]) && Chosen(condition, value[side], axis) is { } chosen)
                return Graph.Make(Op.Multiply, chosen, value[1 - side]);
        }

        return null;
    }

    // The value of the classes that are not the label's, and that of the label's class; null where the value does not ask for the label.
    private (Node Others, Node Label)? Planes(Node node)
    {
        if (!node.IsPixel)
            return null;
        Node rest = Graph.Given(node, Graph.OneHot, false);
        if (ReferenceEquals(rest, node))
            return null;
        return (Rewrite(rest), AtLabel(Graph.Given(node, Graph.OneHot, true)));
    }

    private Node Sum(Axes axes, Node rest, Node label)
    {
        if (axes == Axes.Class && Contraction(rest, label) is { } contraction)
            return contraction;
        if (!rest.IsNumber(0) || !axes.Has(Axes.Class))
            return Graph.Make(Op.Sum, [Joined(rest, label)], 0, axes);

        Node selected = Selected(label);
        Axes others = axes.Without(Axes.Class);
        if (others == Axes.None)
            return selected;
        return Graph.Make(Op.Sum, [Graph.Spread(selected, Axes.Batch | Axes.Pixel)], 0, others);
    }

    // The sum over the classes of a product with something that is known at the label: what it would be without labels, sums of products of
    // which those with a number a class are products of a vector and a matrix, and the difference at the label, one a pixel. Of a
    // probability that is 0 at the label in some tensor anyway: the sums with that one, and the whole of the label's.
    private Node? Contraction(Node rest, Node label)
    {
        if (rest.Axes != Axes.All)
            return null;
        foreach ((Node value, Node factor) in KnownFactors(rest))
        {
            if (summed.Contains(value) && ClassSum(value, factor, Others(value)) is { } others)
                return Graph.Make(Op.Add, others, IsPicked(label) ? label : Selected(label));
            if (Remainder(value, factor, label) is { } difference && ClassSum(value, factor, value) is { } sum)
                return difference.IsNumber(0) ? sum : Graph.Make(Op.Add, sum, IsPicked(difference) ? difference : Selected(difference));
        }

        return null;
    }

    // A product of what is picked at the label: 0 where there is no label.
    private static bool IsPicked(Node node) =>
        GraphBuilder.IsPick(node) || (node.Op == Op.Multiply && IsPicked(node[0]) && IsPicked(node[1]));

    // The sum over the classes of a value times a sum of terms, without a tensor of the terms' sum; null where that is more work.
    // That of the classes whose value is not 0 in another tensor, if that is given.
    private Node? ClassSum(Node value, Node factor, Node given)
    {
        Node? vector = null, total = null;
        void Include(Node node) => total = total is null ? node : Graph.Make(Op.Add, total, node);
        foreach (Node term in Terms(factor))
        {
            if (!term.IsPixel && term.Axes.Has(Axes.Class))
            {
                vector = vector is null ? term : Graph.Make(Op.Add, vector, term);
                continue;
            }

            (Node? outer, Node? inner) = Split(term);
            if (inner is not null && !ReferenceEquals(inner, value))
                return null;
            Node sum = Graph.Make(Op.Sum, [inner is null ? given : Graph.Make(Op.Multiply, given, given)], 0, Axes.Class);
            Include(outer is null ? sum : inner is null && given.Op == Op.Softmax ? outer : Graph.Make(Op.Multiply, outer, sum));
        }

        if (vector is not null)
            Include(Graph.Make(Op.Sum, [Graph.Make(Op.Multiply, vector, given)], 0, Axes.Class));
        return total;
    }

    // 0 at the label.
    private Node Others(Node value)
    {
        if (value.Op == Op.Softmax)
            summed.Add(value);
        return Graph.Make(Op.Where, Graph.OneHot, Graph.Zero, value);
    }

    // A product as its factors that have no class, and the others.
    private (Node? Outer, Node? Inner) Split(Node node)
    {
        if (!node.Axes.Has(Axes.Class))
            return (node, null);
        if (node.Op != Op.Multiply || node.FactorCount > MostFactors)
            return (null, node);
        (Node? outer, Node? inner) = Split(node[0]);
        (Node? other, Node? last) = Split(node[1]);
        return (Product(outer, other), Product(inner, last));
    }

    private Node? Product(Node? a, Node? b) => a is null ? b : b is null ? a : Graph.Make(Op.Multiply, a, b);

    // A condition holds or not, of whatever it is asked.
    private bool IsFinite(Node node)
    {
        if (!finite.TryGetValue(node, out bool known))
        {
            finite[node] = known = node.Op switch
            {
                Op.Mask or Op.Where => node.Inputs.Skip(1).All(IsFinite),
                Op.Multiply or Op.Add or Op.Detach => node.Inputs.All(IsFinite),
                _ => node.Operation().IsCondition || (Graph.IsFinite(node) && Graph.StaysFiniteIfMasked(node)),
            };
        }

        return known;
    }

    private Node Joined(Node rest, Node label)
    {
        if (rest.IsNumber(0))
            return Graph.Make(Op.Mask, Graph.OneHot, label);
        if (label.IsNumber(0))
            return Others(rest);
        return Difference(rest, label) is var (others, difference)
            ? Graph.Make(Op.Add, others, Graph.Make(Op.Mask, Graph.OneHot, difference))
            : Graph.Make(Op.Where, Graph.OneHot, label, rest);
    }

    // What all classes have, and what the label's has beside it: then the former need not be picked at the label.
    private (Node Others, Node Difference)? Difference(Node rest, Node label)
    {
        if (rest.Axes != Axes.All)
            return null;
        List<Node> terms = [.. Terms(label)];
        if (Terms(rest).All(term => labels.TryGetValue(term, out Node? own) && terms.Remove(own)))
            return IsFinite(rest) ? (rest, Total(terms)) : null;
        foreach ((Node value, Node factor) in KnownFactors(rest))
        {
            if (IsFinite(value) && Remainder(value, factor, label) is { } difference)
                return (Graph.Make(Op.Multiply, value, factor), difference);
        }

        return null;
    }

    // The factors of all classes that are known at the label, each with the others.
    private IEnumerable<(Node Value, Node Factor)> KnownFactors(Node product) =>
        from value in Factors(product).Distinct()
        where value.Axes == Axes.All && labels.ContainsKey(value)
        let factor = Without(product, value)
        where factor is not null
        select (value, factor);

    // What a sum has beside the product of a factor with what a value is at the label; null where it lacks a term of the factor, other than
    // numbers a class. To take that off again would lose the digits of a sum that is small beside it, as the gradient of a power of 1 - p
    // is where p is nearly 1.
    private Node? Remainder(Node value, Node factor, Node label)
    {
        Node own = labels[value];
        List<Node> times = [], others = [];
        foreach ((Node term, bool isTimes) in Terms(label, own))
            (isTimes ? times : others).AddRange(isTimes ? Terms(term) : [term]);

        if (times.Count == 0)
            return null;
        Node perClass = Graph.Zero;
        foreach (Node term in Terms(factor))
        {
            if (!term.IsPixel && term.Axes.Has(Axes.Class))
            {
                perClass = Graph.Add(perClass, Graph.Negate(term));
                continue;
            }

            (Node? outer, Node? inner) = Split(term);
            Node? atLabel = inner is null ? outer : labels.TryGetValue(term, out Node? known) ? known
                : labels.TryGetValue(inner, out known) ? Product(outer, known) : null;
            if (atLabel is null)
                return null;
            if (times.Find(other => HaveSameFactors(other, atLabel)) is not { } same)
                return null;
            times.Remove(same);
        }

        foreach (Node term in times.Where(term => GraphBuilder.IsPick(term) && !term[0][1].IsPixel).ToList())
        {
            perClass = Graph.Add(perClass, term[0][1]);
            times.Remove(term);
        }

        if (!perClass.IsNumber(0))
            times.Add(perClass.Axes.Has(Axes.Class) ? Pick(perClass) : perClass);
        if (times.Count > 0)
            others.Add(times is [{ Op: Op.Constant } only] && only.IsNumber(1) ? own : Graph.Make(Op.Multiply, Total(times), own));
        return Total(others);
    }

    // The terms of a sum: those that are products with a factor, without it, and the others. A choice of a sum is one of each term, and
    // one of what the factor is multiplied by where the product with 0 is sure to be 0.
    private IEnumerable<(Node Term, bool IsTimes)> Terms(Node sum, Node factor)
    {
        if (sum.Op == Op.Add)
            return sum.Inputs.SelectMany(input => Terms(input, factor));
        if (sum.Op == Op.Mask && sum[0].IsPixel && IsFinite(factor))
            return Terms(sum[1], factor).Select(pair => (Graph.Make(Op.Mask, sum[0], pair.Term), pair.IsTimes));
        if (sum.Op == Op.Mask && Chosen(sum[0], sum[1], Axes.Pixel) is { } chosen && chosen.Op != Op.Mask)
            return Terms(chosen, factor);
        return ReferenceEquals(sum, factor) ? [(Graph.One, true)] : Without(sum, factor) is { } cofactor ? [(cofactor, true)]
            : [(sum, false)];
    }

    // A product without one of its factors; null where it has none such.
    private Node? Without(Node product, Node factor)
    {
        if (product.Op != Op.Multiply || product.FactorCount > MostFactors)
            return null;
        for (int side = 0; side < 2; side++)
        {
            if (ReferenceEquals(product[side], factor))
                return product[1 - side];
        }

        return Without(product[0], factor) is { } first ? Graph.Make(Op.Multiply, first, product[1])
            : Without(product[1], factor) is { } second ? Graph.Make(Op.Multiply, product[0], second)
            : null;
    }

    private static bool HaveSameFactors(Node a, Node b)
    {
        if (ReferenceEquals(a, b))
            return true;
        if (a.Op != Op.Multiply || b.Op != Op.Multiply || a.FactorCount != b.FactorCount || a.FactorCount > MostFactors)
            return false;
        List<Node> others = [.. Factors(b)];
        return Factors(a).All(others.Remove);
    }

    private static IEnumerable<Node> Factors(Node node) =>
        node.Op == Op.Multiply && node.FactorCount <= MostFactors ? node.Inputs.SelectMany(Factors) : [node];

    private Node Total(List<Node> terms) => terms.Count == 0 ? Graph.Zero : terms.Aggregate((a, b) => Graph.Make(Op.Add, a, b));

    private static IEnumerable<Node> Terms(Node node) => node.Op == Op.Add ? node.Inputs.SelectMany(Terms) : [node];

    // The value at the class of the label, one a pixel, of a value that does not ask for the label itself.
    private Node AtLabel(Node node)
    {
        if (!node.Axes.Has(Axes.Class))
            return Rewrite(node);
        if (!labels.TryGetValue(node, out Node? known))
            labels[node] = known = ComputeAtLabel(node);
        return known;
    }

    private Node ComputeAtLabel(Node node)
    {
        // Which class has the maximum is asked of the very numbers that it was found among.
        if (node.Operation().IsCondition && (node.Inputs.IsEmpty || node.IsOfMaximum))
            return Graph.Make(Op.Less, Graph.Zero, Pick(Graph.Make(Op.Mask, Rewrite(node), Graph.One)));

        // Likewise what a pool took: it is compared with what it was taken from, and less that it is 0, not a little more.
        if (pooled.Contains(node))
            return Pick(Rewrite(node));

        // The others' probabilities, added up.
        if (node.Op == Op.SoftmaxComplement)
            return Graph.Make(Op.Sum, [Others(Rewrite(Graph.Softmax(node[0])))], 0, Axes.Class);
        if (IsChoiceOfFactor(node))
            return Graph.Make(Op.Multiply, AtLabel(Graph.Make(Op.Mask, node[0], node[1][0])), AtLabel(node[1][1]));

        // One operation of all classes, which others may share, or one that has no pixels.
        if (!node.IsPixel || GraphBuilder.LessLogSumExp(node) is not null || !node.Operation().IsElementwise || node.Inputs.IsEmpty)
            return Pick(Rewrite(node));
        return Graph.Same(node, [.. node.Inputs.Select(AtLabel)]);
    }
}
