using System.Runtime.CompilerServices;
using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen;

/// <summary>
/// Evaluates a declared loss on memory of one's own, without libtorch. Logits and their gradient are float, double, <see cref="Half"/> or
/// <see cref="BFloat16"/>, (N, C, S) with the pixels of a class adjacent, or (N, S, C) with <see cref="LossShape.ClassesLast"/>. A target
/// of
/// integers (byte, sbyte, short, ushort, int, long) holds class indices, (N, S); one of float or double is dense, laid out as the loss
/// declares. One of bool is either, by its length. What is computed from logits of 16 bits is float, and so are maps and unreduced values.
/// All methods check every argument before they write anything.
/// </summary>
public static unsafe partial class LossExtensions
{
    /// <summary>The value of a loss whose reduction is mean or sum.</summary>
    /// <typeparam name="T">float, double, <see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TTarget">An integer type or bool for class indices; float, double or bool for a dense target.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="components">
    /// Receives the terms' shares, from the same pass; null for none. See <see cref="CreateComponents"/>.
    /// </param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    [OverloadResolutionPriority(1)] // so that new(a, b) is inputs, not components
    public static double Evaluate<T, TTarget>(
        this ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs inputs,
        LossComponents? components = null)
        where T : unmanaged
        where TTarget : unmanaged => Value(loss, logits, target, shape, inputs, default, CpuMode.Value, components);

    /// <inheritdoc cref="Evaluate{T, TTarget}(ILoss, ReadOnlySpan{T}, ReadOnlySpan{TTarget}, LossShape, LossInputs, LossComponents)"/>
    public static double Evaluate<T, TTarget>(
        this ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossComponents? components = null)
        where T : unmanaged
        where TTarget : unmanaged => Value(loss, logits, target, shape, default, default, CpuMode.Value, components);

