using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;
using LossGen.Compiler.Schedule;

namespace LossGen.Compiler.Emit.Torch;

/// <content>What a node is for tensors, where an operation of theirs has it whole.</content>
internal sealed partial class OperationText
{
    /// <summary>
    /// The logits of a node that is the logarithm of their softmax, or of the label's. As one operation: torch's logsumexp joins the
    /// maximum to the logarithm, which large logits leave no digits.
    /// </summary>
    public static (Node Logits, bool AtLabel)? LogSoftmax(GraphBuilder graph, Node node) =>
        GraphBuilder.LessLogSumExp(node) is not var (value, logits) ? null
        : ReferenceEquals(value, logits) ? (logits, false)
        : graph.IsAtLabel(value, logits) ? (logits, true)
        : null;

    /// <summary>All classes but the label's have one value, and the label's another.</summary>
    public static bool IsWithLabel(Node node) => node.Op == Op.Where && node[0].Op == Op.OneHot && !node[1].Axes.Has(Axes.Class);

    /// <summary>A value of all classes with something added at the label's.</summary>
    public static (Node Others, Node Added)? AddedAtLabel(Node node) =>
        node.Op == Op.Add && node.Axes == Axes.All && node[1].Op == Op.Mask && node[1][0].Op == Op.OneHot
            && !node[1][1].Axes.Has(Axes.Class)
            && node[0].Axes == Axes.All
            ? (node[0], node[1][1])
            : null;

    // A sum over the pixels of a binary cross-entropy.
    private static (Node X, Node Weight)? EntropySum(Node node) =>
        node is { Op: Op.Sum, Attribute: Axes.Pixel or (Axes.Batch | Axes.Pixel) } && SigmoidEntropy.EntropyOf(node[0]) is var (x, weight)
            && x.Axes == Axes.All ? (x, weight) : null;

    // A sum over the pixels of the product of two that have all axes.
    private static (Node A, Node B)? ProductSum(Node node) =>
        node is { Op: Op.Sum, Attribute: Axes.Pixel or (Axes.Batch | Axes.Pixel) } && node[0].Op == Op.Multiply
            && node[0].Inputs.All(factor => factor.Axes == Axes.All) ? (node[0][0], node[0][1]) : null;

    // A sum over the classes of a number a class times what has all axes.
    private static (Node Vector, Node Matrix)? Contraction(Node node)
    {
        if (node is not { Op: Op.Sum, Attribute: Axes.Class } || node[0].Op != Op.Multiply)
            return null;
        bool IsVector(Node factor, Node other) => !factor.IsPixel && factor.Axes.Has(Axes.Class) && other.Axes == Axes.All;
        return IsVector(node[0][0], node[0][1]) ? (node[0][0], node[0][1]) : IsVector(node[0][1], node[0][0]) ? (node[0][1], node[0][0])
            : null;
    }

    // What is summed for each class over the pixels that it is the label of; null of another sum.
    private static Node? LabelSum(Node node) =>
        node is { Op: Op.Sum, Attribute: Axes.Pixel or (Axes.Batch | Axes.Pixel) } && node[0].Op == Op.Mask && node[0][0].Op == Op.OneHot
            && !node[0][1].Axes.Has(Axes.Class)
            ? node[0][1]
            : null;

    /// <summary>The operation makes a tensor of its own.</summary>
    public static bool MakesOwn(Node node) => node.IsPixel
        && (node.Op is Op.Add or Op.Multiply or Op.Divide or Op.Exp or Op.Log or Op.Softmax
                or Op.Sigmoid or Op.Softplus or Op.Power or Op.Sqrt or Op.Sum
            || IsWithLabel(node));

    // -infinity where a class takes no part.
    private static bool IsOfSomeClasses(Node logits) => logits.Op == Op.Where && logits[2].IsNumber(double.NegativeInfinity);
}
