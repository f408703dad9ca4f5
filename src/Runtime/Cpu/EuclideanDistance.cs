using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LossGen.Cpu;

/// <summary>The exact Euclidean distance of each pixel to the nearest source, in time that grows with the number of pixels.</summary>
/// <remarks>
/// Along the first axis the sources are counted from. Along each other axis the square of the distance is the least of what was found
/// before plus the square of the way there. Where sources are near all places that may be nearer are tried, for several pixels at once;
/// where they are far the lower envelope of the parabolas says which: P. F. Felzenszwalb and D. P. Huttenlocher, "Distance Transforms of
/// Sampled Functions", Theory of Computing, 2012.
/// </remarks>
internal static unsafe class EuclideanDistance<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Numbers that are worked on side by side: columns, or places of a single line.
    private const int Lanes = 8;

    // Places that are tried to each side. Beyond about as many the envelope is faster.
    private const int Reach = 64;

    // Where the sources of some columns were too far away, those of so many more groups are not tried.
    private const int Skipped = 7;

    /// <summary>The numbers of scratch memory for an image.</summary>
    public static long ScratchLength(in ImageGrid grid) => ((Lanes + 3) * (long)Math.Max(grid.Depth, Math.Max(grid.Height, grid.Width)))
        + (Lanes * ((2 * Reach) + 1));

    /// <summary>Where no pixel is a source, each distance is 0.</summary>
    /// <param name="grid">The image.</param>
    /// <param name="spacing">The distance of neighbours along each of its axes, above 0.</param>
    /// <param name="sources">What is not 0 is a source.</param>
    /// <param name="distances">The result.</param>
    /// <param name="scratch">Memory of <see cref="ScratchLength"/>.</param>
    public static void Transform(in ImageGrid grid, ReadOnlySpan<double> spacing, T* sources, T* distances, double* scratch)
    {
        First(grid.Along(0), spacing[0], sources, distances);
        for (int axis = 1; axis < grid.Dimensions; axis++)
            Next(grid.Along(axis), spacing[axis], distances, scratch);
        Roots(distances, grid.Along(0).Pixels);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Roots(T* squares, long pixels)
    {
        long i = 0;
        for (; i + Vector256<T>.Count <= pixels; i += Vector256<T>.Count)
        {
            Vector256<T> square = Vector256.Load(squares + i), isFinite = Vector256.LessThan(square, Vector256.Create(T.PositiveInfinity));
            (Vector256.Sqrt(square) & isFinite).Store(squares + i);
        }

        for (; i < pixels; i++)
            squares[i] = T.IsPositiveInfinity(squares[i]) ? T.Zero : T.Sqrt(squares[i]);
    }

    // The square of the distance along the first axis. Places are counted, which is exact.
    private static void First(in ImageAxis axis, double spacing, T* sources, T* squares)
    {
        int rows = axis.Size, row = axis.Inner;
        for (int place = 0; place < rows; place++)
        {
            T* own = squares + ((long)place * row);
            CountForward(sources + ((long)place * row), place == 0 ? null : own - row, row, own);
        }

        for (int place = rows - 2; place >= 0; place--)
            CountBackward(squares + ((long)(place + 1) * row), row, squares + ((long)place * row));
        Square(squares, axis.Pixels, T.CreateChecked(spacing));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountForward(T* source, T* before, int row, T* own)
    {
        int i = 0;
        for (; i + Vector256<T>.Count <= row; i += Vector256<T>.Count)
        {
            Vector256<T> far = before is null ? Vector256.Create(T.PositiveInfinity) : Vector256.Load(before + i) + Vector256<T>.One;
            Vector256.ConditionalSelect(Vector256.Equals(Vector256.Load(source + i), Vector256<T>.Zero), far, Vector256<T>.Zero)
                .Store(own + i);
        }

        for (; i < row; i++)
            own[i] = source[i] != T.Zero ? T.Zero : before is null ? T.PositiveInfinity : before[i] + T.One;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountBackward(T* behind, int row, T* own)
    {
        int i = 0;
        for (; i + Vector256<T>.Count <= row; i += Vector256<T>.Count)
            Vector256.MinNative(Vector256.Load(own + i), Vector256.Load(behind + i) + Vector256<T>.One).Store(own + i);
        for (; i < row; i++)
            own[i] = T.Min(own[i], behind[i] + T.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Square(T* counts, long pixels, T spacing)
    {
        long i = 0;
        for (; i + Vector256<T>.Count <= pixels; i += Vector256<T>.Count)
        {
            Vector256<T> distance = Vector256.Load(counts + i) * Vector256.Create(spacing);
            (distance * distance).Store(counts + i);
        }

        for (; i < pixels; i++)
            counts[i] = counts[i] * spacing * (counts[i] * spacing);
    }

    // Joins a further axis, several lines at a time where they lie beside one another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Next(in ImageAxis axis, double spacing, T* squares, double* scratch)
    {
        int size = axis.Size, inner = axis.Inner, columns = inner == 1 ? 1 : Lanes, beyond = Reach * columns, skip = 0;

        // The lines between nothing, then one of them, and its envelope.
        double* lines = scratch + beyond, line = lines + (size * columns) + beyond + Lanes, apexes = line + size, begins = apexes + size;
        new Span<double>(scratch, beyond).Fill(double.PositiveInfinity);
        new Span<double>(lines + (size * columns), beyond + Lanes).Fill(double.PositiveInfinity);
        for (int block = 0; block < axis.Outer; block++)
        {
            T* image = squares + ((long)block * size * inner);
            for (int first = 0; first < inner; first += columns)
            {
                int count = Math.Min(columns, inner - first);
                Copy(image + first, inner, size, count, columns, lines);
                if (skip == 0 && TryNear(lines, size, columns, spacing * spacing, image + first, inner, count))
                    continue;
                skip = skip == 0 ? Skipped : skip - 1;
                for (int k = 0; k < count; k++)
                {
                    double* own = lines;
                    if (columns > 1)
                    {
                        own = line;
                        for (int place = 0; place < size; place++)
                            line[place] = lines[(place * columns) + k];
                    }

                    LowerEnvelope(own, size, spacing, image + first + k, inner, apexes, begins);
                }
            }
        }
    }

    // Columns that are missing are as near as can be.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(T* from, int stride, int size, int count, int columns, double* lines)
    {
        for (int place = 0; place < size; place++, from += stride, lines += columns)
        {
            for (int k = 0; k < count; k++)
                lines[k] = double.CreateTruncating(from[k]);
            for (int k = count; k < columns; k++)
                lines[k] = 0;
        }
    }

    // Tries one place further to both sides until nothing farther can be nearer. False where that is beyond reach.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryNear(double* lines, int size, int columns, double scale, T* result, int stride, int count)
    {
        int total = size * columns;
        for (int i = 0; i < total; i += Lanes)
        {
            double* low = lines + i, high = low;
            Vector256<double> a = Vector256.Load(low), b = Vector256.Load(low + 4);
            for (int away = 1; ; away++)
            {
                Vector256<double> square = Vector256.Create(scale * away * away);
                if (Vector256.LessThanOrEqualAll(Vector256.MaxNative(a, b), square))
                    break;
                if (away > Reach)
                    return false;
                low -= columns;
                high += columns;
                a = Vector256.MinNative(a, Vector256.MinNative(Vector256.Load(low), Vector256.Load(high)) + square);
                b = Vector256.MinNative(b, Vector256.MinNative(Vector256.Load(low + 4), Vector256.Load(high + 4)) + square);
            }

            // The lanes are columns of one place, or places of one column.
            T* to = columns > 1 ? result + ((long)(i / Lanes) * stride) : result + i;
            int lanes = columns > 1 ? count : Math.Min(Lanes, total - i);
            if (typeof(T) == typeof(double) && lanes == Lanes)
            {
                a.Store((double*)to);
                b.Store((double*)to + 4);
                continue;
            }

            for (int k = 0; k < lanes; k++)
                to[k] = T.CreateTruncating(k < 4 ? a[k] : b[k - 4]);
        }

        return true;
    }

    // The parabolas that lie lowest somewhere, each with the place where it begins to.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LowerEnvelope(double* squares, int size, double spacing, T* result, int stride, double* apexes, double* begins)
    {
        int last = -1;
        double scale = spacing * spacing;
        for (int place = 0; place < size; place++)
        {
            if (double.IsPositiveInfinity(squares[place]))
                continue;
            double begin = double.NegativeInfinity;
            while (last >= 0)
            {
                int apex = (int)apexes[last];
                double difference = place - apex;
                begin = (((squares[place] - squares[apex]) / (scale * difference)) + (place + apex)) / 2;
                if (begin > begins[last])
                    break;
                last--;
                begin = double.NegativeInfinity;
            }

            apexes[++last] = place;
            begins[last] = begin;
        }

        if (last < 0)
            return;
        for (int place = 0, k = 0; place < size; place++, result += stride)
        {
            while (k < last && begins[k + 1] < place)
                k++;
            int apex = (int)apexes[k];
            double away = place - apex;
            *result = T.CreateTruncating((scale * away * away) + squares[apex]);
        }
    }
}
