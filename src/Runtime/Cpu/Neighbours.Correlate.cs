using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Weighted sums of neighbours along an axis.</content>
internal static unsafe partial class Neighbours<T, V>
{
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
}
