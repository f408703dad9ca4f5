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

/// <summary>The extents of an image of some dimensions, those before them 1.</summary>
internal readonly record struct ImageGrid(int Dimensions, int Depth, int Height, int Width)
{
    /// <summary>The image as blocks of rows along one of its axes, counted from its first.</summary>
    public ImageAxis Along(int axis) => (3 - Dimensions + axis) switch
    {
        0 => new(1, Depth, Height * Width),
        1 => new(Depth, Height, Width),
        _ => new(Depth * Height, Width, 1),
    };
}

/// <summary>The steps that look at neighbours, on vectors.</summary>
/// <remarks>The order of additions depends on nothing but the image, so that results have the same bits on any number of threads.</remarks>
internal static unsafe class Neighbours<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, IVector<V, T>
{
    /// <summary>
    /// Images are often a power of two large. Those that begin so many bytes further apart are read side by side without taking one another's place in the caches.
    /// </summary>
    public const int CacheGap = 65 * 64;

    // Registers of a row that are worked on together, so that a weight is loaded once for all of them.
    private const int Registers = 4;

    /// <summary>The elements of scratch memory that a step needs: for a line of neighbours, and for images between the lines of more axes.</summary>
    public static long ScratchLength(StepLayout step, in ImageGrid grid)
    {
        if (step.Kind == StepKind.Distance)
            return EuclideanDistance<T>.ScratchLength(grid) * (sizeof(double) / sizeof(T));
        if (step.Shape == StepShape.Line)
            return LineScratch(step, grid.Along(step.Axis));
        long lines = 0;
        for (int axis = 0; axis < grid.Dimensions; axis++)
            lines = Math.Max(lines, LineScratch(step, grid.Along(axis)));
        return lines + (ScratchImages(step, grid) * ImageRoom(grid));
    }

    /// <summary>Runs a step on one image of one class.</summary>
    /// <param name="step">What it does.</param>
    /// <param name="grid">The image.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="arriving">What arrives at a pool's result, for <see cref="StepKind.PoolSlope"/>.</param>
    /// <param name="output">What it leaves.</param>
    /// <param name="scratch">Memory of <see cref="ScratchLength"/>.</param>
    public static void Run(StepLayout step, in ImageGrid grid, T* input, T* arriving, T* output, T* scratch)
    {
        ImageAxis axis = grid.Along(step.Axis);
        if (step.Kind == StepKind.Distance)
            EuclideanDistance<T>.Transform(grid, step.Weights, input, output, (double*)scratch);
        else if (step.Kind != StepKind.Correlate && step.IsMinimum)
            Pool<Smallest>(step, grid, input, arriving, output, scratch);
        else if (step.Kind != StepKind.Correlate)
            Pool<Largest>(step, grid, input, arriving, output, scratch);
        else if (step.IsTransposed)
            Transposed(step, axis, input, output, scratch);
        else
            Correlate(step, axis, step.First, step.Border, isReversed: false, input, output, scratch);
    }

    private static long LineScratch(StepLayout step, in ImageAxis axis) => (step.Kind, axis.Inner) switch
    {
        (StepKind.Correlate, > 1) => step.Size,
        (StepKind.PoolSlope, > 1) => (long)step.Size * axis.Inner,
        _ => step.Size + (3 * RowLength(step, axis)),
    };

    // A box is pooled axis by axis, and each but the last leaves an image. The arms of a cross each leave one for what arrives.
    private static int ScratchImages(StepLayout step, in ImageGrid grid) => (step.Kind, step.Shape) switch
    {
        (StepKind.Pool, StepShape.Box) => 1,
        (StepKind.PoolSlope, StepShape.Box) => 2 * (grid.Dimensions - 1),
        (StepKind.PoolSlope, StepShape.Cross) => grid.Dimensions,
        _ => 0,
    };

    // Images side by side do not take one another's place in the caches.
    private static long ImageRoom(in ImageGrid grid) => grid.Along(0).Pixels + (CacheGap / sizeof(T));

