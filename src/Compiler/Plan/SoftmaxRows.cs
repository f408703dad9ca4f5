using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>The part of a pass that the runtime's softmax does: one text for all losses, tuned by hand.</summary>
/// <param name="Maximum">The largest logit of a pixel.</param>
/// <param name="Exponential">exp(logit - maximum) of each class.</param>
/// <param name="Normaliser">Their sum.</param>
/// <param name="LabelExponent">The label's logit - maximum, where the pass asks for it.</param>
/// <param name="Others">The sum of the exponentials of the classes that are not the label's, where the pass asks for it.</param>
internal sealed record SoftmaxRows(Node Maximum, Node Exponential, Node Normaliser, Node? LabelExponent, Node? Others)
{
    public ImmutableArray<Node> Nodes { get; } = [.. new[] { Maximum, Exponential, Normaliser, LabelExponent, Others }.OfType<Node>()];

    /// <summary>Finds a softmax over the logits themselves among the nodes of a pass.</summary>
    public static SoftmaxRows? Find(List<Node> nodes)
    {
        Node? exponential = nodes.FirstOrDefault(node => node.Op == Op.ExpNonPositive && node[0].Op == Op.Add && node[0][0].Op == Op.Logit
            && node[0][1].Op == Op.Multiply && node[0][1][0].IsNumber(-1) && node[0][1][1] is { Op: Op.ClassMaximum } maximum
            && ReferenceEquals(maximum[0], node[0][0]));
        Node? normaliser = nodes.FirstOrDefault(node => IsClassSum(node) && ReferenceEquals(node[0], exponential));
        if (exponential is null || normaliser is null)
            return null;
        Node largest = exponential[0][1][1];
        return new(largest, exponential, normaliser, nodes.FirstOrDefault(node => IsLabelExponent(node)
            && ReferenceEquals(node[1][1], largest)), nodes.FirstOrDefault(node => IsOthers(node) && ReferenceEquals(node[0][1],
                exponential)));
    }

    /// <summary>The logit of the label's class.</summary>
    public static bool IsLabelLogit(Node node) => GraphBuilder.IsPick(node) && node[0][1].Op == Op.Logit;

    /// <summary>That logit less a maximum over the classes.</summary>
    public static bool IsLabelExponent(Node node) =>
        node.Op == Op.Add && IsLabelLogit(node[0]) && node[1].Op == Op.Multiply && node[1][0].IsNumber(-1)
            && node[1][1].Op == Op.ClassMaximum;

    /// <summary>The exponentials of the classes that are not the label's.</summary>
    public static bool IsOthers(Node node) =>
        IsClassSum(node) && node[0].Op == Op.Mask && node[0][0].Op == Op.Not && node[0][0][0].Op == Op.OneHot
            && node[0][1].Op == Op.ExpNonPositive;

    private static bool IsClassSum(Node node) => node.Op == Op.Sum && node.Attribute == Axes.Class;
}
