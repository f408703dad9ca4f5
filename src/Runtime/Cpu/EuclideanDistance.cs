using System.Numerics;
using System.Runtime.CompilerServices;

namespace LossGen.Cpu;

/// <summary>The exact Euclidean distance of each pixel to the nearest source, in time that grows with the number of pixels.</summary>
/// <remarks>
/// Along the first axis the sources are counted from; along each other axis the square of the distance is the lower envelope of the parabolas of what was found before. P. F. Felzenszwalb and
/// D. P. Huttenlocher, "Distance Transforms of Sampled Functions", Theory of Computing, 2012.
/// </remarks>
internal static unsafe class EuclideanDistance<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Columns that are copied side by side, so that a line of the cache is read once.
    private const int Columns = 8;

    /// <summary>The numbers of scratch memory for an image.</summary>
    public static long ScratchLength(in ImageGrid grid) => ((Columns + 2) * (long)Math.Max(grid.Depth, Math.Max(grid.Height, grid.Width))) + 1;

    /// <summary>Where no pixel is a source, each distance is 0.</summary>
    /// <param name="grid">The image.</param>
    /// <param name="spacing">The distance of neighbours along each of its axes, above 0.</param>
    /// <param name="sources">What is not 0 is a source.</param>
    /// <param name="distances">The result.</param>
    /// <param name="scratch">Memory of <see cref="ScratchLength"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform(in ImageGrid grid, ReadOnlySpan<double> spacing, T* sources, T* distances, double* scratch)
    {
        First(grid.Along(0), spacing[0], sources, distances);
        for (int axis = 1; axis < grid.Dimensions; axis++)
            Next(grid.Along(axis), spacing[axis], distances, scratch);
        long pixels = grid.Along(0).Pixels;
        for (long i = 0; i < pixels; i++)
            distances[i] = T.IsPositiveInfinity(distances[i]) ? T.Zero : T.Sqrt(distances[i]);
    }

    // The square of the distance along the first axis. Places are counted, which is exact.
    private static void First(in ImageAxis axis, double spacing, T* sources, T* squares)
    {
        int rows = axis.Size, row = axis.Inner;
        for (int place = 0; place < rows; place++)
        {
            T* before = squares + ((long)(place - 1) * row), own = squares + ((long)place * row), source = sources + ((long)place * row);
            for (int i = 0; i < row; i++)
                own[i] = source[i] != T.Zero ? T.Zero : place == 0 ? T.PositiveInfinity : before[i] + T.One;
        }

        for (int place = rows - 2; place >= 0; place--)
        {
            T* own = squares + ((long)place * row), behind = own + row;
            for (int i = 0; i < row; i++)
                own[i] = T.Min(own[i], behind[i] + T.One);
        }

        T scale = T.CreateChecked(spacing);
        for (long i = 0; i < axis.Pixels; i++)
        {
            T distance = squares[i] * scale;
            squares[i] = distance * distance;
        }
    }

    // Joins a further axis, several lines at a time where they lie beside one another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Next(in ImageAxis axis, double spacing, T* squares, double* scratch)
    {
        int size = axis.Size, inner = axis.Inner;
        double* apexes = scratch + (Columns * size), ends = apexes + size;
        for (int block = 0; block < axis.Outer; block++)
        {
            T* image = squares + ((long)block * size * inner);
            for (int first = 0; first < inner; first += Columns)
            {
                int columns = Math.Min(Columns, inner - first);
                for (int place = 0; place < size; place++)
                {
                    for (int k = 0; k < columns; k++)
                        scratch[(k * size) + place] = double.CreateTruncating(image[((long)place * inner) + first + k]);
                }

                for (int k = 0; k < columns; k++)
                    LowerEnvelope(scratch + (k * size), size, spacing, image + first + k, inner, apexes, ends);
            }
        }
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
