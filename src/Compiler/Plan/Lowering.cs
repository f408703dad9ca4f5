using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>
/// Writes softmax, log-sum-exp, sigmoid, softplus and half powers as what a kernel computes, sharing the exponential between them, and sums
/// over batch and pixels as sums over each image's pixels followed by one over the images where statistics are per image.
/// No algebra happens here: what the earlier passes arranged stays as it is.
/// </summary>
internal sealed class Lowering(GraphBuilder graph, bool perImage)
{
    private readonly Dictionary<Node, Node> done = [];
    private readonly Factoring factoring = new(graph);

    /// <summary>What became of each node.</summary>
    public IReadOnlyDictionary<Node, Node> Done => done;

    /// <summary>True when any sum over pixels keeps the images apart.</summary>
    public static bool NeedsPerImage(IEnumerable<Node> outputs)
    {
        var seen = new HashSet<Node>();
        bool Visit(Node node) => seen.Add(node)
            && ((node.Op is Op.Sum or Op.PixelMaximum && node.Attribute.Has(Axes.Pixel) && node.Axes.Has(Axes.Batch))
            || node.Inputs.Any(Visit));
        return outputs.Any(Visit);
    }

    public Node Lower(Node node)
    {
        if (done.TryGetValue(node, out Node? known))
            return known;
        Node[] inputs = node.Inputs.Select(Lower).ToArray();
        bool joinsClasses = node.Op is Op.Softmax or Op.SoftmaxComplement or Op.LogSumExp;
        Node result = node.IsPixel || joinsClasses || (node.Inputs.Length > 0 && node[0].IsPixel) ? LowerPixel(node, inputs)
            : Raw(node, inputs);
        done[node] = result;
        if (graph.NameOf(node) is { } name)
            graph.Name(result, name);
        return result;
    }

    /// <summary>
    /// A gradient. Its largest entries are where the label's probability is small, and there 1 - p has more digits than the sum of the
    /// other classes, which rounds once a class. What passes add up stays as it is: value and gradient share it.
    /// </summary>
    public Node LowerGradient(Node node)
    {
        Node lowered = Lower(node);
        var refined = new Dictionary<Node, Node>();
        foreach (Node complement in done.Keys.Where(GraphBuilder.IsComplementAtLabel).ToList())
        {
            Node others = done[complement], probability = Lower(graph.LabelProbability(complement[0][1][0]));
            refined[others] = graph.Make(Op.Where, graph.Make(Op.LessOrEqual, probability, graph.Constant(0.5)),
                Minus(graph.One, probability), others);
        }

        if (refined.Count == 0)
            return lowered;
        return Refine(lowered);

        Node Refine(Node part)
        {
            if (!part.IsPixel || part.Inputs.IsEmpty || part.IsOfMaximum)
                return part;
            if (!refined.TryGetValue(part, out Node? known))
                refined[part] = known = Raw(part, [.. part.Inputs.Select(Refine)]);
            return known;
        }
    }

