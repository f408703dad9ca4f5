using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>The largest or smallest of the neighbours.</content>
internal static unsafe partial class Neighbours<T, V>
{
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
            PoolLine<TOrder>(step, grid.Along(axis), axis == last ? input : images + (axis * room), images + ((axis - 1) * room), scratch,
                joins: false);
        T* slopes = images + (last * room);
        for (int axis = 0; axis <= last; axis++)
        {
            T* result = axis == last ? output : slopes + (axis * room);
            SlopeOfLine<TOrder>(step, grid.Along(axis), axis == last ? input : images + (axis * room), arriving, result, scratch,
                adds: false);
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
