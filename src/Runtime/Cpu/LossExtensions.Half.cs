using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen;

/// <content>Logits and gradients stored in half precision. What is computed from them is float, and so are unreduced values, upstream gradients and the loss's own inputs.</content>
public static unsafe partial class LossExtensions
{
    /// <inheritdoc cref="Evaluate{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, LossComponents)"/>
    public static double Evaluate<TTarget>(
        this ILoss loss, ReadOnlySpan<Half> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossComponents? components = null)
        where TTarget : unmanaged => Value<Half, float, TTarget>(loss, logits, target, shape, default, default, CpuMode.Value, components);

    /// <inheritdoc cref="Evaluate{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, LossInputs{float}, LossComponents)"/>
    [OverloadResolutionPriority(1)] // so that new(a, b) is inputs, not components
    public static double Evaluate<TTarget>(
        this ILoss loss, ReadOnlySpan<Half> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<float> inputs, LossComponents? components = null)
        where TTarget : unmanaged => Value<Half, float, TTarget>(loss, logits, target, shape, inputs, default, CpuMode.Value, components);

    /// <inheritdoc cref="EvaluateWithGradient{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, Span{float}, LossComponents, double)"/>
    public static double EvaluateWithGradient<TTarget>(
        this ILoss loss, ReadOnlySpan<Half> logits, ReadOnlySpan<TTarget> target, LossShape shape, Span<Half> gradient, LossComponents? components = null, double upstream = 1)
        where TTarget : unmanaged => Value<Half, float, TTarget>(loss, logits, target, shape, default, gradient, CpuMode.ValueAndGradient, components, upstream);

    /// <inheritdoc cref="EvaluateWithGradient{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, LossInputs{float}, Span{float}, LossComponents, double)"/>
    public static double EvaluateWithGradient<TTarget>(
        this ILoss loss, ReadOnlySpan<Half> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<float> inputs, Span<Half> gradient, LossComponents? components = null, double upstream = 1)
        where TTarget : unmanaged => Value(loss, logits, target, shape, inputs, gradient, CpuMode.ValueAndGradient, components, upstream);

    /// <summary>The values of a loss whose reduction is none, in the order of the axes that remain of (N, C, S).</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="elements">Receives the values.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void EvaluateElements<TTarget>(
        this ILoss loss, ReadOnlySpan<Half> logits, ReadOnlySpan<TTarget> target, LossShape shape, Span<float> elements, LossInputs<float> inputs = default)
        where TTarget : unmanaged => Elements<Half, float, TTarget>(loss, logits, target, shape, inputs, elements, default, default, CpuMode.Value);

    /// <summary>The values of a loss whose reduction is none, and the gradient of their sum weighted by <paramref name="upstream"/>.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="elements">Receives the values.</param>
    /// <param name="upstream">The weight of each value; empty means 1.</param>
    /// <param name="gradient">Receives N * C * S numbers, laid out like the logits.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void EvaluateElementsWithGradient<TTarget>(
        this ILoss loss, ReadOnlySpan<Half> logits, ReadOnlySpan<TTarget> target, LossShape shape, Span<float> elements, ReadOnlySpan<float> upstream, Span<Half> gradient,
        LossInputs<float> inputs = default)
        where TTarget : unmanaged => Elements(loss, logits, target, shape, inputs, elements, upstream, gradient, CpuMode.ValueAndGradient);

    /// <summary>Adds a piece's sums.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents of the piece.</param>
    /// <param name="statistics">The sums.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void Accumulate<TTarget>(
        this ILoss loss, ReadOnlySpan<Half> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossStatistics statistics, LossInputs<float> inputs = default)
        where TTarget : unmanaged => Piece<Half, float, TTarget>(loss, logits, target, shape, inputs, statistics, default, CpuMode.Accumulate);

    /// <summary>The gradient at a piece's logits of the loss of all pieces together.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents of the piece.</param>
    /// <param name="statistics">The sums of all pieces.</param>
    /// <param name="gradient">Receives N * C * S numbers, laid out like the logits.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="upstream">What the gradient is multiplied by, finite: the gradient that arrives, or a loss scale. The value returned stays as it is.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void Gradient<TTarget>(
        this ILoss loss, ReadOnlySpan<Half> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossStatistics statistics, Span<Half> gradient, LossInputs<float> inputs = default, double upstream = 1)
        where TTarget : unmanaged => Piece(loss, logits, target, shape, inputs, statistics, gradient, CpuMode.Gradient, upstream);
}
