using System.Numerics;
using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>
/// Operations on the neighbours of each pixel along one axis, of one image of one class. The image is <paramref name="Outer"/> blocks of <paramref name="Size"/> rows of
/// <paramref name="Inner"/> adjacent numbers; along the last axis a row is one number.
/// </summary>
/// <param name="Outer">The product of the extents before the axis.</param>
/// <param name="Size">The extent of the axis.</param>
/// <param name="Inner">The product of the extents behind the axis.</param>
internal readonly record struct ImageAxis(int Outer, int Size, int Inner)
{
    /// <summary>The pixels of an image.</summary>
    public long Pixels => (long)Outer * Size * Inner;

    /// <summary>Which pixel is read at a place; -1 where none is.</summary>
    public int Source(int place, Border border)
    {
        if ((uint)place < (uint)Size)
            return place;
        if (border == Border.Zero)
            return -1;
        if (border == Border.Replicate || Size == 1)
            return place < 0 ? 0 : Size - 1;
        int period = 2 * (Size - 1), within = ((place % period) + period) % period;
        return within < Size ? within : period - within;
    }
}

/// <summary>The steps that look at neighbours, on vectors.</summary>
/// <remarks>The order of additions depends on nothing but the image, so that results have the same bits on any number of threads.</remarks>
internal static unsafe class Neighbours<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, IVector<V, T>
{
    // Registers of a row that are worked on together, so that a weight is loaded once for all of them.
    private const int Registers = 4;

    /// <summary>The elements of scratch memory that a step needs.</summary>
    public static long ScratchLength(StepLayout step, in ImageAxis axis) => axis.Inner > 1 ? step.Size : step.Size + (3 * RowLength(step, axis));

    /// <summary>Runs a step on one image of one class.</summary>
    /// <param name="step">What it does.</param>
    /// <param name="axis">The image.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="arriving">What arrives at a pool's result, for <see cref="StepKind.PoolSlope"/>.</param>
    /// <param name="output">What it leaves.</param>
    /// <param name="scratch">Memory of <see cref="ScratchLength"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(StepLayout step, in ImageAxis axis, T* input, T* arriving, T* output, T* scratch)
    {
        switch (step.Kind)
        {
            case StepKind.Correlate when step.IsTransposed:
                Transposed(step, axis, input, output, scratch);
                break;
            case StepKind.Correlate:
                Correlate(step, axis, step.First, step.Border, isReversed: false, input, output, scratch);
                break;
            case StepKind.Pool when step.IsMinimum:
                Pool<Smallest>(step, axis, input, output, scratch);
                break;
            case StepKind.Pool:
                Pool<Largest>(step, axis, input, output, scratch);
                break;
            case StepKind.PoolSlope when step.IsMinimum:
                PoolSlope<Smallest>(step, axis, input, arriving, output, scratch);
                break;
            default:
                PoolSlope<Largest>(step, axis, input, arriving, output, scratch);
                break;
        }
    }

