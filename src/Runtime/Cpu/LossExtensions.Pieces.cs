using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen;

/// <content>A batch that comes in pieces: tiles, micro-batches, other processes. Their sums add up.</content>
public static unsafe partial class LossExtensions
{
    /// <summary>Empty sums for a batch that comes in pieces: tiles, micro-batches, other processes.</summary>
    /// <param name="loss">The loss. Its value must need one pass over the pixels, as that of every catalogue loss does.</param>
    /// <param name="shape">
    /// The extents of a piece. With statistics per image the number of images matters; the number of pixels never does.
    /// </param>
    /// <exception cref="NotSupportedException">The value needs several passes, or the loss looks at neighbouring pixels.</exception>
    public static LossStatistics CreateStatistics(this ILoss loss, LossShape shape) => new(loss, shape);

    /// <summary>Adds a piece's sums.</summary>
    /// <typeparam name="T">float, double, <see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TTarget">An integer type or bool for class indices; float, double or bool for a dense target.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents of the piece.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="statistics">The sums.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void Accumulate<T, TTarget>(
        this ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs inputs,
        LossStatistics statistics)
        where T : unmanaged
        where TTarget : unmanaged => Piece(loss, logits, target, shape, inputs, statistics, default, CpuMode.Accumulate);

    /// <inheritdoc cref="Accumulate{T, TTarget}(ILoss, ReadOnlySpan{T}, ReadOnlySpan{TTarget}, LossShape, LossInputs, LossStatistics)"/>
    public static void Accumulate<T, TTarget>(
        this ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossStatistics statistics)
        where T : unmanaged
        where TTarget : unmanaged => Piece(loss, logits, target, shape, default, statistics, default, CpuMode.Accumulate);

    /// <summary>The value from the sums of all pieces.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="statistics">The sums.</param>
    /// <param name="components">Receives the terms' shares; null for none. See <see cref="CreateComponents"/>.</param>
    public static double Finish(this ILoss loss, LossStatistics statistics, LossComponents? components = null)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(statistics);
        fixed (double* sums = statistics.Array, parts = components?.Prepare(loss, statistics.SumShape.Classes))
        {
            var call = new CpuCall
            {
                Components = parts,
                Mode = CpuMode.Finish,
                Shape = statistics.SumShape,
                WholeBatch = statistics.WholeBatch,
                WholePixels = statistics.WholePixels,
                Statistics = sums,
                TargetElement = statistics.HasLabels ? TargetElement.Int64 : TargetElement.Double,
            };
            loss.Run(ref call);
            return call.Value;
        }
    }

    /// <summary>The gradient at a piece's logits of the loss of all pieces together.</summary>
    /// <typeparam name="T">float, double, <see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TTarget">An integer type or bool for class indices; float, double or bool for a dense target.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="target">N * S class indices, or a dense target.</param>
    /// <param name="shape">The extents of the piece.</param>
    /// <param name="inputs">The loss's own inputs.</param>
    /// <param name="statistics">The sums of all pieces.</param>
    /// <param name="gradient">Receives N * C * S numbers, laid out like the logits. It may not overlap them.</param>
    /// <param name="upstream">What the gradient is multiplied by, finite: the gradient that arrives, or a loss scale.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    public static void Gradient<T, TTarget>(
        this ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs inputs,
        LossStatistics statistics, Span<T> gradient, double upstream = 1)
        where T : unmanaged
        where TTarget : unmanaged => Piece(loss, logits, target, shape, inputs, statistics, gradient, CpuMode.Gradient, upstream);

    /// <inheritdoc cref="Gradient{T, TTarget}(ILoss, ReadOnlySpan{T}, ReadOnlySpan{TTarget}, LossShape, LossInputs,
    /// LossStatistics, Span{T}, double)"/>
    public static void Gradient<T, TTarget>(
        this ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossStatistics statistics,
        Span<T> gradient, double upstream = 1)
        where T : unmanaged
        where TTarget : unmanaged => Piece(loss, logits, target, shape, default, statistics, gradient, CpuMode.Gradient, upstream);

    private static void Piece<T, TTarget>(
        ILoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape, LossInputs inputs, LossStatistics statistics,
        Span<T> gradient, CpuMode mode, double upstream = 1)
        where T : unmanaged
        where TTarget : unmanaged
    {
        ArgumentNullException.ThrowIfNull(statistics);
        CpuCall call = Prepare<T, TTarget>(loss, logits.Length, target.Length, shape, mode, gradient.Length);
        CheckInputs(loss.Definition, shape, inputs, call.LogitElement);
        CallRules.Upstream(upstream);
        statistics.Check(loss, shape, call.HasLabels);
        CheckOverlap(logits, inputs, gradient);
        fixed (double* sums = statistics.Array)
        {
            call.Statistics = sums;
            call.Upstream = &upstream;
            if (mode == CpuMode.Gradient)
                (call.WholeBatch, call.WholePixels) = (statistics.WholeBatch, statistics.WholePixels);
            Run(loss, logits, target, inputs, gradient, ref call);
        }

        if (mode == CpuMode.Accumulate)
            statistics.Add(shape);
    }
}