    private static void Pool<TOrder>(StepLayout step, in ImageGrid grid, T* input, T* arriving, T* output, T* scratch)
        where TOrder : struct, IOrder
    {
        T* images = scratch;
        scratch += ScratchImages(step, grid) * ImageRoom(grid);
        switch (step.Kind, step.Shape)
        {
            case (StepKind.Pool, StepShape.Line):
                PoolLine<TOrder>(step, grid.Along(step.Axis), input, output, scratch, joins: false);
                break;
            case (StepKind.Pool, StepShape.Cross):
                for (int axis = 0; axis < grid.Dimensions; axis++)
                    PoolLine<TOrder>(step, grid.Along(axis), input, output, scratch, joins: axis > 0);
                break;
            case (StepKind.Pool, _):
                PoolBox<TOrder>(step, grid, input, output, images, scratch);
                break;
            case (_, StepShape.Line):
                SlopeOfLine<TOrder>(step, grid.Along(step.Axis), input, arriving, output, scratch, adds: false);
                break;
            case (_, StepShape.Cross):
                SlopeOfCross<TOrder>(step, grid, input, arriving, output, images, scratch);
                break;
            default:
                SlopeOfBox<TOrder>(step, grid, input, arriving, output, images, scratch);
                break;
        }
    }

    // The last axis first: of equal ones the first row by row is then the first.
    private static void PoolBox<TOrder>(StepLayout step, in ImageGrid grid, T* input, T* output, T* image, T* scratch)
        where TOrder : struct, IOrder
    {
        for (int axis = grid.Dimensions - 1; axis >= 0; axis--)
        {
            T* result = axis % 2 == 0 ? output : image;
            PoolLine<TOrder>(step, grid.Along(axis), input, result, scratch, joins: false);
            input = result;
        }
    }

    private static void SlopeOfBox<TOrder>(StepLayout step, in ImageGrid grid, T* input, T* arriving, T* output, T* images, T* scratch)
        where TOrder : struct, IOrder
    {
        // What each axis read, as it was computed, and then what arrives at it.
        long room = ImageRoom(grid);
        int last = grid.Dimensions - 1;
        for (int axis = last; axis > 0; axis--)
            PoolLine<TOrder>(step, grid.Along(axis), axis == last ? input : images + (axis * room), images + ((axis - 1) * room), scratch, joins: false);
        T* slopes = images + (last * room);
        for (int axis = 0; axis <= last; axis++)
        {
            T* result = axis == last ? output : slopes + (axis * room);
            SlopeOfLine<TOrder>(step, grid.Along(axis), axis == last ? input : images + (axis * room), arriving, result, scratch, adds: false);
            arriving = result;
        }
    }