    // A row with what lies beyond its ends, and room for whole registers behind it.
    private static long RowLength(StepLayout step, in ImageAxis axis) => axis.Size + step.Size + (2 * Registers * V.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Correlate(
        StepLayout step, in ImageAxis axis, int first, Border border, bool isReversed, T* input, T* output, T* scratch)
    {
        int taps = step.Size;
        T* weights = scratch;
        for (int k = 0; k < taps; k++)
            weights[k] = CallChecks.FromDouble<T>(step.Weights[isReversed ? taps - 1 - k : k]);
        if (axis.Inner == 1)
        {
            T* padded = scratch + taps;
            for (int row = 0; row < axis.Outer; row++, input += axis.Size, output += axis.Size)
            {
                Pad(axis, first, taps, border, T.Zero, input, padded);
                AddRows(padded, 1, weights, taps, axis.Size, output);
            }

            return;
        }

        // Rows inside the image read rows that are as far apart as the window's places; at the edges each is looked up.
        T** rows = stackalloc T*[taps];
        T* used = stackalloc T[taps];
        for (int block = 0; block < axis.Outer; block++)
        {
            T* image = input + ((long)block * axis.Size * axis.Inner), result = output + ((long)block * axis.Size * axis.Inner);
            for (int place = 0; place < axis.Size; place++, result += axis.Inner)
            {
                if (place + first >= 0 && place + first + taps <= axis.Size)
                {
                    AddRows(image + ((long)(place + first) * axis.Inner), axis.Inner, weights, taps, axis.Inner, result);
                    continue;
                }

                int count = 0;
                for (int k = 0; k < taps; k++)
                {
                    int source = axis.Source(place + first + k, border);
                    if (source < 0)
                        continue;
                    rows[count] = image + ((long)source * axis.Inner);
                    used[count++] = weights[k];
                }

                AddRows(rows, used, count, axis.Inner, result);
            }
        }
    }

    // The transposed operation as the one of zeros beyond the edge, backwards, and what fell beyond the edge put back to where it was read.
    private static void Transposed(StepLayout step, in ImageAxis axis, T* input, T* output, T* scratch)
    {
        int taps = step.Size, last = step.First + taps - 1;
        Correlate(step, axis, -last, Border.Zero, isReversed: true, input, output, scratch);
        for (int block = 0; block < axis.Outer; block++)
        {
            T* image = input + ((long)block * axis.Size * axis.Inner), result = output + ((long)block * axis.Size * axis.Inner);
            for (int place = step.First; place < axis.Size + last; place++)
            {
                if ((uint)place < (uint)axis.Size)
                    continue;
                T* row = result + ((long)axis.Source(place, step.Border) * axis.Inner);
                for (int k = 0; k < taps; k++)
                {
                    int from = place - step.First - k;
                    if ((uint)from < (uint)axis.Size)
                        AddScaled(image + ((long)from * axis.Inner), CallChecks.FromDouble<T>(step.Weights[k]), axis.Inner, row);
                }
            }
        }
    }

    private static void AddScaled(T* row, T weight, int length, T* sum)
    {
        for (int i = 0; i < length; i++)
            sum[i] += weight * row[i];
    }

    // The weighted sum of rows that are a stride apart.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows(T* rows, nint stride, T* weights, int taps, int length, T* output)
    {
        int i = 0;
        for (; i + (Registers * V.Count) <= length; i += Registers * V.Count)
        {
            T* row = rows + i;
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            for (int k = 0; k < taps; k++, row += stride)
            {
                V weight = V.Broadcast(weights + k);
                s0 = V.MultiplyAdd(weight, V.Load(row), s0);
                s1 = V.MultiplyAdd(weight, V.Load(row + V.Count), s1);
                s2 = V.MultiplyAdd(weight, V.Load(row + (2 * V.Count)), s2);
                s3 = V.MultiplyAdd(weight, V.Load(row + (3 * V.Count)), s3);
            }

            V.Store(s0, output + i);
            V.Store(s1, output + i + V.Count);
            V.Store(s2, output + i + (2 * V.Count));
            V.Store(s3, output + i + (3 * V.Count));
        }

        for (; i + V.Count <= length; i += V.Count)
        {
            T* row = rows + i;
            V sum = V.Zero;
            for (int k = 0; k < taps; k++, row += stride)
                sum = V.MultiplyAdd(V.Broadcast(weights + k), V.Load(row), sum);
            V.Store(sum, output + i);
        }

        for (; i < length; i++)
        {
            T* row = rows + i;
            T sum = T.Zero;
            for (int k = 0; k < taps; k++, row += stride)
                sum = T.FusedMultiplyAdd(weights[k], *row, sum);
            output[i] = sum;
        }
    }

    // The weighted sum of rows that lie anywhere.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows(T** rows, T* weights, int count, int length, T* output)
    {
        int i = 0;
        for (; i + V.Count <= length; i += V.Count)
        {
            V sum = V.Zero;
            for (int k = 0; k < count; k++)
                sum = V.MultiplyAdd(V.Broadcast(weights + k), V.Load(rows[k] + i), sum);
            V.Store(sum, output + i);
        }

        for (; i < length; i++)
        {
            T sum = T.Zero;
            for (int k = 0; k < count; k++)
                sum = T.FusedMultiplyAdd(weights[k], rows[k][i], sum);
            output[i] = sum;
        }
    }

    // A row with what is read beyond its ends, for windows at all its places.
    private static void Pad(in ImageAxis axis, int first, int taps, Border border, T edge, T* row, T* padded)
    {
        int count = axis.Size + taps - 1;
        for (int j = 0; j < count; j++)
        {
            int place = j + first;
            if (place == 0 && count - j >= axis.Size)
            {
                new ReadOnlySpan<T>(row, axis.Size).CopyTo(new Span<T>(padded + j, axis.Size));
                j += axis.Size - 1;
                continue;
            }

            int source = axis.Source(place, border);
            padded[j] = source < 0 ? edge : row[source];
        }

        new Span<T>(padded + count, Registers * V.Count).Fill(edge);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pool<TOrder>(StepLayout step, in ImageAxis axis, T* input, T* output, T* scratch)
        where TOrder : struct, IOrder
    {
        int taps = step.Size;
        if (axis.Inner == 1)
        {
            for (int row = 0; row < axis.Outer; row++, input += axis.Size, output += axis.Size)
            {
                Pad(axis, step.First, taps, Border.Zero, TOrder.Least, input, scratch);
                BestOfRows<TOrder>(scratch, 1, taps, axis.Size, output);
            }

            return;
        }

        for (int block = 0; block < axis.Outer; block++)
        {
            T* image = input + ((long)block * axis.Size * axis.Inner), result = output + ((long)block * axis.Size * axis.Inner);
            for (int place = 0; place < axis.Size; place++, result += axis.Inner)
            {
                (int from, int count) = Inside(step, axis, place);
                BestOfRows<TOrder>(image + ((long)from * axis.Inner), axis.Inner, count, axis.Inner, result);
            }
        }
    }

    // The places of a window that are inside the image.
    private static (int From, int Count) Inside(StepLayout step, in ImageAxis axis, int place)
    {
        int from = Math.Max(0, place + step.First), end = Math.Min(axis.Size, place + step.First + step.Size);
        return (from, Math.Max(0, end - from));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BestOfRows<TOrder>(T* rows, nint stride, int count, int length, T* output)
        where TOrder : struct, IOrder
    {
        int i = 0;
        for (; i + V.Count <= length; i += V.Count)
        {
            T* row = rows + i;
            V best = TOrder.LeastOfAll;
            for (int k = 0; k < count; k++, row += stride)
                best = TOrder.Better(best, V.Load(row));
            V.Store(best, output + i);
        }

        for (; i < length; i++)
        {
            T best = TOrder.Least;
            for (int k = 0; k < count; k++)
                best = TOrder.Better(best, rows[(k * stride) + i]);
            output[i] = best;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PoolSlope<TOrder>(StepLayout step, in ImageAxis axis, T* input, T* arriving, T* output, T* scratch)
        where TOrder : struct, IOrder
    {
        if (axis.Inner == 1)
        {
            PoolSlopeOfRows<TOrder>(step, axis, input, arriving, output, scratch);
            return;
        }

        new Span<T>(output, checked((int)axis.Pixels)).Clear();
        for (int block = 0; block < axis.Outer; block++)
        {
            long start = (long)block * axis.Size * axis.Inner;
            for (int place = 0; place < axis.Size; place++)
            {
                (int from, int count) = Inside(step, axis, place);
                long at = start + ((long)from * axis.Inner);
                HandOut<TOrder>(input + at, output + at, axis.Inner, count, arriving + start + ((long)place * axis.Inner), axis.Inner);
            }
        }
    }

    // To the first of the best of some rows, element by element.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void HandOut<TOrder>(T* rows, T* sums, nint stride, int count, T* arriving, int length)
        where TOrder : struct, IOrder
    {
        int i = 0;
        for (; i + V.Count <= length; i += V.Count)
        {
            T* row = rows + i, sum = sums + i;
            V best = TOrder.LeastOfAll;
            for (int k = 0; k < count; k++, row += stride)
                best = TOrder.Better(best, V.Load(row));
            V left = V.Load(arriving + i);
            row = rows + i;
            for (int k = 0; k < count; k++, row += stride, sum += stride)
            {
                V isWorse = TOrder.IsWorse(V.Load(row), best);
                V.Store(V.Load(sum) + V.Select(isWorse, V.Zero, left), sum);
                left &= isWorse;
            }
        }

        for (; i < length; i++)
        {
            T best = TOrder.Least;
            for (int k = 0; k < count; k++)
                best = TOrder.Better(best, rows[(k * stride) + i]);
            for (int k = 0; k < count; k++)
            {
                if (TOrder.IsWorse(rows[(k * stride) + i], best))
                    continue;
                sums[(k * stride) + i] += arriving[i];
                break;
            }
        }
    }

    // Along the last axis: windows overlap inside a register, so that one place of all of them is handed out after the other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PoolSlopeOfRows<TOrder>(StepLayout step, in ImageAxis axis, T* input, T* arriving, T* output, T* scratch)
        where TOrder : struct, IOrder
    {
        int taps = step.Size;
        long length = RowLength(step, axis);
        T* padded = scratch, sums = padded + length, slopes = sums + length;
        new Span<T>(slopes, checked((int)length)).Clear();
        for (int row = 0; row < axis.Outer; row++, input += axis.Size, arriving += axis.Size, output += axis.Size)
        {
            Pad(axis, step.First, taps, Border.Zero, TOrder.Least, input, padded);
            new Span<T>(sums, checked((int)length)).Clear();
            new ReadOnlySpan<T>(arriving, axis.Size).CopyTo(new Span<T>(slopes, axis.Size));
            for (int i = 0; i < axis.Size; i += V.Count)
            {
                V best = TOrder.LeastOfAll;
                for (int k = 0; k < taps; k++)
                    best = TOrder.Better(best, V.Load(padded + i + k));
                V left = V.Load(slopes + i);
                for (int k = 0; k < taps; k++)
                {
                    V isWorse = TOrder.IsWorse(V.Load(padded + i + k), best);
                    V.Store(V.Load(sums + i + k) + V.Select(isWorse, V.Zero, left), sums + i + k);
                    left &= isWorse;
                }
            }

            for (int place = 0; place < axis.Size; place++)
            {
                int at = place - step.First;
                output[place] = at >= 0 && at < axis.Size + taps - 1 ? sums[at] : T.Zero;
            }
        }
    }

    // Largest or smallest. A number that is none is better than all.
    private interface IOrder
    {
        static abstract T Least { get; }

        static abstract V LeastOfAll { get; }

        static abstract V Better(V a, V b);

        static abstract T Better(T a, T b);

        static abstract V IsWorse(V a, V best);

        static abstract bool IsWorse(T a, T best);
    }

    private readonly struct Largest : IOrder
    {
        public static T Least => T.NegativeInfinity;

        public static V LeastOfAll => V.Create(double.NegativeInfinity);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Better(V a, V b) => V.Max(a, b);

        public static T Better(T a, T b) => T.Max(a, b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V IsWorse(V a, V best) => V.Less(a, best);

        public static bool IsWorse(T a, T best) => a < best;
    }

    private readonly struct Smallest : IOrder
    {
        public static T Least => T.PositiveInfinity;

        public static V LeastOfAll => V.Create(double.PositiveInfinity);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Better(V a, V b) => V.Min(a, b);

        public static T Better(T a, T b) => T.Min(a, b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V IsWorse(V a, V best) => V.Less(best, a);

        public static bool IsWorse(T a, T best) => a > best;
    }
}
