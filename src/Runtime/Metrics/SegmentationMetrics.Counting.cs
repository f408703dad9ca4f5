using System.Numerics;
using LossGen.Cpu;
using LossGen.Kernels;
using LossGen.Metrics;

namespace LossGen;

/// <content>Counting. A tile of pixels at a time: what is predicted, what is labelled, then each class by lanes.</content>
public sealed unsafe partial class SegmentationMetrics
{
    private const int Width = 512;

    // Each class is a walk over the tile. With many, one over the pixels is shorter.
    private const int ManyClasses = 24;

    private protected override void Count<T, TTarget>(
        void* logits, LogitElement element, TTarget* target, in LabelSource source, LossShape shape)
    {
        bool hasLabels = source.Element <= TargetElement.Int64;
        piece.AsSpan().Clear();
        T* best = stackalloc T[Width], predicted = stackalloc T[Width], labels = stackalloc T[Width];
        int* integers = stackalloc int[Width];
        Workspace memory = Workspace.Rent(WorkspaceUse.Metrics, LogitTiles<T>.Bytes(element, shape, Width, isWritten: false));
        var tiles = new LogitTiles<T>(logits, element, shape, Width, isWritten: false, memory);
        long stride = tiles.Stride;
        for (int n = 0; n < shape.Batch; n++)
        {
            for (long pixel = 0; pixel < shape.Pixels; pixel += Width)
            {
                int count = (int)Math.Min(Width, shape.Pixels - pixel);
                T* logit = tiles.Read(n, pixel, count);
                if (usesLargest)
                    Largest(logit, stride, count, best, predicted);
                bool hasIgnored = false;
                if (hasLabels)
                    hasIgnored = ReadLabels(source, shape, (n * shape.Pixels) + pixel, count, integers, labels);
                else
                    piece[3 * Classes] += count;
                if (hasLabels && usesLargest && Classes > ManyClasses)
                {
                    CountPixels(predicted, labels, count);
                    continue;
                }

                for (int c = 0; c < Classes; c++)
                {
                    T self = T.CreateTruncating(c);
                    if (!usesLargest)
                        Above(logit + (c * stride), count, self, predicted);
                    TTarget* elements = target + ((((long)n * Classes) + c) * shape.Pixels) + pixel;
                    if (!hasLabels)
                        hasIgnored = ReadElements(elements, count, self, integers, labels);
                    T* own = predicted;
                    if (hasIgnored && !hasLabels && usesLargest)
                    {
                        // The next class has other elements to leave out.
                        own = best;
                        new ReadOnlySpan<T>(predicted, count).CopyTo(new Span<T>(own, count));
                    }

                    if (hasIgnored)
                        LeaveOut(integers, count, own, labels);
                    CountClass(c, own, labels, count);
                }
            }
        }

        for (int i = 0; i < counts.Length; i++)
            counts[i] += piece[i];
    }

    // The class of the largest logit: the first of equal ones, 0 where the first is NaN.
    private void Largest<T>(T* logit, long pixels, int count, T* best, T* predicted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        new ReadOnlySpan<T>(logit, count).CopyTo(new Span<T>(best, count));
        new Span<T>(predicted, count).Clear();
        for (int c = 1; c < Classes; c++)
        {
            T* own = logit + (c * pixels);
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

    // The class where it is predicted, elsewhere -1.
    private void Above<T>(T* logit, int count, T c, T* predicted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T limit = T.CreateTruncating(bound);
        int i = 0;
        for (; i + Vector<T>.Count <= count; i += Vector<T>.Count)
        {
            Vector<T> isAbove = Vector.GreaterThan(Vector.Load(logit + i), Vector.Create(limit));
            Vector.Store(Vector.ConditionalSelect(isAbove, Vector.Create(c), Vector.Create(T.NegativeOne)), predicted + i);
        }

        for (; i < count; i++)
            predicted[i] = logit[i] > limit ? c : T.NegativeOne;
    }

    // The class of each pixel, -1 where it has none; whether some are ignored, which integers say.
    private bool ReadLabels<T>(in LabelSource source, LossShape shape, long offset, int count, int* integers, T* labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LabelReader.ToInt(source, offset, count, integers);
        LabelReader.Found found = LabelReader.Convert(source, integers, count, labels);
        if (found.HasFlag(LabelReader.Found.Bad))
            ThrowBadLabel(source, shape, offset, count);
        piece[3 * Classes] += count;
        if (!found.HasFlag(LabelReader.Found.Ignored))
            return false;
        for (int i = 0; i < count; i++)
        {
            bool isIgnored = integers[i] == source.IgnoreIndex;
            piece[3 * Classes] -= isIgnored ? 1 : 0;
            integers[i] = isIgnored ? 1 : 0;
        }

        return true;
    }

    private bool ReadElements<T, TTarget>(TTarget* target, int count, T c, int* integers, T* labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTarget : unmanaged
    {
        bool hasIgnored = false;
        for (int i = 0; i < count; i++)
        {
            double element = CallChecks.ToDouble(target[i]);
            bool isIgnored = element == Definition.IgnoreIndex;
            hasIgnored |= isIgnored;
            integers[i] = isIgnored ? 1 : 0;
            labels[i] = element > 0.5 ? c : T.NegativeOne;
        }

        return hasIgnored;
    }

    // Neither predicted nor labelled.
    private static void LeaveOut<T>(int* isIgnored, int count, T* predicted, T* labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < count; i++)
        {
            if (isIgnored[i] != 0)
                labels[i] = predicted[i] = T.CreateTruncating(-2);
        }
    }

    private void CountClass<T>(int c, T* predicted, T* labels, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T own = T.CreateTruncating(c);
        Vector<T> self = Vector.Create(own), both = default, found = default, labelled = default;
        int i = 0;
        for (; i + Vector<T>.Count <= count; i += Vector<T>.Count)
        {
            Vector<T> isFound = Vector.Equals(Vector.Load(predicted + i), self), isLabelled = Vector.Equals(Vector.Load(labels + i), self);
            found += isFound & Vector<T>.One;
            labelled += isLabelled & Vector<T>.One;
            both += isFound & isLabelled & Vector<T>.One;
        }

        // At most the tile's width: exact.
        long hits = long.CreateTruncating(Vector.Sum(both));
        long predictions = long.CreateTruncating(Vector.Sum(found)), members = long.CreateTruncating(Vector.Sum(labelled));
        for (; i < count; i++)
        {
            bool isFound = predicted[i] == own, isLabelled = labels[i] == own;
            predictions += isFound ? 1 : 0;
            members += isLabelled ? 1 : 0;
            hits += isFound && isLabelled ? 1 : 0;
        }

        Add(c, hits, predictions - hits, members - hits);
    }

    private void CountPixels<T>(T* predicted, T* labels, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < count; i++)
        {
            if (labels[i] < T.Zero)
                continue; // ignored: with several Classes every other pixel has one
            int found = int.CreateTruncating(predicted[i]), label = int.CreateTruncating(labels[i]);
            if (found == label)
                Add(label, 1, 0, 0);
            else
                (piece[Classes + found], piece[(2 * Classes) + label]) = (piece[Classes + found] + 1, piece[(2 * Classes) + label] + 1);
        }
    }

    private void Add(int c, long hits, long wrong, long missed)
    {
        piece[c] += hits;
        piece[Classes + c] += wrong;
        piece[(2 * Classes) + c] += missed;
    }
}