    /// <summary>The value of a loss whose reduction is mean or sum, and its gradient at the logits.</summary>
    /// <typeparam name="T">float, double, <see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TTarget">An integer type or bool for class indices; float, double or bool for a dense target.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="gradient">Receives N * C * S numbers, laid out like the logits. It may not overlap them.</param>
    /// <param name="components">
    /// Receives the terms' shares, from the same pass; null for none. See <see cref="CreateComponents"/>.
    /// </param>
    /// <param name="upstream">
    /// What the gradient is multiplied by, finite: the gradient that arrives, or a loss scale. The value returned stays as it is.
    /// </param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static double EvaluateWithGradient<T, TTarget>(
        this ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs inputs, Span<T> gradient,
        LossComponents? components = null, double upstream = 1)
        where T : unmanaged
        where TTarget : unmanaged =>
        Value(loss, logits, target, shape, inputs, gradient, CpuMode.ValueAndGradient, components, upstream);

    /// <inheritdoc cref="EvaluateWithGradient{T, TTarget}(ILoss, ReadOnlySpan{T}, ReadOnlySpan{TTarget}, LossShape, LossInputs,
    /// Span{T}, LossComponents, double)"/>
    public static double EvaluateWithGradient<T, TTarget>(
        this ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, Span<T> gradient,
        LossComponents? components = null, double upstream = 1)
        where T : unmanaged
        where TTarget : unmanaged =>
        Value(loss, logits, target, shape, default, gradient, CpuMode.ValueAndGradient, components, upstream);

    /// <summary>The values of a loss whose reduction is none, in the order of the axes that remain of (N, C, S).</summary>
    /// <typeparam name="T">float, double, <see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TTarget">An integer type or bool for class indices; float, double or bool for a dense target.</typeparam>
    /// <typeparam name="TElement">double with logits of double, else float.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="elements">Receives the values.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void EvaluateElements<T, TTarget, TElement>(
        this ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs inputs, Span<TElement> elements)
        where T : unmanaged
        where TTarget : unmanaged
        where TElement : unmanaged => Elements(loss, logits, target, shape, inputs, elements, default, default, CpuMode.Value);

    /// <inheritdoc cref="EvaluateElements{T, TTarget, TElement}(ILoss, ReadOnlySpan{T}, ReadOnlySpan{TTarget}, LossShape,
    /// LossInputs, Span{TElement})"/>
    public static void EvaluateElements<T, TTarget, TElement>(
        this ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, Span<TElement> elements)
        where T : unmanaged
        where TTarget : unmanaged
        where TElement : unmanaged => Elements(loss, logits, target, shape, default, elements, default, default, CpuMode.Value);

    /// <summary>
    /// The values of a loss whose reduction is none, and the gradient of their sum weighted by <paramref name="upstream"/>.
    /// </summary>
    /// <typeparam name="T">float, double, <see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TTarget">An integer type or bool for class indices; float, double or bool for a dense target.</typeparam>
    /// <typeparam name="TElement">double with logits of double, else float.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="elements">Receives the values.</param>
    /// <param name="upstream">The weight of each value; empty means 1.</param>
    /// <param name="gradient">Receives N * C * S numbers, laid out like the logits. It may not overlap them.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void EvaluateElementsWithGradient<T, TTarget, TElement>(
        this ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs inputs, Span<TElement> elements,
        ReadOnlySpan<TElement> upstream, Span<T> gradient)
        where T : unmanaged
        where TTarget : unmanaged
        where TElement : unmanaged =>
        Elements(loss, logits, target, shape, inputs, elements, upstream, gradient, CpuMode.ValueAndGradient);

    /// <inheritdoc cref="EvaluateElementsWithGradient{T, TTarget, TElement}(ILoss, ReadOnlySpan{T}, ReadOnlySpan{TTarget},
    /// LossShape, LossInputs, Span{TElement}, ReadOnlySpan{TElement}, Span{T})"/>
    public static void EvaluateElementsWithGradient<T, TTarget, TElement>(
        this ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, Span<TElement> elements,
        ReadOnlySpan<TElement> upstream, Span<T> gradient)
        where T : unmanaged
        where TTarget : unmanaged
        where TElement : unmanaged =>
        Elements(loss, logits, target, shape, default, elements, upstream, gradient, CpuMode.ValueAndGradient);

    /// <summary>
    /// Room for the share of each term in the value, and of region terms for the value of each class. Make it once and pass it to calls.
    /// </summary>
    /// <param name="loss">The loss. Its reduction must be mean or sum.</param>
    /// <param name="classes">C, the number of classes of the calls.</param>
    /// <exception cref="NotSupportedException">The loss is not reduced to one value.</exception>
    public static LossComponents CreateComponents(this ILoss loss, int classes) => new(loss, classes);

    /// <summary>Counts for hard scores of what the loss trains: its activation and its ignored labels.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="classes">C, the number of classes.</param>
    /// <param name="threshold">The probability above which a class is predicted where it is not the largest that is.</param>
    public static SegmentationMetrics CreateMetrics(this ILoss loss, int classes, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(loss);
        PairChecks.Refuse(loss.Definition, "it predicts no classes to score", "score what is made of the embeddings");
        return new(classes, loss.Definition.Activation, loss.Definition.IgnoreIndex, threshold, loss.Definition.OtherIgnoreIndices);
    }

    /// <summary>Means over images of hard scores, and the scores of each image, of what the loss trains: its activation and its ignored
    /// labels.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="classes">C, the number of classes.</param>
    /// <param name="threshold">The probability above which a class is predicted where it is not the largest that is.</param>
    public static ImageMetrics CreateImageMetrics(this ILoss loss, int classes, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(loss);
        PairChecks.Refuse(loss.Definition, "it predicts no classes to score", "score what is made of the embeddings");
        return new(classes, loss.Definition.Activation, loss.Definition.IgnoreIndex, threshold, loss.Definition.OtherIgnoreIndices);
    }

    /// <summary>The confusion matrix of what the loss trains: its activation and its ignored labels.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="classes">C, the number of classes.</param>
    /// <param name="threshold">The probability above which a single class is predicted.</param>
    /// <exception cref="ArgumentException">The loss predicts each of several classes by itself.</exception>
    public static ConfusionMatrix CreateConfusionMatrix(this ILoss loss, int classes, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(loss);
        PairChecks.Refuse(loss.Definition, "it predicts no classes to score", "score what is made of the embeddings");
        return new(classes, loss.Definition.Activation, loss.Definition.IgnoreIndex, threshold, loss.Definition.OtherIgnoreIndices);
    }

    /// <summary>Sums for soft scores of what the loss trains: its activation and its ignored labels.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="classes">C, the number of classes.</param>
    public static SoftMetrics CreateSoftMetrics(this ILoss loss, int classes)
    {
        ArgumentNullException.ThrowIfNull(loss);
        PairChecks.Refuse(loss.Definition, "it predicts no classes to score", "score what is made of the embeddings");
        return new(classes, loss.Definition.Activation, loss.Definition.IgnoreIndex, loss.Definition.OtherIgnoreIndices);
    }
}