    // Each arm has what arrives where it is the best, and where two are equal each has half.
    private static void SlopeOfCross<TOrder>(StepLayout step, in ImageGrid grid, T* input, T* arriving, T* output, T* images, T* scratch)
        where TOrder : struct, IOrder
    {
        long room = ImageRoom(grid), pixels = grid.Along(0).Pixels;
        for (int axis = 0; axis < grid.Dimensions; axis++)
            PoolLine<TOrder>(step, grid.Along(axis), input, images + (axis * room), scratch, joins: false);
        Share<TOrder>(images, images + room, grid.Dimensions == 3 ? images + (2 * room) : null, arriving, pixels);
        for (int axis = 0; axis < grid.Dimensions; axis++)
            SlopeOfLine<TOrder>(step, grid.Along(axis), input, images + (axis * room), output, scratch, adds: axis > 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Share<TOrder>(T* first, T* second, T* third, T* arriving, long pixels)
        where TOrder : struct, IOrder
    {
        long i = 0;
        for (; i + V.Count <= pixels; i += V.Count)
        {
            V left = V.Load(arriving + i), a = V.Load(first + i), b = V.Load(second + i);
            if (third is not null)
            {
                (left, V rest) = Shares<TOrder>(TOrder.Better(a, b), V.Load(third + i), left);
                V.Store(rest, third + i);
            }

            (a, b) = Shares<TOrder>(a, b, left);
            V.Store(a, first + i);
            V.Store(b, second + i);
        }

        for (; i < pixels; i++)
        {
            T left = arriving[i], a = first[i], b = second[i];
            if (third is not null)
                (left, third[i]) = Shares<TOrder>(TOrder.Better(a, b), third[i], left);
            (first[i], second[i]) = Shares<TOrder>(a, b, left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V First, V Second) Shares<TOrder>(V a, V b, V arriving)
        where TOrder : struct, IOrder
    {
        V share = V.Select(V.Equal(a, b), arriving * V.Create(0.5), arriving);
        return (TOrder.IsAsGood(a, b) & share, TOrder.IsAsGood(b, a) & share);
    }

    private static (T First, T Second) Shares<TOrder>(T a, T b, T arriving)
        where TOrder : struct, IOrder
    {
        T share = a == b ? arriving / (T.One + T.One) : arriving;
        return (TOrder.IsAsGood(a, b) ? share : T.Zero, TOrder.IsAsGood(b, a) ? share : T.Zero);
    }

    // A row with what lies beyond its ends, and room for whole registers behind it.
    private static long RowLength(StepLayout step, in ImageAxis axis) => axis.Size + (2 * step.Size) + (2 * Registers * V.Count);

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
        // What lies inside the image goes over as it is.
        int count = axis.Size + taps - 1, begin = Math.Clamp(-first, 0, count), end = Math.Clamp(axis.Size - first, begin, count);
        for (int j = 0; j < count; j++)
        {
            if (j == begin && end > begin)
            {
                new ReadOnlySpan<T>(row + begin + first, end - begin).CopyTo(new Span<T>(padded + begin, end - begin));
                j = end - 1;
                continue;
            }

            int source = axis.Source(j + first, border);
            padded[j] = source < 0 ? edge : row[source];
        }

        new Span<T>(padded + count, Registers * V.Count).Fill(edge);
    }

    /// <summary>The best of the neighbours along an axis, and of what is there already if it <paramref name="joins"/> that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PoolLine<TOrder>(StepLayout step, in ImageAxis axis, T* input, T* output, T* scratch, bool joins)
        where TOrder : struct, IOrder
    {
        int taps = step.Size;
        if (axis.Inner == 1)
        {
            for (int row = 0; row < axis.Outer; row++, input += axis.Size, output += axis.Size)
            {
                Pad(axis, step.First, taps, Border.Zero, TOrder.Least, input, scratch);
                BestOfRows<TOrder>(scratch, 1, taps, axis.Size, output, joins);
            }

            return;
        }

        for (int block = 0; block < axis.Outer; block++)
        {
            T* image = input + ((long)block * axis.Size * axis.Inner), result = output + ((long)block * axis.Size * axis.Inner);
            for (int place = 0; place < axis.Size; place++, result += axis.Inner)
            {
                (int from, int count) = Inside(step, axis, place);
                BestOfRows<TOrder>(image + ((long)from * axis.Inner), axis.Inner, count, axis.Inner, result, joins);
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
    private static void BestOfRows<TOrder>(T* rows, nint stride, int count, int length, T* output, bool joins)
        where TOrder : struct, IOrder
    {
        int i = 0;
        for (; i + V.Count <= length; i += V.Count)
        {
            T* row = rows + i;
            V best = joins ? V.Load(output + i) : TOrder.LeastOfAll;
            for (int k = 0; k < count; k++, row += stride)
                best = TOrder.Better(best, V.Load(row));
            V.Store(best, output + i);
        }

        for (; i < length; i++)
        {
            T best = joins ? output[i] : TOrder.Least;
            for (int k = 0; k < count; k++)
                best = TOrder.Better(best, rows[(k * stride) + i]);
            output[i] = best;
        }
    }

    /// <summary>
    /// What arrives at a pool along an axis, at the neighbour that it took. Each pool first says which one that was; then each pixel gathers from the pools that may have taken it, in their order.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SlopeOfLine<TOrder>(StepLayout step, in ImageAxis axis, T* input, T* arriving, T* output, T* scratch, bool adds)
        where TOrder : struct, IOrder
    {
        if (axis.Inner == 1)
            SlopeOfRows<TOrder>(step, axis, input, arriving, output, scratch, adds);
        else
            SlopeAcrossRows<TOrder>(step, axis, input, arriving, output, scratch, adds);
    }

    // The rows of a block: those taken by as many pools as a window has places are kept, one in place of the other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SlopeAcrossRows<TOrder>(StepLayout step, in ImageAxis axis, T* input, T* arriving, T* output, T* scratch, bool adds)
        where TOrder : struct, IOrder
    {
        int taps = step.Size, last = step.First + taps - 1;
        T** taken = stackalloc T*[taps], slopes = stackalloc T*[taps];
        for (int block = 0; block < axis.Outer; block++)
        {
            long start = (long)block * axis.Size * axis.Inner;
            int ready = 0;
            for (int place = 0; place < axis.Size; place++)
            {
                int until = Math.Min(axis.Size - 1, place - step.First), from = Math.Max(0, place - last);
                for (; ready <= until; ready++)
                {
                    (int first, int count) = Inside(step, axis, ready);
                    Choose<TOrder>(input + start + ((long)first * axis.Inner), axis.Inner, first - ready - step.First, count, axis.Inner, scratch + ((long)(ready % taps) * axis.Inner));
                }

                for (int pool = from; pool <= until; pool++)
                {
                    taken[pool - from] = scratch + ((long)(pool % taps) * axis.Inner);
                    slopes[pool - from] = arriving + start + ((long)pool * axis.Inner);
                }

                Gather(taken, slopes, place - step.First - from, until - from + 1, axis.Inner, output + start + ((long)place * axis.Inner), adds);
            }
        }
    }

    // Along the last axis the pools that may have taken a pixel lie beside one another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SlopeOfRows<TOrder>(StepLayout step, in ImageAxis axis, T* input, T* arriving, T* output, T* scratch, bool adds)
        where TOrder : struct, IOrder
    {
        int taps = step.Size;
        long length = RowLength(step, axis);
        T* padded = scratch, choices = padded + length, slopes = choices + length;
        new Span<T>(choices, checked((int)length)).Clear();
        new Span<T>(slopes, checked((int)length)).Clear();
        T** taken = stackalloc T*[taps], arrived = stackalloc T*[taps];
        for (int k = 0; k < taps; k++)
        {
            taken[taps - 1 - k] = choices + taps - step.First - k;
            arrived[taps - 1 - k] = slopes + taps - step.First - k;
        }

        for (int row = 0; row < axis.Outer; row++, input += axis.Size, arriving += axis.Size, output += axis.Size)
        {
            Pad(axis, step.First, taps, Border.Zero, TOrder.Least, input, padded);
            new ReadOnlySpan<T>(arriving, axis.Size).CopyTo(new Span<T>(slopes + taps, axis.Size));
            Choose<TOrder>(padded, 1, 0, taps, axis.Size, choices + taps);
            Gather(taken, arrived, taps - 1, taps, axis.Size, output, adds);
        }
    }

    // Which of some rows is the best, the first of equals, as a number that counts from that of the first row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Choose<TOrder>(T* rows, nint stride, int first, int count, int length, T* choices)
        where TOrder : struct, IOrder
    {
        int i = 0;
        for (; i + V.Count <= length; i += V.Count)
        {
            T* row = rows + i;
            V best = TOrder.LeastOfAll;
            for (int k = 0; k < count; k++, row += stride)
                best = TOrder.Better(best, V.Load(row));
            row -= stride;
            V choice = V.Create(first + count - 1);
            for (int k = count - 2; k >= 0; k--)
            {
                row -= stride;
                choice = V.Select(TOrder.IsWorse(V.Load(row), best), choice, V.Create(first + k));
            }

            V.Store(choice, choices + i);
        }

        for (; i < length; i++)
        {
            T best = TOrder.Least;
            for (int k = 0; k < count; k++)
                best = TOrder.Better(best, rows[(k * stride) + i]);
            int choice = 0;
            while (choice < count - 1 && TOrder.IsWorse(rows[(choice * stride) + i], best))
                choice++;
            choices[i] = CallChecks.FromDouble<T>(first + choice);
        }
    }

    // The sum of what arrived at pools that took the neighbour at a place: the highest for the first pool, one less for each that follows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(T** taken, T** slopes, int place, int count, int length, T* output, bool adds)
    {
        int i = 0;
        for (; i + V.Count <= length; i += V.Count)
        {
            V sum = adds ? V.Load(output + i) : V.Zero;
            for (int k = 0; k < count; k++)
                sum += V.Select(V.Equal(V.Load(taken[k] + i), V.Create(place - k)), V.Load(slopes[k] + i), V.Zero);
            V.Store(sum, output + i);
        }

        for (; i < length; i++)
        {
            T sum = adds ? output[i] : T.Zero;
            for (int k = 0; k < count; k++)
            {
                if (taken[k][i] == CallChecks.FromDouble<T>(place - k))
                    sum += slopes[k][i];
            }

            output[i] = sum;
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

        static abstract V IsAsGood(V a, V b);

        static abstract bool IsAsGood(T a, T b);
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

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V IsAsGood(V a, V b) => V.LessOrEqual(b, a);

        public static bool IsAsGood(T a, T b) => a >= b;
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

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V IsAsGood(V a, V b) => V.LessOrEqual(a, b);

        public static bool IsAsGood(T a, T b) => a <= b;
    }
}
