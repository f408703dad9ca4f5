using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>
/// Pairs of rows: Z Z^T, where the rows of Z are the embeddings, of unit length for cosines. The gradient G of it comes back as (G + G^T)
/// Z.
/// </content>
internal readonly unsafe partial struct PairMatrix<T>
{
    private void MakeOfRows(bool isMade)
    {
        LabelCodes();
        if (definition.Pairs == Pairs.Cosine)
            MakeUnit();
        else if (source != own)
            new ReadOnlySpan<T>(source, checked(rows * features)).CopyTo(new Span<T>(own, rows * features));
        if (isMade)
            return;
        MatrixProduct<T>.PackTransposed(own, features, features, rows, packed);
        MatrixProduct<T>.MultiplyByOwn(own, features, packed, Numbers, rows, features, Stride);
    }

    private void ReturnToRows()
    {
        MatrixProduct<T>.Pack(own, features, rows, features, packed);
        MatrixProduct<T>.MultiplySymmetric(Gradient, Stride, packed, returned, rows, features);
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

    // Rows of length 1. The sum of squares is in double, where those of floats are neither too large nor too small; doubles are scaled by a
    // power of two.
    private void MakeUnit()
    {
        for (int row = 0; row < rows; row++)
        {
            T* numbers = source + ((long)row * features);
            double scale = typeof(T) == typeof(double) ? Scale(numbers) : 1;
            double length = Math.Sqrt(WideRow<T>.Dot(numbers, numbers, features, scale)) / scale;
            inverse[row] = length == 0 ? 0 : 1 / length;
            WideRow<T>.Scale(numbers, inverse[row], features, own + ((long)row * features));
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
    private void ReturnUnit()
    {
        for (int row = 0; row < rows; row++)
        {
            T* numbers = own + ((long)row * features), back = returned + ((long)row * features);
            WideRow<T>.ScaleRest(back, numbers, WideRow<T>.Dot(numbers, back, features, scale: 1), inverse[row], features);
        }
    }
}