    private Node LowerPixel(Node node, Node[] inputs)
    {
        switch (node.Op)
        {
            case Op.Softmax:
                return factoring.Common(graph.Make(Op.Multiply, Exponential(inputs[0]), ReciprocalSum(inputs[0])));
            case Op.SoftmaxComplement:
                {
                    // The others' share at the class that has nearly all: of exponentials, whose common factor comes once a pixel.
                    Node p = Lower(graph.Softmax(node[0])), dominant = Lower(graph.Dominant(node[0]));
                    return graph.Make(Op.Where, dominant, SumOfProduct(p, graph.Make(Op.Not, dominant)), Minus(graph.One, p));
                }

            case Op.LogSumExp:
                Node sumOfAll = graph.Make(Op.Add, Maximum(inputs[0]), graph.Make(Op.LogAtLeastOne, SumOfExponentials(inputs[0])));
                return MayBeOfNoClass(node[0]) ? OverSome(inputs[0], sumOfAll) : sumOfAll;
            case Op.Sigmoid:
                {
                    // 1 / (1 + e) at x >= 0 and e / (1 + e) below, with e = exp(-|x|).
                    (Node magnitude, bool negated) = Magnitude(inputs[0]);
                    Node e = Decay(magnitude);
                    Node condition = graph.Make(Op.LessOrEqual, graph.Zero, magnitude);
                    Node numerator = negated
                        ? graph.Make(Op.Where, condition, e, graph.One)
                        : graph.Make(Op.Where, condition, graph.One, e);
                    return graph.Make(Op.Multiply, numerator, Reciprocal(graph.Make(Op.Add, graph.One, e)));
                }

            case Op.Softplus:
                {
                    Node e = Decay(Magnitude(inputs[0]).Magnitude);
                    return graph.Make(Op.Add, graph.Make(Op.Maximum, inputs[0], graph.Zero), graph.Make(Op.Log1pOfUnit, e));
                }

            // A choice that does not vary over pixels is made in the scalar section, on the factor that lives there, if the product with 0
            // is sure to be 0.
            case Op.Mask when !inputs[0].IsPixel && inputs[1] is { Op: Op.Multiply, IsPixel: true } product && !product[0].IsPixel
                && graph.IsFinite(node[1][1])
                && graph.StaysFiniteIfMasked(node[1][1]):
                return graph.Make(Op.Multiply, graph.Make(Op.Mask, inputs[0], product[0]), product[1]);

            // Not before differentiation: a * sqrt(a) would have the slope 0 / 0 at 0.
            case Op.Power when inputs[1].IsNumber(1.5):
                return graph.Make(Op.Multiply, inputs[0], graph.Make(Op.Sqrt, inputs[0]));
            case Op.Power when inputs[1].IsNumber(2.5):
                return graph.Make(Op.Multiply, graph.Make(Op.Multiply, inputs[0], inputs[0]), graph.Make(Op.Sqrt, inputs[0]));

            case Op.Sum when perImage && node.Attribute.Has(Axes.Pixel) && node.Attribute.Has(Axes.Batch):
                Node perImageSum = graph.Make(Op.Sum, [inputs[0]], 0, node.Attribute.Without(Axes.Batch));
                return graph.Make(Op.Sum, [perImageSum], 0, Axes.Batch);
            case Op.PixelMaximum when perImage && node.Attribute.Has(Axes.Pixel) && node.Attribute.Has(Axes.Batch):
                Node perImageMaximum = graph.Make(Op.PixelMaximum, [inputs[0]], 0, node.Attribute.Without(Axes.Batch));
                return graph.Make(Op.PixelMaximum, [perImageMaximum], 0, Axes.Batch);
            case Op.Sum when node.Attribute == Axes.Class && inputs[0] is { Op: Op.Multiply, IsPixel: true }:
                return SumOfProduct(inputs[0], condition: null);
            case Op.Sum when node.Attribute == Axes.Class && inputs[0] is { Op: Op.Mask, IsPixel: true } mask && mask[0].IsPixel
                && mask[1].Op == Op.Multiply && graph.IsFinite(node[0][1]):
                return SumOfProduct(mask[1], mask[0]);

            // The maximum first: joined to the logarithm it would cost the logarithm's digits.
            case Op.Add when GraphBuilder.LessLogSumExp(node) is var (value, logits):
                return Minus(Minus(done[value], Maximum(done[logits])), graph.Make(Op.LogAtLeastOne, SumOfExponentials(done[logits])));

            // The probability of the label. Its logarithm has lost digits to the maximum where it is far below 0.
            case Op.Exp when GraphBuilder.LessLogSumExp(node[0]) is var (value, logits) && graph.IsAtLabel(value, logits):
                return graph.Make(Op.Multiply, graph.Make(Op.ExpNonPositive, Minus(done[value], Maximum(done[logits]))),
                    ReciprocalSum(done[logits]));
            case Op.Mask when graph.IsBesideInfinity(node[0]) && node.Axes.Has(Axes.Class) && !node[0].Axes.Has(Axes.Class):
                return factoring.Guard(inputs[0], inputs[1]);
            case Op.Add when node.IsPixel && node.Axes.Has(Axes.Class):
                return factoring.Add(inputs[0], inputs[1]);
            default:
                return Raw(node, inputs);
        }
    }

    // Over the classes, of those that meet a condition. What does not vary over them is multiplied once: the reciprocal of a softmax's
    // normaliser is such a factor of every probability.
    private Node SumOfProduct(Node product, Node? condition)
    {
        List<Node> factors = GraphBuilder.Factors(product).ToList();
        List<Node> outer = factors.Where(factor => factor.IsPixel && !factor.Axes.Has(Axes.Class)).ToList();
        Node Product(IEnumerable<Node> nodes) => nodes.Aggregate((a, b) => graph.Make(Op.Multiply, a, b));
        Node Sum(Node summand) => graph.Make(Op.Sum, [condition is null ? summand : graph.Make(Op.Mask, condition, summand)], 0,
            Axes.Class);
        if (outer.Count == 0 || outer.Count == factors.Count)
            return Sum(product);
        Node sum = Sum(Product(factors.Where(factor => !outer.Contains(factor))));
        return graph.Make(Op.Multiply, Product(outer), sum);
    }

    private Node Raw(Node node, Node[] inputs) =>
        inputs.Length == 0 ? node : graph.Same(node, [.. inputs]);

    // A term has a class, but all of its elements may be ignored.
    private static bool MayBeOfNoClass(Node logits) => logits.Op == Op.Where && logits[2].IsNumber(double.NegativeInfinity)
        && logits[0].Op != Op.ClassSet;

    // The logarithm of a sum over the classes: minus infinity where there is none, whose largest is that, too, and no number is minus
    // infinity less itself.
    private Node OverSome(Node logits, Node sum)
    {
        Node nothing = graph.Constant(double.NegativeInfinity);
        return graph.Make(Op.Where, graph.Make(Op.Less, nothing, Maximum(logits)), sum, nothing);
    }

    private static (Node Magnitude, bool Negated) Magnitude(Node x) =>
        x.Op == Op.Multiply && x[0].IsNumber(-1) ? (x[1], true) : (x, false);

    private Node Decay(Node x) => graph.Make(Op.ExpNonPositive, Negative(graph.Make(Op.Abs, x)));

    private Node Maximum(Node logits) => graph.Make(Op.ClassMaximum, logits);

    private Node Exponential(Node logits) => graph.Make(Op.ExpNonPositive, Minus(logits, Maximum(logits)));

    private Node SumOfExponentials(Node logits) => graph.Make(Op.Sum, [Exponential(logits)], 0, Axes.Class);

    private Node ReciprocalSum(Node logits) => Reciprocal(SumOfExponentials(logits));

    private Node Reciprocal(Node x) => graph.Make(Op.ReciprocalAtLeastOne, x);

    private Node Minus(Node a, Node b) => graph.Make(Op.Add, a, Negative(b));

    private Node Negative(Node a) => graph.Make(Op.Multiply, graph.Constant(-1), a);
}
