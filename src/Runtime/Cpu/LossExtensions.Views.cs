using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen;

/// <content>Losses of pairs on two views of the same samples, which need no labels.</content>
public static unsafe partial class LossExtensions
{
    /// <summary>
    /// The value of a loss that compares pairs, on two views of the same samples: row i and row i + N / 2 belong together. With
    /// <see cref="Pairs.Correlation"/> and <see cref="Pairs.Covariance"/> columns do.
    /// </summary>
    /// <typeparam name="T">float, double, <see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss, which declares <see cref="LossAttribute.Pairs"/>.</param>
    /// <param name="embeddings">N * D numbers, row by row: those of the first view, then those of the second.</param>
    /// <param name="shape"><see cref="LossShape.OfRows"/> with the rows of both views.</param>
    /// <param name="components">Receives the terms' shares; null for none.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape or the declaration; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The loss declares no pairs.</exception>
    public static double EvaluateViews<T>(this ILoss loss, ReadOnlySpan<T> embeddings, LossShape shape, LossComponents? components = null)
        where T : unmanaged => Views(loss, embeddings, shape, default, CpuMode.Value, components, 1);

    /// <summary>The value of a loss that compares pairs, on two views of the same samples, and its gradient at the embeddings.</summary>
    /// <inheritdoc cref="EvaluateViews{T}(ILoss, ReadOnlySpan{T}, LossShape, LossComponents)"/>
    /// <param name="loss">The loss, which declares <see cref="LossAttribute.Pairs"/>.</param>
    /// <param name="embeddings">N * D numbers, row by row: those of the first view, then those of the second.</param>
    /// <param name="shape"><see cref="LossShape.OfRows"/> with the rows of both views.</param>
    /// <param name="gradient">Receives N * D numbers, laid out like the embeddings. It may not overlap them.</param>
    /// <param name="components">Receives the terms' shares; null for none.</param>
    /// <param name="upstream">What the gradient is multiplied by, finite. The value returned stays as it is.</param>
    public static double EvaluateViewsWithGradient<T>(
        this ILoss loss, ReadOnlySpan<T> embeddings, LossShape shape, Span<T> gradient, LossComponents? components = null, double upstream =
            1)
        where T : unmanaged => Views(loss, embeddings, shape, gradient, CpuMode.ValueAndGradient, components, upstream);

    private static double Views<T>(
        ILoss loss, ReadOnlySpan<T> embeddings, LossShape shape, Span<T> gradient, CpuMode mode, LossComponents? components,
            double upstream)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(loss);
        LossDefinition definition = loss.Definition;
        CallChecks.Shape(definition, shape);
        PairChecks.Views(definition, shape);
        long count = (long)shape.Batch * shape.Classes;
        if (embeddings.Length != count)
            CallChecks.Length(embeddings.Length, count, nameof(embeddings), $"N * D = {shape.Batch} * {shape.Classes}");
        if (mode == CpuMode.ValueAndGradient && gradient.Length != count)
            CallChecks.Length(gradient.Length, count, nameof(gradient), "as many as embeddings");
        if (embeddings.Overlaps(gradient))
            throw new ArgumentException("gradient overlaps embeddings; it needs memory of its own.", nameof(gradient));
        CallRules.Upstream(upstream);
        int* labels = Workspace.Rent(WorkspaceUse.Views, Workspace.Size<int>(shape.Batch)).Take<int>(shape.Batch);
        for (int row = 0; row < shape.Batch; row++)
            labels[row] = row % (shape.Batch / 2);
        fixed (double* parts = components?.Prepare(loss, shape.Classes))
        fixed (T* x = embeddings, g = gradient)
        {
            var call = new CpuCall
            {
                Mode = mode,
                Shape = shape,
                LogitElement = CallChecks.LogitElementOf<T>(),
                TargetElement = TargetElement.Int32,
                Logits = x,
                Target = labels,
                Gradient = g,
                Components = parts,
                Upstream = &upstream,
            };
            loss.Run(ref call);
            return call.Value;
        }
    }
}
