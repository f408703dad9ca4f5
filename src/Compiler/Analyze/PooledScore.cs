using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Analyze;

/// <summary>
/// A score whose sums are added up over all classes of a softmax. The probabilities of a pixel add up to 1, so of prediction and overlap
/// only the overlap is left, and that is the sum of the probability of the label.
/// </summary>
internal sealed class PooledScore
{
    // Any numbers do; what is found for these holds for all.
    private const double Pixels = 1000;
    private const double ClassCount = 3;

    private readonly HashSet<Node> pooled = [];

    private PooledScore(Node root) => Root = root;

    public Node Root { get; }

    /// <summary>The sums over the classes that are constant but for the overlap.</summary>
    public IReadOnlyCollection<Node> Sums => pooled;

    /// <summary>
    /// Null unless the prediction counts in such sums only, and in one of them as a whole, that is as the number of pixels.
    /// </summary>
    public static PooledScore? Find(Node root)
    {
        var score = new PooledScore(root);
        bool countsPixels = false;
        var seen = new HashSet<Node>();
        return root.PassesGradient && Visit(root) && countsPixels ? score : null;

        bool Visit(Node node)
        {
            if (!node.PassesGradient || !seen.Add(node))
                return true;
            if (node.Op == Op.Sum && node.Attribute == Axes.Class && !node[0].IsPixel && IsLinear(node[0], ref countsPixels))
            {
                score.pooled.Add(node);
                return true;
            }

            return !node.IsPixel && node.Inputs.All(Visit);
        }
    }

    /// <summary>The score where the mean probability of the label is a given one; NaN where it cannot be told.</summary>
    /// <param name="meanProbability">The mean probability of the label.</param>
    /// <param name="parameters">The numbers of the run-time parameters.</param>
    public double Evaluate(double meanProbability, Func<int, double> parameters)
    {
        return Number(Root);

        double Number(Node node) => node.Op switch
        {
            Op.Constant => node.Number,
            Op.Parameter => parameters(node.Index),
            Op.Extent => node.Attribute switch { Axes.Batch => 1, Axes.Class => ClassCount, _ => Pixels },
            Op.Sum when node.Attribute == Axes.Class && !node[0].IsPixel => OverClasses(node[0]),
            Op.Sum when node.Attribute == Axes.Batch => Number(node[0]),
            _ when node.Operation().IsElementwise && !node.Axes.Has(Axes.Class) && !node.IsPixel =>
                node.Operation().Evaluate!(node.Inputs.Select(Number).ToArray()),
            _ => double.NaN,
        };

        // Added up over the classes.
        double OverClasses(Node node) => node.Op switch
        {
            _ when !node.Axes.Has(Axes.Class) => ClassCount * Number(node),
            Op.Sum => KindOf(node) switch
            {
                Kind.Predicted or Kind.Labelled => Pixels,
                Kind.Overlap => meanProbability * Pixels,
                Kind.Difference => 2 * (1 - meanProbability) * Pixels,
                _ => double.NaN,
            },
            Op.Add => OverClasses(node[0]) + OverClasses(node[1]),
            Op.Multiply when !node[0].Axes.Has(Axes.Class) => Number(node[0]) * OverClasses(node[1]),
            Op.Multiply when !node[1].Axes.Has(Axes.Class) => Number(node[1]) * OverClasses(node[0]),
            Op.Divide when !node[1].Axes.Has(Axes.Class) => OverClasses(node[0]) / Number(node[1]),
            _ => double.NaN,
        };
    }

    private enum Kind
    {
        Other,
        Predicted,
        Labelled,
        Overlap,
        Difference,
    }

    private static bool IsLinear(Node node, ref bool countsPixels)
    {
        if (!node.PassesGradient)
            return true;
        switch (node.Op)
        {
            case Op.Add:
                return IsLinear(node[0], ref countsPixels) & IsLinear(node[1], ref countsPixels);
            case Op.Multiply:
                Node? factor = node.Inputs.FirstOrDefault(input => !input.PassesGradient && !input.Axes.Has(Axes.Class));
                return factor is not null && IsLinear(ReferenceEquals(factor, node[0]) ? node[1] : node[0], ref countsPixels);
            case Op.Divide:
                return !node[1].PassesGradient && !node[1].Axes.Has(Axes.Class) && IsLinear(node[0], ref countsPixels);
            case Op.Sum:
                Kind kind = KindOf(node);
                countsPixels |= kind == Kind.Predicted;
                return kind != Kind.Other;
            default:
                return false;
        }
    }

    private static Kind KindOf(Node sum)
    {
        if (sum.Op != Op.Sum || !sum.Attribute.Has(Axes.Pixel) || sum.Attribute.Has(Axes.Class))
            return Kind.Other;
        bool isLabelled = false;
        Node value = sum[0];
        while (value.Op == Op.Mask && value[0].Op is Op.Valid or Op.Labelled or Op.OneHot)
        {
            isLabelled |= value[0].Op == Op.OneHot;
            value = value[1];
        }

        return value.Op switch
        {
            Op.Softmax when value[0].Op == Op.Logit => isLabelled ? Kind.Overlap : Kind.Predicted,
            Op.Constant when isLabelled && value.IsNumber(1) => Kind.Labelled,
            Op.Abs when !isLabelled && IsDifference(value[0]) => Kind.Difference,
            _ => Kind.Other,
        };
    }

    // p - y or y - p.
    private static bool IsDifference(Node node) =>
        node.Op == Op.Add && ((IsSoftmax(node[0], 1) && IsOneHot(node[1], -1)) || (IsSoftmax(node[1], 1) && IsOneHot(node[0], -1))
            || (IsSoftmax(node[0], -1) && IsOneHot(node[1], 1)) || (IsSoftmax(node[1], -1) && IsOneHot(node[0], 1)));

    private static bool IsSoftmax(Node node, double factor) => factor == 1
        ? node.Op == Op.Softmax && node[0].Op == Op.Logit
        : node.Op == Op.Multiply && node[0].IsNumber(factor) && IsSoftmax(node[1], 1);

    private static bool IsOneHot(Node node, double factor) => node.Op == Op.Mask && node[0].Op == Op.OneHot && node[1].IsNumber(factor);
}
