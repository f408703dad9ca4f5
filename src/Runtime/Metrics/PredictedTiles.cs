using System.Numerics;
using LossGen.Cpu;

namespace LossGen.Metrics;

/// <summary>The predicted class of pixels, a tile at a time, as numbers that lanes compare with the number of a class.</summary>
/// <typeparam name="T">double for logits of double, else float.</typeparam>
internal unsafe ref struct PredictedTiles<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PredictionSource source;
    private readonly PredictionRule rule;
    private readonly LogitTiles<T> logits;
    private readonly LossShape shape;
    private readonly T* predicted;
    private readonly T* best;
    private readonly int* integers;
    private int image;
    private long pixel;
    private int count;
    private T* logit;

    /// <summary>Tiles of a piece.</summary>
    /// <param name="source">What is predicted.</param>
    /// <param name="rule">What logits predict.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="width">The most pixels of a tile.</param>
    /// <param name="memory">Has room for <see cref="Bytes"/>.</param>
    public PredictedTiles(in PredictionSource source, PredictionRule rule, LossShape shape, int width, Workspace memory)
    {
        this.source = source;
        this.rule = rule;
        this.shape = shape;
        predicted = memory.Take<T>(width);
        best = memory.Take<T>(width);
        integers = memory.Take<int>(width);
        if (source.Kind == PredictionKind.Logits)
            logits = new(source.Data, source.Logits, shape, width, isWritten: false, memory);
        IsOneClass = source.Kind == PredictionKind.Classes || (source.Kind == PredictionKind.Logits && rule.UsesLargest);
    }

    /// <summary>A pixel is predicted as one class; otherwise each class is predicted by itself.</summary>
    public bool IsOneClass { get; }

    /// <summary>The memory that reading tiles takes.</summary>
    public static long Bytes(in PredictionSource source, LossShape shape, int width) =>
        (2 * Workspace.Size<T>(width)) + Workspace.Size<int>(width)
        + (source.Kind == PredictionKind.Logits ? LogitTiles<T>.Bytes(source.Logits, shape, width, isWritten: false) : 0);

    /// <summary>Reads a tile.</summary>
    /// <param name="n">The image.</param>
    /// <param name="first">Its first pixel.</param>
    /// <param name="pixels">How many pixels.</param>
    public void Read(int n, long first, int pixels)
    {
        (image, pixel, count) = (n, first, pixels);
        if (source.Kind != PredictionKind.Logits)
            return;
        logit = logits.Read(n, first, pixels);
        if (rule.UsesLargest)
            Largest();
    }

    /// <summary>Reads class indices of the tile.</summary>
    /// <param name="labels">The pixels' labels: what is predicted of an ignored one need be no class if it is an ignored label,
    /// too.</param>
    /// <param name="hasLabels">There are labels.</param>
    public readonly void ReadClasses(in LabelSource labels, bool hasLabels)
    {
        if (source.Kind != PredictionKind.Classes)
            return;
        LabelSource classes = source.Labels;
        long offset = (image * shape.Pixels) + pixel;
        LabelReader.ToInt(classes, offset, count, integers);
        if (LabelReader.Convert(classes, integers, count, predicted) == LabelReader.Found.Labels)
            return;
        for (long at = offset; at < offset + count; at++)
        {
            long number = classes.Read(at);
            bool isIgnored = hasLabels && labels.IsIgnored(number) && labels.IsIgnored(labels.Read(at));
            if (classes.IsBad(number) && !isIgnored)
                throw source.Bad(number, at, shape.Pixels, classes);
        }
    }

    /// <summary>The tile's pixels: the number of the class where it is predicted, and another one elsewhere.</summary>
    public readonly T* Of(int c)
    {
        if (IsOneClass)
            return predicted;
        if (source.Kind == PredictionKind.Masks)
            Inside((bool*)source.Data + ((((long)image * shape.Classes) + c) * shape.Pixels) + pixel, T.CreateTruncating(c));
        else
            Above(logit + (c * logits.Stride), T.CreateTruncating(c));
        return predicted;
    }

    /// <summary>Another copy of what <see cref="Of"/> gave, to be written to.</summary>
    public readonly T* Copy()
    {
        new ReadOnlySpan<T>(predicted, count).CopyTo(new Span<T>(best, count));
        return best;
    }

    // The class of the largest logit: the first of equal ones, 0 where the first is NaN.
    private readonly void Largest()
    {
        new ReadOnlySpan<T>(logit, count).CopyTo(new Span<T>(best, count));
        new Span<T>(predicted, count).Clear();
        for (int c = 1; c < shape.Classes; c++)
        {
            T* own = logit + (c * logits.Stride);
            T number = T.CreateTruncating(c);
            int i = 0;
            for (; i + Vector<T>.Count <= count; i += Vector<T>.Count)
            {
                Vector<T> value = Vector.Load(own + i), largest = Vector.Load(best + i);
                Vector<T> isLarger = Vector.GreaterThan(value, largest);
                Vector.Store(Vector.ConditionalSelect(isLarger, value, largest), best + i);
                Vector.Store(Vector.ConditionalSelect(isLarger, Vector.Create(number), Vector.Load(predicted + i)), predicted + i);
            }

            for (; i < count; i++)
            {
                if (own[i] > best[i])
                    (best[i], predicted[i]) = (own[i], number);
            }
        }
    }

    private readonly void Above(T* own, T c)
    {
        T limit = T.CreateTruncating(rule.Bound);
        int i = 0;
        for (; i + Vector<T>.Count <= count; i += Vector<T>.Count)
        {
            Vector<T> isAbove = Vector.GreaterThan(Vector.Load(own + i), Vector.Create(limit));
            Vector.Store(Vector.ConditionalSelect(isAbove, Vector.Create(c), Vector.Create(T.NegativeOne)), predicted + i);
        }

        for (; i < count; i++)
            predicted[i] = own[i] > limit ? c : T.NegativeOne;
    }

    private readonly void Inside(bool* mask, T c)
    {
        for (int i = 0; i < count; i++)
            predicted[i] = mask[i] ? c : T.NegativeOne;
    }
}
