using LossGen.Cpu;

namespace LossGen.Reference;

/// <summary>
/// Evaluates losses by executing their formulas as they are written, in double precision: slow, plain, and what all
/// generated code is tested against. Logits are (N, C, S). Labels are (N, S), with a single class 0 or 1. Dense targets are laid out
/// as the loss declares.
/// </summary>
public static class ReferenceEvaluation
{
    /// <summary>The value of a loss; the sum of its elements where it declares <see cref="Reduction.None"/>.</summary>
    /// <exception cref="ArgumentException">A length does not fit the shape, or a label is no class.</exception>
    public static double Evaluate(ILoss loss, LossShape shape, ReadOnlySpan<double> logits, ReadOnlySpan<long> labels) =>
        new ReferenceCall(loss, shape, labels.ToArray()).Evaluate(logits.ToArray()).Data.Sum();

    /// <inheritdoc cref="Evaluate(ILoss, LossShape, ReadOnlySpan{double}, ReadOnlySpan{long})"/>
    public static double Evaluate(ILoss loss, LossShape shape, ReadOnlySpan<double> logits, ReadOnlySpan<double> target) =>
        new ReferenceCall(loss, shape, target.ToArray()).Evaluate(logits.ToArray()).Data.Sum();

    /// <summary>
    /// The unreduced elements of a loss over the axes that its terms leave, in the order N, C, S; a single number if it reduces.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the shape, or a label is no class.</exception>
    public static double[] EvaluateElements(ILoss loss, LossShape shape, ReadOnlySpan<double> logits, ReadOnlySpan<long> labels) =>
        new ReferenceCall(loss, shape, labels.ToArray()).Evaluate(logits.ToArray()).Data;

    /// <inheritdoc cref="EvaluateElements(ILoss, LossShape, ReadOnlySpan{double}, ReadOnlySpan{long})"/>
    public static double[] EvaluateElements(ILoss loss, LossShape shape, ReadOnlySpan<double> logits, ReadOnlySpan<double> target) =>
        new ReferenceCall(loss, shape, target.ToArray()).Evaluate(logits.ToArray()).Data;

    /// <summary>The value of a loss that compares pairs, on two views of the same samples.</summary>
    /// <param name="loss">The loss, which declares <see cref="LossAttribute.Pairs"/>.</param>
    /// <param name="shape"><see cref="LossShape.OfRows"/> with the rows of both views.</param>
    /// <param name="embeddings">N * D numbers: the rows of the first view, then those of the second.</param>
    /// <exception cref="ArgumentException">A length does not fit the shape, or there are no two views.</exception>
    public static double EvaluateViews(ILoss loss, LossShape shape, ReadOnlySpan<double> embeddings) =>
        OfViews(loss, shape).Evaluate(embeddings.ToArray()).Data.Sum();

    /// <summary>Its gradient by difference quotients.</summary>
    /// <inheritdoc cref="EvaluateViews"/>
    public static double[] NumericalGradientOfViews(ILoss loss, LossShape shape, ReadOnlySpan<double> embeddings) =>
        OfViews(loss, shape).NumericalGradient(embeddings.ToArray(), []);

    private static ReferenceCall OfViews(ILoss loss, LossShape shape)
    {
        ArgumentNullException.ThrowIfNull(loss);
        PairChecks.Views(loss.Definition, shape);
        return new(loss, shape, ReferencePairs.ViewLabels(shape.Batch));
    }

    /// <summary>
    /// The gradient by difference quotients of fourth order, one logit at a time; detached values are held fixed. Good to about 1e-10 where
    /// the loss is smooth; at kinks it is the mean of both sides.
    /// </summary>
    /// <param name="loss">The loss.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="labels">N * S class indices.</param>
    /// <param name="upstream">One factor for each unreduced element; empty for 1.</param>
    /// <exception cref="ArgumentException">A length does not fit the shape, or a label is no class.</exception>
    public static double[] NumericalGradient(
        ILoss loss, LossShape shape, ReadOnlySpan<double> logits, ReadOnlySpan<long> labels, ReadOnlySpan<double> upstream = default) =>
        new ReferenceCall(loss, shape, labels.ToArray()).NumericalGradient(logits.ToArray(), upstream.ToArray());

