using System.Numerics;
using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Metrics;

/// <summary>
/// Counts pixels into rows of 3 C + 1 numbers: true positives, false positives and false negatives of each class, then the pixels. A tile
/// at a time: what is predicted, what is labelled, then each class by lanes.
/// </summary>
/// <typeparam name="T">double for logits of double, else float.</typeparam>
internal unsafe ref struct PixelCounter<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Width = 512;

    // Each class is a walk over the tile. With many, one over the pixels is shorter.
    private const int ManyClasses = 24;

    private readonly LossDefinition definition;
    private readonly int classes;
    private Span<long> row;

    private PixelCounter(LossDefinition definition)
    {
        this.definition = definition;
        classes = definition.Classes;
    }

    /// <summary>Counts the images of a piece.</summary>
    /// <param name="definition">What is asked of them.</param>
    /// <param name="rule">What logits predict.</param>
    /// <param name="predictions">What is predicted.</param>
    /// <param name="target">The target.</param>
    /// <param name="source">The same as labels, if it is such.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="rows">What is added to: a row an image, or one for all of them.</param>
    public static void Count<TTarget>(
        LossDefinition definition, PredictionRule rule, in PredictionSource predictions, TTarget* target, in LabelSource source,
        LossShape shape, Span<long> rows)
        where TTarget : unmanaged
    {
        var counter = new PixelCounter<T>(definition);
        Workspace memory = Workspace.Rent(WorkspaceUse.Metrics, PredictedTiles<T>.Bytes(predictions, shape, Width));
        var predicted = new PredictedTiles<T>(predictions, rule, shape, Width, memory);
        int length = (3 * definition.Classes) + 1, step = rows.Length == length ? 0 : length;
        for (int n = 0; n < shape.Batch; n++)
        {
            counter.row = rows.Slice(n * step, length);
            counter.Image(ref predicted, target, source, shape, n);
        }
    }

    private readonly void Image<TTarget>(ref PredictedTiles<T> predictions, TTarget* target, in LabelSource source, LossShape shape, int n)
        where TTarget : unmanaged
    {
        bool hasLabels = source.Element <= TargetElement.Int64;
        T* labels = stackalloc T[Width];
        int* integers = stackalloc int[Width];
        for (long pixel = 0; pixel < shape.Pixels; pixel += Width)
        {
            int count = (int)Math.Min(Width, shape.Pixels - pixel);
            predictions.Read(n, pixel, count);
            bool hasIgnored = false;
            if (hasLabels)
                hasIgnored = ReadLabels(source, shape, (n * shape.Pixels) + pixel, count, integers, labels);
            else
                row[3 * classes] += count;
            predictions.ReadClasses(source, hasLabels);
            if (hasLabels && predictions.IsOneClass && classes > ManyClasses)
            {
                CountPixels(predictions.Of(0), labels, count);
                continue;
            }

            for (int c = 0; c < classes; c++)
            {
                T* predicted = predictions.Of(c);
                if (!hasLabels)
                {
                    TTarget* elements = target + ((((long)n * classes) + c) * shape.Pixels) + pixel;
                    hasIgnored = ReadElements(elements, count, T.CreateTruncating(c), integers, labels);
                }

                // The next class has other elements to leave out.
                if (hasIgnored && !hasLabels && predictions.IsOneClass)
                    predicted = predictions.Copy();
                if (hasIgnored)
                    LeaveOut(integers, count, predicted, labels);
                CountClass(c, predicted, labels, count);
            }
        }
    }

    // The class of each pixel, -1 where it has none; whether some are ignored, which integers say.
    private readonly bool ReadLabels(in LabelSource source, LossShape shape, long offset, int count, int* integers, T* labels)
    {
        bool hasIgnored = TileLabels.Read(source, shape, offset, count, integers, labels);
        row[3 * classes] += count;
        if (!hasIgnored)
            return false;
        for (int i = 0; i < count; i++)
        {
            bool isIgnored = integers[i] == source.IgnoreIndex;
            row[3 * classes] -= isIgnored ? 1 : 0;
            integers[i] = isIgnored ? 1 : 0;
        }

        return true;
    }

    private readonly bool ReadElements<TTarget>(TTarget* target, int count, T c, int* integers, T* labels)
        where TTarget : unmanaged
    {
        double ignored = definition.IgnoreIndex ?? double.NaN; // which equals nothing
        if (typeof(TTarget) == typeof(T))
            return ReadElements((T*)target, count, c, ignored, integers, labels);
        bool hasIgnored = false;
        for (int i = 0; i < count; i++)
        {
            double element = CallChecks.ToDouble(target[i]);
            bool isIgnored = element == ignored;
            hasIgnored |= isIgnored;
            integers[i] = isIgnored ? 1 : 0;
            labels[i] = element > 0.5 ? c : T.NegativeOne;
        }

        return hasIgnored;
    }

    // The same by lanes.
    private static bool ReadElements(T* target, int count, T c, double ignoredElement, int* integers, T* labels)
    {
        // A number that T has not is no element's.
        T half = T.CreateTruncating(0.5), ignored = T.CreateTruncating(ignoredElement);
        if (double.CreateTruncating(ignored) != ignoredElement)
            ignored = T.NaN;
        Vector<T> some = default;
        int i = 0;
        for (; i + Vector<T>.Count <= count; i += Vector<T>.Count)
        {
            Vector<T> element = Vector.Load(target + i), isLabelled = Vector.GreaterThan(element, Vector.Create(half));
            some |= Vector.Equals(element, Vector.Create(ignored));
            Vector.Store(Vector.ConditionalSelect(isLabelled, Vector.Create(c), Vector.Create(T.NegativeOne)), labels + i);
        }

        bool hasIgnored = !Vector.EqualsAll(some.As<T, byte>(), Vector<byte>.Zero);
        for (; i < count; i++)
        {
            hasIgnored |= target[i] == ignored;
            labels[i] = target[i] > half ? c : T.NegativeOne;
        }

        for (i = 0; i < count && hasIgnored; i++)
            integers[i] = target[i] == ignored ? 1 : 0;
        return hasIgnored;
    }

    // Neither predicted nor labelled.
    private static void LeaveOut(int* isIgnored, int count, T* predicted, T* labels)
    {
        for (int i = 0; i < count; i++)
        {
            if (isIgnored[i] != 0)
                labels[i] = predicted[i] = T.CreateTruncating(-2);
        }
    }

    private readonly void CountClass(int c, T* predicted, T* labels, int count)
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

        row[c] += hits;
        row[classes + c] += predictions - hits;
        row[(2 * classes) + c] += members - hits;
    }

    private readonly void CountPixels(T* predicted, T* labels, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (labels[i] < T.Zero)
                continue; // ignored: with several classes every other pixel has one
            int found = T.ConvertToIntegerNative<int>(predicted[i]), label = T.ConvertToIntegerNative<int>(labels[i]);
            if (found == label)
                row[label]++;
            else
                (row[classes + found], row[(2 * classes) + label]) = (row[classes + found] + 1, row[(2 * classes) + label] + 1);
        }
    }
}
