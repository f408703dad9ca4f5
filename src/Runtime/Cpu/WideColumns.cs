using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LossGen.Cpu;

/// <summary>
/// What the columns of a matrix need in double. A column is added up from the first row to the last, so that neither the width of vectors
/// nor its neighbours change a bit of it.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="numbers">The rows, without gaps.</param>
/// <param name="rows">Their number.</param>
/// <param name="columns">The length of a row.</param>
internal readonly unsafe struct WideColumns<T>(T* numbers, int rows, int columns)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Columns whose sums are held in registers while the rows go by: a cache line of floats.
    private const int Block = 4 * Lanes;
    private const int Lanes = 4;

    private readonly T* numbers = numbers;

    /// <summary>The mean of each column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Means(double* means)
    {
        int c = 0;
        for (; c + Block <= columns; c += Block)
        {
            Vector256<double> a = default, b = default, d = default, e = default;
            T* row = numbers + c;
            for (int n = 0; n < rows; n++, row += columns)
            {
                a += WideRow<T>.Load(row);
                b += WideRow<T>.Load(row + Lanes);
                d += WideRow<T>.Load(row + (2 * Lanes));
                e += WideRow<T>.Load(row + (3 * Lanes));
            }

            Vector256<double> count = Vector256.Create((double)rows);
            (a / count).Store(means + c);
            (b / count).Store(means + c + Lanes);
            (d / count).Store(means + c + (2 * Lanes));
            (e / count).Store(means + c + (3 * Lanes));
        }

        for (; c < columns; c++)
        {
            double sum = 0;
            for (int n = 0; n < rows; n++)
                sum += Number(n, c);
            means[c] = sum / rows;
        }
    }

    /// <summary>The sum of the squared distances of each column from its mean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Squares(double* means, double* squares)
    {
        int c = 0;
        for (; c + Block <= columns; c += Block)
        {
            Vector256<double> a = default, b = default, d = default, e = default, meanA = Vector256.Load(means + c),
                meanB = Vector256.Load(means + c + Lanes), meanD = Vector256.Load(means + c + (2 * Lanes)),
                meanE = Vector256.Load(means + c + (3 * Lanes));
            T* row = numbers + c;
            for (int n = 0; n < rows; n++, row += columns)
            {
                a += Square(WideRow<T>.Load(row) - meanA);
                b += Square(WideRow<T>.Load(row + Lanes) - meanB);
                d += Square(WideRow<T>.Load(row + (2 * Lanes)) - meanD);
                e += Square(WideRow<T>.Load(row + (3 * Lanes)) - meanE);
            }

            a.Store(squares + c);
            b.Store(squares + c + Lanes);
            d.Store(squares + c + (2 * Lanes));
            e.Store(squares + c + (3 * Lanes));
        }

        for (; c < columns; c++)
        {
            double sum = 0;
            for (int n = 0; n < rows; n++)
            {
                double distance = Number(n, c) - means[c];
                sum += distance * distance;
            }

            squares[c] = sum;
        }
    }

    /// <summary>to = (number - mean) * factor, of each column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Standardise(double* means, double* factors, T* to)
    {
        for (int n = 0; n < rows; n++, to += columns)
        {
            T* row = numbers + ((long)n * columns);
            int c = 0;
            for (; c + (2 * Lanes) <= columns; c += 2 * Lanes)
            {
                Vector256<double> low = WideRow<T>.Load(row + c) - Vector256.Load(means + c),
                    high = WideRow<T>.Load(row + c + Lanes) - Vector256.Load(means + c + Lanes);
                WideRow<T>.Store(low * Vector256.Load(factors + c), high * Vector256.Load(factors + c + Lanes), to + c);
            }

            for (; c < columns; c++)
                to[c] = CallChecks.FromDouble<T>((CallChecks.ToDouble(row[c]) - means[c]) * factors[c]);
        }
    }

    /// <summary>The mean of each column, and of its products with the same column of another matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MeansWith(T* others, double* means, double* products)
    {
        int c = 0;
        for (; c + (2 * Lanes) <= columns; c += 2 * Lanes)
        {
            Vector256<double> a = default, b = default, withA = default, withB = default;
            T* row = numbers + c, other = others + c;
            for (int n = 0; n < rows; n++, row += columns, other += columns)
            {
                Vector256<double> low = WideRow<T>.Load(row), high = WideRow<T>.Load(row + Lanes);
                a += low;
                b += high;
                withA += low * WideRow<T>.Load(other);
                withB += high * WideRow<T>.Load(other + Lanes);
            }

            Vector256<double> count = Vector256.Create((double)rows);
            (a / count).Store(means + c);
            (b / count).Store(means + c + Lanes);
            (withA / count).Store(products + c);
            (withB / count).Store(products + c + Lanes);
        }

        for (; c < columns; c++)
        {
            double sum = 0, with = 0;
            for (int n = 0; n < rows; n++)
            {
                sum += Number(n, c);
                with += Number(n, c) * CallChecks.ToDouble(others[((long)n * columns) + c]);
            }

            means[c] = sum / rows;
            products[c] = with / rows;
        }
    }

    /// <summary>number = (number - mean - along * other) * factor, of each column and the same column of another matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ScaleRest(T* others, double* means, double* along, double* factors)
    {
        for (int n = 0; n < rows; n++)
        {
            T* row = numbers + ((long)n * columns), other = others + ((long)n * columns);
            int c = 0;
            for (; c + (2 * Lanes) <= columns; c += 2 * Lanes)
            {
                Vector256<double> low = WideRow<T>.Load(row + c) - Vector256.Load(means + c)
                    - (WideRow<T>.Load(other + c) * Vector256.Load(along + c));
                Vector256<double> high = WideRow<T>.Load(row + c + Lanes) - Vector256.Load(means + c + Lanes)
                    - (WideRow<T>.Load(other + c + Lanes) * Vector256.Load(along + c + Lanes));
                WideRow<T>.Store(low * Vector256.Load(factors + c), high * Vector256.Load(factors + c + Lanes), row + c);
            }

            for (; c < columns; c++)
            {
                double rest = CallChecks.ToDouble(row[c]) - means[c] - (CallChecks.ToDouble(other[c]) * along[c]);
                row[c] = CallChecks.FromDouble<T>(rest * factors[c]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Number(int row, int column) => CallChecks.ToDouble(numbers[((long)row * columns) + column]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Square(Vector256<double> x) => x * x;
}
