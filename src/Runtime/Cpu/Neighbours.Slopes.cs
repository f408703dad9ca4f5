using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Where what arrives at pools goes: to the neighbour that each of them took.</content>
internal static unsafe partial class Neighbours<T, V>
{
    /// <summary>
    /// What arrives at a pool along an axis, at the neighbour that it took. Each pool first says which one that was; then each pixel
    /// gathers from the pools that may have taken it, in their order.
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
                    Choose<TOrder>(input + start + ((long)first * axis.Inner), axis.Inner, first - ready - step.First, count, axis.Inner,
                        scratch + ((long)(ready % taps) * axis.Inner));
                }

                for (int pool = from; pool <= until; pool++)
                {
                    taken[pool - from] = scratch + ((long)(pool % taps) * axis.Inner);
                    slopes[pool - from] = arriving + start + ((long)pool * axis.Inner);
                }

                Gather(taken, slopes, place - step.First - from, until - from + 1, axis.Inner, output + start + ((long)place * axis.Inner),
                    adds);
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
}
