using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen;

/// <content>Losses with inputs besides logits and target: they follow the shape.</content>
public static unsafe partial class LossExtensions
{
    /// <summary>The value of a loss that takes further inputs.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="components">Receives the terms' shares, from the same pass; null for none. See <see cref="CreateComponents"/>.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    [OverloadResolutionPriority(1)] // so that new(a, b) is inputs, not components
    public static double Evaluate<TTarget>(
        this ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<float> inputs, LossComponents? components = null)
        where TTarget : unmanaged => Value<float, float, TTarget>(loss, logits, target, shape, inputs, default, CpuMode.Value, components);

    /// <inheritdoc cref="Evaluate{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, LossInputs{float}, LossComponents)"/>
    [OverloadResolutionPriority(1)] // so that new(a, b) is inputs, not components
    public static double Evaluate<TTarget>(
        this ILoss loss, ReadOnlySpan<double> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<double> inputs, LossComponents? components = null)
        where TTarget : unmanaged => Value<double, double, TTarget>(loss, logits, target, shape, inputs, default, CpuMode.Value, components);

    /// <summary>The value and its gradient at the logits, of a loss that takes further inputs.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="gradient">Receives N * C * S numbers, laid out like the logits. It may not overlap them.</param>
    /// <param name="components">Receives the terms' shares, from the same pass; null for none. See <see cref="CreateComponents"/>.</param>
    /// <param name="upstream">What the gradient is multiplied by, finite: the gradient that arrives, or a loss scale. The value returned stays as it is.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static double EvaluateWithGradient<TTarget>(
        this ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<float> inputs, Span<float> gradient,
        LossComponents? components = null, double upstream = 1)
        where TTarget : unmanaged => Value<float, float, TTarget>(loss, logits, target, shape, inputs, gradient, CpuMode.ValueAndGradient, components, upstream);

    /// <inheritdoc cref="EvaluateWithGradient{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, LossInputs{float}, Span{float}, LossComponents, double)"/>
    public static double EvaluateWithGradient<TTarget>(
        this ILoss loss, ReadOnlySpan<double> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<double> inputs, Span<double> gradient,
        LossComponents? components = null, double upstream = 1)
        where TTarget : unmanaged => Value<double, double, TTarget>(loss, logits, target, shape, inputs, gradient, CpuMode.ValueAndGradient, components, upstream);

    /// <summary>The values of a loss whose reduction is none and that takes further inputs.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="elements">Receives the values.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void EvaluateElements<TTarget>(
        this ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<float> inputs, Span<float> elements)
        where TTarget : unmanaged => Elements<float, float, TTarget>(loss, logits, target, shape, inputs, elements, default, default, CpuMode.Value);

    /// <inheritdoc cref="EvaluateElements{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, LossInputs{float}, Span{float})"/>
    public static void EvaluateElements<TTarget>(
        this ILoss loss, ReadOnlySpan<double> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<double> inputs, Span<double> elements)
        where TTarget : unmanaged => Elements<double, double, TTarget>(loss, logits, target, shape, inputs, elements, default, default, CpuMode.Value);

    /// <summary>The values of a loss whose reduction is none and that takes further inputs, and the gradient of their sum weighted by <paramref name="upstream"/>.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="elements">Receives the values.</param>
    /// <param name="upstream">The weight of each value; empty means 1.</param>
    /// <param name="gradient">Receives N * C * S numbers, laid out like the logits. It may not overlap them.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void EvaluateElementsWithGradient<TTarget>(
        this ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<float> inputs, Span<float> elements, ReadOnlySpan<float> upstream, Span<float> gradient)
        where TTarget : unmanaged => Elements<float, float, TTarget>(loss, logits, target, shape, inputs, elements, upstream, gradient, CpuMode.ValueAndGradient);

    /// <inheritdoc cref="EvaluateElementsWithGradient{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, LossInputs{float}, Span{float}, ReadOnlySpan{float}, Span{float})"/>
    public static void EvaluateElementsWithGradient<TTarget>(
        this ILoss loss, ReadOnlySpan<double> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<double> inputs, Span<double> elements, ReadOnlySpan<double> upstream, Span<double> gradient)
        where TTarget : unmanaged => Elements<double, double, TTarget>(loss, logits, target, shape, inputs, elements, upstream, gradient, CpuMode.ValueAndGradient);

    /// <summary>Adds the sums of a piece, of a loss that takes further inputs.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="statistics">The sums.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void Accumulate<TTarget>(
        this ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<float> inputs, LossStatistics statistics)
        where TTarget : unmanaged => Piece<float, float, TTarget>(loss, logits, target, shape, inputs, statistics, default, CpuMode.Accumulate);

    /// <inheritdoc cref="Accumulate{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, LossInputs{float}, LossStatistics)"/>
    public static void Accumulate<TTarget>(
        this ILoss loss, ReadOnlySpan<double> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<double> inputs, LossStatistics statistics)
        where TTarget : unmanaged => Piece<double, double, TTarget>(loss, logits, target, shape, inputs, statistics, default, CpuMode.Accumulate);

    /// <summary>The gradient at a piece's logits of the loss of all pieces together, of a loss that takes further inputs.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="statistics">The sums of all pieces.</param>
    /// <param name="gradient">Receives N * C * S numbers, laid out like the logits. It may not overlap them.</param>
    /// <param name="upstream">What the gradient is multiplied by, finite: the gradient that arrives, or a loss scale. The value returned stays as it is.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void Gradient<TTarget>(
        this ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<float> inputs, LossStatistics statistics, Span<float> gradient, double upstream = 1)
        where TTarget : unmanaged => Piece<float, float, TTarget>(loss, logits, target, shape, inputs, statistics, gradient, CpuMode.Gradient, upstream);

    /// <inheritdoc cref="Gradient{TTarget}(ILoss, ReadOnlySpan{float}, ReadOnlySpan{TTarget}, LossShape, LossInputs{float}, LossStatistics, Span{float}, double)"/>
    public static void Gradient<TTarget>(
        this ILoss loss, ReadOnlySpan<double> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs<double> inputs, LossStatistics statistics, Span<double> gradient, double upstream = 1)
        where TTarget : unmanaged => Piece<double, double, TTarget>(loss, logits, target, shape, inputs, statistics, gradient, CpuMode.Gradient, upstream);
}
