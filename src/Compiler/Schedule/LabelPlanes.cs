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
    private readonly Dictionary<Node, Node> labels = [];
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

    // The sum over the classes of a number a class times something, with another number at the class of the label: what it would be without
    // labels, a product of a vector and a matrix, and the difference at the label, one a pixel.
    private Node? Contraction(Node rest, Node label)
    {
        if (rest.Op != Op.Multiply || label.Op != Op.Multiply)
            return null;
        for (int side = 0; side < 2; side++)
        {
            (Node weight, Node value) = (rest[side], rest[1 - side]);
            if (weight.IsPixel || !weight.Axes.Has(Axes.Class) || value.Axes != Axes.All || !labels.TryGetValue(value, out Node? own)
                || !label.Inputs.Contains(own))
                continue;
            Node picked = ReferenceEquals(label[0], own) ? label[1] : label[0];
            if (!GraphBuilder.IsPick(picked) || picked[0][1].IsPixel)
                continue;
            Node sum = Graph.Make(Op.Sum, [rest], 0, Axes.Class), difference = Graph.Add(picked[0][1], Graph.Negate(weight));
            return difference.IsNumber(0) ? sum : Graph.Make(Op.Add, sum, Graph.Make(Op.Multiply, Pick(difference), own));
        }

        return null;
    }

    private bool IsFinite(Node node) => Graph.IsFinite(node) && Graph.StaysFiniteIfMasked(node);

    private Node Joined(Node rest, Node label)
    {
        if (rest.IsNumber(0))
            return Graph.Make(Op.Mask, Graph.OneHot, label);
        return Difference(rest, label) is { } difference
            ? Graph.Make(Op.Add, rest, Graph.Make(Op.Mask, Graph.OneHot, difference))
            : Graph.Make(Op.Where, Graph.OneHot, label, rest);
    }

    // What the label's class has beside what all classes have: then the latter need not be picked at the label.
    private Node? Difference(Node rest, Node label)
    {
        if (rest.Axes != Axes.All || !IsFinite(rest))
            return null;
        List<Node> terms = [.. Terms(label)];
        foreach (Node term in Terms(rest))
        {
            if (!labels.TryGetValue(term, out Node? own) || !terms.Remove(own))
                return null;
        }

        return terms.Count == 0 ? Graph.Zero : terms.Aggregate((a, b) => Graph.Make(Op.Add, a, b));
    }

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
            return Graph.Make(Op.Sum, [Graph.Make(Op.Where, Graph.OneHot, Graph.Zero, Rewrite(Graph.Softmax(node[0])))], 0, Axes.Class);
        if (IsChoiceOfFactor(node))
            return Graph.Make(Op.Multiply, AtLabel(Graph.Make(Op.Mask, node[0], node[1][0])), AtLabel(node[1][1]));

        // One operation of all classes, which others may share, or one that has no pixels.
        if (!node.IsPixel || GraphBuilder.LessLogSumExp(node) is not null || !node.Operation().IsElementwise || node.Inputs.IsEmpty)
            return Pick(Rewrite(node));
        return Graph.Same(node, [.. node.Inputs.Select(AtLabel)]);
    }
}
