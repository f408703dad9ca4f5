using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Pairs of rows: Z Z^T, where the rows of Z are the embeddings, of unit length for cosines. The gradient G of it comes back as (G + G^T) Z.</content>
internal readonly unsafe partial struct PairMatrix<T>
{
    private void MakeOfRows(bool isMade)
    {
        LabelCodes();
        if (definition.Pairs == Pairs.Cosine)
            MakeUnit();
        if (isMade)
            return;
        MatrixProduct<T>.PackTransposed(own, features, rows, packed);
        MatrixProduct<T>.MultiplyByOwn(own, packed, Numbers, rows, features);
    }

    private void ReturnToRows()
    {
        MatrixProduct<T>.AddTransposed(Gradient, rows);
        MatrixProduct<T>.Pack(own, rows, features, packed);
        MatrixProduct<T>.Multiply(Gradient, packed, returned, rows, rows, features);
        if (definition.Pairs == Pairs.Cosine)
            ReturnUnit();
    }

    // Labels of any size as small numbers: the place of each among the sorted.
    private void LabelCodes()
    {
        var source = new LabelSource(labels, targetElement, int.MaxValue, definition, default);
        var order = new Span<long>(sorted, rows);
        for (int i = 0; i < rows; i++)
            order[i] = source.Read(i);
        order.Sort();
        for (int i = 0; i < rows + CodePadding; i++)
        {
            bool takesPart = i < rows && source.Read(i) != definition.IgnoredRowLabel;
            Codes[i] = takesPart ? T.CreateChecked(FirstOf(order, source.Read(i))) : T.NegativeOne;
        }
    }

    private static int FirstOf(ReadOnlySpan<long> sorted, long number)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle] < number)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    // Rows of length 1. The sum of squares is in double, where those of floats are neither too large nor too small; doubles are scaled by a power of two.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MakeUnit()
    {
        for (int row = 0; row < rows; row++)
        {
            T* numbers = own + ((long)row * features);
            double scale = typeof(T) == typeof(double) ? Scale(numbers) : 1;
            double even = 0, odd = 0;
            int k = 0;
            for (; k + 1 < features; k += 2)
            {
                double x = CallChecks.ToDouble(numbers[k]) * scale, y = CallChecks.ToDouble(numbers[k + 1]) * scale;
                even += x * x;
                odd += y * y;
            }

            double last = k < features ? CallChecks.ToDouble(numbers[k]) * scale : 0, length = Math.Sqrt(even + odd + (last * last)) / scale;
            double factor = length == 0 ? 0 : 1 / length;
            inverse[row] = factor;
            for (k = 0; k < features; k++)
                numbers[k] = CallChecks.FromDouble<T>(CallChecks.ToDouble(numbers[k]) * factor);
        }
    }

    private double Scale(T* numbers)
    {
        double largest = 0;
        for (int k = 0; k < features; k++)
            largest = Math.Max(largest, Math.Abs(CallChecks.ToDouble(numbers[k])));
        return double.IsNormal(largest) ? Math.ScaleB(1, -Math.ILogB(largest)) : 1;
    }

    // What of the gradient at a row of length 1 goes along the row is lost in the division by its length.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReturnUnit()
    {
        for (int row = 0; row < rows; row++)
        {
            T* numbers = own + ((long)row * features), back = returned + ((long)row * features);
            double even = 0, odd = 0;
            int k = 0;
            for (; k + 1 < features; k += 2)
            {
                even += CallChecks.ToDouble(numbers[k]) * CallChecks.ToDouble(back[k]);
                odd += CallChecks.ToDouble(numbers[k + 1]) * CallChecks.ToDouble(back[k + 1]);
            }

            double along = even + odd + (k < features ? CallChecks.ToDouble(numbers[k]) * CallChecks.ToDouble(back[k]) : 0), factor = inverse[row];
            for (k = 0; k < features; k++)
                back[k] = CallChecks.FromDouble<T>((CallChecks.ToDouble(back[k]) - (along * CallChecks.ToDouble(numbers[k]))) * factor);
        }
    }
}