    /// <inheritdoc cref="NumericalGradient(ILoss, LossShape, ReadOnlySpan{double}, ReadOnlySpan{long}, ReadOnlySpan{double})"/>
    /// <param name="loss">The loss.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">The dense target.</param>
    /// <param name="upstream">One factor for each unreduced element; empty for 1.</param>
    public static double[] NumericalGradient(
        ILoss loss, LossShape shape, ReadOnlySpan<double> logits, ReadOnlySpan<double> target, ReadOnlySpan<double> upstream = default) =>
        new ReferenceCall(loss, shape, target.ToArray()).NumericalGradient(logits.ToArray(), upstream.ToArray());

    /// <summary>The unreduced elements of a loss that takes further inputs; a single number if it reduces.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="labels">N * S class indices.</param>
    /// <param name="inputs">The loss's own inputs, in the order of its definition: N * S or N * C * S numbers each.</param>
    /// <exception cref="ArgumentException">A length does not fit the shape, or a label is no class.</exception>
    public static double[] EvaluateElements(
        ILoss loss, LossShape shape, ReadOnlySpan<double> logits, ReadOnlySpan<long> labels, IReadOnlyList<double[]> inputs) =>
        new ReferenceCall(loss, shape, labels.ToArray(), inputs).Evaluate(logits.ToArray()).Data;

    /// <inheritdoc cref="EvaluateElements(ILoss, LossShape, ReadOnlySpan{double}, ReadOnlySpan{long}, IReadOnlyList{double[]})"/>
    /// <param name="loss">The loss.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">The dense target.</param>
    /// <param name="inputs">The loss's own inputs, in the order of its definition: N * S or N * C * S numbers each.</param>
    public static double[] EvaluateElements(
        ILoss loss, LossShape shape, ReadOnlySpan<double> logits, ReadOnlySpan<double> target, IReadOnlyList<double[]> inputs) =>
        new ReferenceCall(loss, shape, target.ToArray(), inputs).Evaluate(logits.ToArray()).Data;

    /// <summary>The gradient by difference quotients of a loss that takes further inputs.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="labels">N * S class indices.</param>
    /// <param name="inputs">The loss's own inputs, in the order of its definition: N * S or N * C * S numbers each.</param>
    /// <param name="upstream">One factor for each unreduced element; empty for 1.</param>
    /// <exception cref="ArgumentException">A length does not fit the shape, or a label is no class.</exception>
    public static double[] NumericalGradient(
        ILoss loss, LossShape shape, ReadOnlySpan<double> logits, ReadOnlySpan<long> labels, IReadOnlyList<double[]> inputs,
        ReadOnlySpan<double> upstream = default) =>
        new ReferenceCall(loss, shape, labels.ToArray(), inputs).NumericalGradient(logits.ToArray(), upstream.ToArray());

    /// <inheritdoc cref="NumericalGradient(ILoss, LossShape, ReadOnlySpan{double}, ReadOnlySpan{long}, IReadOnlyList{double[]}, ReadOnlySpan{double})"/>
    /// <param name="loss">The loss.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">The dense target.</param>
    /// <param name="inputs">The loss's own inputs, in the order of its definition: N * S or N * C * S numbers each.</param>
    /// <param name="upstream">One factor for each unreduced element; empty for 1.</param>
    public static double[] NumericalGradient(
        ILoss loss, LossShape shape, ReadOnlySpan<double> logits, ReadOnlySpan<double> target, IReadOnlyList<double[]> inputs,
        ReadOnlySpan<double> upstream = default) =>
        new ReferenceCall(loss, shape, target.ToArray(), inputs).NumericalGradient(logits.ToArray(), upstream.ToArray());
}
