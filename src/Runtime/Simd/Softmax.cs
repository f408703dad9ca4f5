using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LossGen.Kernels;

namespace LossGen.Simd;

/// <summary>
/// What every softmax loss begins a tile with, written once and by hand because most of its time goes here: the maximum of each pixel's
/// logits, exp(x - maximum) of each class, and their sum. Rows have <see cref="Tile{T}.Width"/> elements; those of the classes follow each
/// other.
/// </summary>
internal static unsafe partial class Softmax
{
    /// <summary>Fewer classes are computed in registers, straight from the logits.</summary>
    internal const int ManyClasses = 5;

    // So many exponentials are added up by themselves: each addition to a sum of a thousand would round, and the sum is in every
    // probability.
    private const int Block = 32;

    private const int CacheLine = 64;

    /// <summary>Fills the rows of a tile.</summary>
    /// <param name="tile">The tile: its logits are read once.</param>
    /// <param name="exponentials">exp(x - maximum), a row a class.</param>
    /// <param name="normaliser">Their sum over the classes.</param>
    /// <param name="maximum">The largest logit; null where it is not needed.</param>
    /// <param name="labelExponent">The logit of the label's class less the maximum, 0 where the label is none; null where it is not
    /// needed.</param>
    /// <param name="others">The sum of the exponentials but the label's, added up without it; null where it is not needed.</param>
    public static void Exponentials<T, V>(
        ref Tile<T> tile, Pointer<T> exponentials, Pointer<T> normaliser, Pointer<T> maximum, Pointer<T> labelExponent, Pointer<T> others)
        where T : unmanaged
        where V : struct, IVector<V, T> =>
        Fill<T, V, PlainExponential<T, V>>(ref tile, exponentials, normaliser, maximum, labelExponent, others);

    /// <summary>The same, with a given exponential.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Fill<T, V, E>(
        ref Tile<T> tile, Pointer<T> exponentials, Pointer<T> normaliser, Pointer<T> maximum, Pointer<T> labelExponent, Pointer<T> others)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where E : struct, IExponential<E, V>
    {
        switch (tile.Classes)
        {
            case 2:
                Two<T, V, E>(ref tile, exponentials, normaliser, maximum, labelExponent, others);
                break;
            case 3:
                Three<T, V, E>(ref tile, exponentials, normaliser, maximum, labelExponent, others);
                break;
            case 4:
                Four<T, V, E>(ref tile, exponentials, normaliser, maximum, labelExponent, others);
                break;
            default:
                bool isNear = tile.LogitStride == tile.Width;
                if (isNear || tile.Staging == null)
                    Alone<T, V, E>(ref tile, isNear, exponentials, normaliser, maximum, labelExponent);
                else
                    Staged<T, V, E>(ref tile, exponentials, normaliser, maximum, labelExponent);
                if (!others.IsNull)
                    AddOthers<T, V>(ref tile, exponentials, others);
                break;
        }
    }

    // One of the two exponentials is 1. The others of four registers side by side.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two<T, V, E>(ref Tile<T> tile, T* exponentials, T* normaliser, T* maximum, T* labelExponent, T* others)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where E : struct, IExponential<E, V>
    {
        E exponential = E.Load();
        nint pixels = tile.Pixels, stride = tile.LogitStride, gradientStride = tile.GradientStride, i = 0;
        T* x = tile.Logits, y = x + stride, labels = tile.Labels, second = exponentials + tile.Width;
        T* ahead = tile.Ahead, gradientAhead = tile.GradientAhead;

        // Those of double are long enough for one to fill the window.
        for (; typeof(T) == typeof(float) && i <= pixels - (4 * V.Count); i += 4 * V.Count)
        {
            T* at = x + i, other = y + i, to = second + i;
            V e0 = V.NegativeAbs(V.Load(at) - V.Load(other));
            V e1 = V.NegativeAbs(V.Load(at + V.Count) - V.Load(other + V.Count));
            V e2 = V.NegativeAbs(V.Load(at + (2 * V.Count)) - V.Load(other + (2 * V.Count)));
            V e3 = V.NegativeAbs(V.Load(at + (3 * V.Count)) - V.Load(other + (3 * V.Count)));
            exponential.OfFour(ref e0, ref e1, ref e2, ref e3);
            V.Store(e0, to);
            V.Store(e1, to + V.Count);
            V.Store(e2, to + (2 * V.Count));
            V.Store(e3, to + (3 * V.Count));
        }

        for (; i < pixels; i += V.Count)
            V.Store(exponential.Of(V.NegativeAbs(V.Load(x + i) - V.Load(y + i))), second + i);
        for (i = 0; i < pixels; i += V.Count)
        {
            Fetch(LineAhead(ahead, i), stride, 2);
            Fetch(LineAhead(gradientAhead, i), gradientStride, 2);
            V x0 = V.Load(x + i), x1 = V.Load(y + i), e = V.Load(second + i);
            V e0 = V.Select(V.GreaterOrEqual(x0, x1), V.One, e), e1 = V.Select(V.GreaterOrEqual(x1, x0), V.One, e);
            V.Store(e0, exponentials + i);
            V.Store(e1, second + i);
            V.Store(V.One + e, normaliser + i);
            V max = V.MaxNative(x0, x1);
            if (maximum != null)
                V.Store(max, maximum + i);
            if (labelExponent != null)
            {
                V label = V.Load(labels + i);
                V.Store(V.SelectEqual(label, V.Zero, x0 - max, V.MaskEqual(label, V.One, x1 - max)), labelExponent + i);
            }

            if (others != null)
            {
                V label = V.Load(labels + i);
                V.Store(V.SelectEqual(label, V.Zero, V.Zero, e0) + V.SelectEqual(label, V.One, V.Zero, e1), others + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Three<T, V, E>(ref Tile<T> tile, T* exponentials, T* normaliser, T* maximum, T* labelExponent, T* others)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where E : struct, IExponential<E, V>
    {
        E exponential = E.Load();
        nint pixels = tile.Pixels, width = tile.Width, stride = tile.LogitStride, gradientStride = tile.GradientStride;
        T* x = tile.Logits, y = x + stride, z = y + stride, labels = tile.Labels, ahead = tile.Ahead, gradientAhead = tile.GradientAhead;
        for (nint i = 0; i < pixels; i += V.Count)
        {
            Fetch(LineAhead(ahead, i), stride, 3);
            Fetch(LineAhead(gradientAhead, i), gradientStride, 3);
            V x0 = V.Load(x + i), x1 = V.Load(y + i), x2 = V.Load(z + i);
            V max = V.MaxNative(V.MaxNative(x0, x1), x2);
            if (maximum != null)
                V.Store(max, maximum + i);
            x0 -= max;
            x1 -= max;
            x2 -= max;
            if (labelExponent != null)
            {
                V label = V.Load(labels + i), high = V.MaskEqual(label, V.Create(2), x2);
                V.Store(V.SelectEqual(label, V.Zero, x0, V.SelectEqual(label, V.One, x1, high)), labelExponent + i);
            }

            V e0 = exponential.Of(x0), e1 = exponential.Of(x1), e2 = exponential.Of(x2);
            V.Store(e0, exponentials + i);
            V.Store(e1, exponentials + width + i);
            V.Store(e2, exponentials + (2 * width) + i);
            V.Store(e0 + e1 + e2, normaliser + i);
            if (others != null)
            {
                V label = V.Load(labels + i);
                V low = V.SelectEqual(label, V.Zero, V.Zero, e0) + V.SelectEqual(label, V.One, V.Zero, e1);
                V.Store(low + V.SelectEqual(label, V.Create(2), V.Zero, e2), others + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<T, V, E>(ref Tile<T> tile, T* exponentials, T* normaliser, T* maximum, T* labelExponent, T* others)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where E : struct, IExponential<E, V>
    {
        E exponential = E.Load();
        nint pixels = tile.Pixels, width = tile.Width, stride = tile.LogitStride, gradientStride = tile.GradientStride;
        T* x = tile.Logits, labels = tile.Labels, ahead = tile.Ahead, gradientAhead = tile.GradientAhead;
        for (nint i = 0; i < pixels; i += V.Count)
        {
            T* at = x + i;
            Fetch(LineAhead(ahead, i), stride, 4);
            Fetch(LineAhead(gradientAhead, i), gradientStride, 4);
            V x0 = V.Load(at), x1 = V.Load(at + stride), x2 = V.Load(at + (2 * stride)), x3 = V.Load(at + (3 * stride));
            V max = V.MaxNative(V.MaxNative(x0, x1), V.MaxNative(x2, x3));
            if (maximum != null)
                V.Store(max, maximum + i);
            x0 -= max;
            x1 -= max;
            x2 -= max;
            x3 -= max;
            if (labelExponent != null)
            {
                V label = V.Load(labels + i), high = V.SelectEqual(label, V.Create(2), x2, V.MaskEqual(label, V.Create(3), x3));
                V.Store(V.SelectEqual(label, V.Zero, x0, V.SelectEqual(label, V.One, x1, high)), labelExponent + i);
            }

            T* to = exponentials + i;
            exponential.OfFour(ref x0, ref x1, ref x2, ref x3);
            V.Store(x0, to);
            V.Store(x1, to + width);
            V.Store(x2, to + (2 * width));
            V.Store(x3, to + (3 * width));
            V.Store((x0 + x1) + (x2 + x3), normaliser + i);
            if (others != null)
            {
                V label = V.Load(labels + i);
                V low = V.SelectEqual(label, V.Zero, V.Zero, x0) + V.SelectEqual(label, V.One, V.Zero, x1);
                V high = V.SelectEqual(label, V.Create(2), V.Zero, x2) + V.SelectEqual(label, V.Create(3), V.Zero, x3);
                V.Store(low + high, others + i);
            }
        }
    }

    // Where line i of the next tile lies; null where it is not fetched.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T* LineAhead<T>(T* ahead, nint i)
        where T : unmanaged => Sse.IsSupported && ahead != null && (i * sizeof(T)) % CacheLine == 0 ? ahead + i : null;

    // A line of up to four classes. Beside the exponentials, one or two each: all lines of a tile at once fill the buffers between cache
    // and memory, and the tile at hand waits for them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch<T>(T* line, nint stride, int classes)
        where T : unmanaged
    {
        if (line == null)
            return;
        Sse.Prefetch1(line);
        if (classes > 1)
            Sse.Prefetch1(line + stride);
        if (classes > 2)
            Sse.Prefetch1(line + (2 * stride));
        if (classes > 3)
            Sse.Prefetch1(line + (3 * stride));
    }

    // Logits that lie like the tile's own rows, because they were copied for it, or those of an image, copied to where their exponentials
    // go.
    private static void Alone<T, V, E>(
        ref Tile<T> tile, bool isNear, Pointer<T> exponentials, Pointer<T> normaliser, Pointer<T> maximum, Pointer<T> labelExponent)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where E : struct, IExponential<E, V>
    {
        Pointer<T> largest = maximum.IsNull ? normaliser : maximum, logits = isNear ? tile.Logits : exponentials;
        if (isNear)
            Maximum<T, V>(ref tile, largest);
        else
            Gather<T, V>(ref tile, exponentials, largest);
        if (!labelExponent.IsNull)
            PickLabels<T, V>(ref tile, logits, largest, labelExponent);
        Many<T, V, E>(ref tile, logits, exponentials, normaliser, largest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Maximum<T, V>(ref Tile<T> tile, T* max)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        int pixels = tile.Pixels, width = tile.Width, classes = tile.Classes;
        T* x = tile.Logits;
        for (nint i = 0; i < pixels; i += V.Count)
        {
            T* at = x + i;
            V largest = V.Load(at);
            int c = 1;
            for (at += width; c <= classes - 4; c += 4, at += 4 * width)
            {
                V low = V.MaxNative(V.Load(at), V.Load(at + width)), high = V.MaxNative(V.Load(at + (2 * width)), V.Load(at + (3 * width)));
                largest = V.MaxNative(largest, V.MaxNative(low, high));
            }

            for (; c < classes; c++, at += width)
                largest = V.MaxNative(largest, V.Load(at));
            V.Store(largest, max + i);
        }
    }

    // The logits into rows that do not fall into the same cache sets, as those of large images do, and their maximum. Classes in the outer
    // loop: a line is read as a whole before others of its set drive it out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather<T, V>(ref Tile<T> tile, T* rows, T* max)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        int pixels = tile.Pixels, width = tile.Width, classes = tile.Classes, c = 0;
        nint stride = tile.LogitStride;
        T* x = tile.Logits, to = rows;
        for (nint i = 0; i < pixels; i += V.Count)
            V.Store(V.Create(double.NegativeInfinity), max + i);
        for (; c <= classes - 4; c += 4, x += 4 * stride, to += 4 * width)
        {
            T* second = x + stride, third = second + stride, fourth = third + stride;
            for (nint i = 0; i < pixels; i += V.Count)
            {
                V x0 = V.Load(x + i), x1 = V.Load(second + i), x2 = V.Load(third + i), x3 = V.Load(fourth + i);
                V.Store(x0, to + i);
                V.Store(x1, to + width + i);
                V.Store(x2, to + (2 * width) + i);
                V.Store(x3, to + (3 * width) + i);
                V.Store(V.MaxNative(V.Load(max + i), V.MaxNative(V.MaxNative(x0, x1), V.MaxNative(x2, x3))), max + i);
            }
        }

        for (; c < classes; c++, x += stride, to += width)
        {
            for (nint i = 0; i < pixels; i += V.Count)
            {
                V x0 = V.Load(x + i);
                V.Store(x0, to + i);
                V.Store(V.MaxNative(V.Load(max + i), x0), max + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PickLabels<T, V>(ref Tile<T> tile, T* rows, T* maximum, T* labelExponent)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        int pixels = tile.Pixels, width = tile.Width;
        if (typeof(T) == typeof(float) && Avx512F.IsSupported)
        {
            GatherLabels((float*)tile.Labels.Address, (float*)rows, (float*)maximum, (float*)labelExponent, pixels, width);
            return;
        }

        T* labels = tile.Labels;
        for (int i = 0; i < pixels; i++)
        {
            int label = typeof(T) == typeof(float) ? (int)((float*)labels)[i] : (int)((double*)labels)[i];
            labelExponent[i] = label < 0 ? maximum[i] : rows[(label * width) + i];
        }

        for (nint i = 0; i < pixels; i += V.Count)
            V.Store(V.Load(labelExponent + i) - V.Load(maximum + i), labelExponent + i);
    }

    // Processors with AVX-512 fetch eight scattered numbers in less time than eight single loads take.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherLabels(float* labels, float* rows, float* maximum, float* labelExponent, int pixels, int width)
    {
        Vector256<int> place = Vector256<int>.Indices;
        for (nint i = 0; i < pixels; i += 8, place += Vector256.Create(8))
        {
            Vector256<int> label = Avx.ConvertToVector256Int32WithTruncation(Vector256.Load(labels + i));
            Vector256<float> isLabel = Vector256.GreaterThanOrEqual(label, Vector256<int>.Zero).AsSingle();
            Vector256<float> logit = Avx2.GatherMaskVector256(Vector256<float>.Zero, rows, (label * width) + place, isLabel, sizeof(float));
            (isLabel & (logit - Vector256.Load(maximum + i))).Store(labelExponent + i);
        }
    }

    // The exponentials of logits in rows, in their place or in other rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Many<T, V, E>(ref Tile<T> tile, T* logits, T* rows, T* normaliser, T* max)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where E : struct, IExponential<E, V>
    {
        E exponential = E.Load();
        int pixels = tile.Pixels, width = tile.Width, classes = tile.Classes;
        nint stride = tile.LogitStride, gradientStride = tile.GradientStride;
        T* ahead = tile.Ahead, gradientAhead = tile.GradientAhead;
        for (nint i = 0; i < pixels; i += V.Count)
        {
            V largest = V.Load(max + i), sum = V.Zero, block = V.Zero;
            T* from = logits + i, at = rows + i, line = LineAhead(ahead, i), gradientLine = LineAhead(gradientAhead, i);
            int c = 0;
            for (; c <= classes - 2; c += 2, from += 2 * width, at += 2 * width)
            {
                V e0 = exponential.Of(V.Load(from) - largest), e1 = exponential.Of(V.Load(from + width) - largest);
                V.Store(e0, at);
                V.Store(e1, at + width);
                block += e0;
                block += e1;
                if ((c & (Block - 1)) == Block - 2)
                {
                    sum += block;
                    block = V.Zero;
                }

                Fetch(line, stride, 2);
                Fetch(gradientLine, gradientStride, 2);
                line = line == null ? null : line + (2 * stride);
                gradientLine = gradientLine == null ? null : gradientLine + (2 * gradientStride);
            }

            if (c < classes)
            {
                V e = exponential.Of(V.Load(from) - largest);
                V.Store(e, at);
                block += e;
                Fetch(line, stride, 1);
                Fetch(gradientLine, gradientStride, 1);
            }

            V.Store(sum + block, normaliser + i);
        }
    }

    // The exponentials of all classes but the label's. Not the whole sum less the label's, of which nothing would be left where that is
    // nearly all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddOthers<T, V>(ref Tile<T> tile, T* exponentials, T* others)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        int pixels = tile.Pixels, width = tile.Width, classes = tile.Classes;
        T* labels = tile.Labels;
        nint i = 0;

        // Two chains of additions, since one waits for itself.
        for (; i <= pixels - (2 * V.Count); i += 2 * V.Count)
        {
            V first = V.Load(labels + i), second = V.Load(labels + i + V.Count), self = V.Zero;
            V sum0 = V.Zero, sum1 = V.Zero, block0 = V.Zero, block1 = V.Zero;
            T* at = exponentials + i;
            for (int c = 0; c < classes; c++, at += width, self += V.One)
            {
                block0 += V.SelectEqual(first, self, V.Zero, V.Load(at));
                block1 += V.SelectEqual(second, self, V.Zero, V.Load(at + V.Count));
                if ((c & (Block - 1)) == Block - 1)
                {
                    sum0 += block0;
                    sum1 += block1;
                    block0 = V.Zero;
                    block1 = V.Zero;
                }
            }

            V.Store(sum0 + block0, others + i);
            V.Store(sum1 + block1, others + i + V.Count);
        }

        for (; i < pixels; i += V.Count)
        {
            V label = V.Load(labels + i), sum = V.Zero, block = V.Zero, self = V.Zero;
            T* at = exponentials + i;
            for (int c = 0; c < classes; c++, at += width, self += V.One)
            {
                block += V.SelectEqual(label, self, V.Zero, V.Load(at));
                if ((c & (Block - 1)) == Block - 1)
                {
                    sum += block;
                    block = V.Zero;
                }
            }

            V.Store(sum + block, others + i);
        }
    }
}
