namespace LossGen.Cpu;

/// <content>
/// Pairs of columns. Z holds the columns of a view less their mean, for correlations by their deviation. A correlation is M[j, i] = sum
/// over n of Z2[n, j] Z1[n, i] / N, whose gradient G comes back as Z2 G / N to the first view and as Z1 G^T / N to the second, a covariance
/// Z^T Z / (N - 1) of each view.
/// </content>
internal readonly unsafe partial struct PairMatrix<T>
{
    private int Samples => rows / 2;

    private bool IsCorrelation => definition.Pairs == Pairs.Correlation;

    // What products of columns are divided by.
    private double Factor => 1.0 / (IsCorrelation ? Samples : Samples - 1);

    private void MakeOfColumns(bool isMade)
    {
        for (int i = 0; i < features + CodePadding; i++)
            Codes[i] = i < features ? T.CreateChecked(i) : T.NegativeOne;
        for (int view = 0; view < 2; view++)
            Center(view);
        if (isMade)
            return;
        if (IsCorrelation)
        {
            Multiply(View(1), View(0), Numbers);
            return;
        }

        for (int view = 0; view < 2; view++)
            Multiply(View(view), View(view), Numbers + Square(view));
    }

    private void ReturnToColumns()
    {
        if (IsCorrelation)
        {
            MatrixProduct<T>.Pack(Gradient, Stride, features, features, packed);
            MatrixProduct<T>.Multiply(View(1), features, packed, returned, features, Samples, features, features);
            MatrixProduct<T>.PackTransposed(Gradient, Stride, features, features, packed);
            MatrixProduct<T>.Multiply(View(0), features, packed, returned + ((long)Samples * features), features, Samples, features,
                features);
        }

        for (int view = 0; view < 2; view++)
        {
            T* back = returned + ((long)view * Samples * features);
            if (!IsCorrelation)
            {
                MatrixProduct<T>.PackSymmetric(Gradient + Square(view), Stride, features, packed);
                MatrixProduct<T>.Multiply(View(view), features, packed, back, features, Samples, features, features);
            }

            ReturnCentered(view, back);
        }
    }

    private T* View(int view) => own + ((long)view * Samples * features);

    private long Square(int view) => (long)view * features * Stride;

    // Columns of one view as rows, times those of another. A view's own are symmetric.
    private void Multiply(T* left, T* right, T* product)
    {
        int stride = StrideOf(Samples);
        Transposition.Copy(left, features, Samples, features, turned, stride);
        for (int d = 0; d < features; d++)
            WideRow<T>.Scale(turned + ((long)d * stride), Factor, Samples, turned + ((long)d * stride));
        MatrixProduct<T>.Pack(right, features, Samples, features, packed);
        if (left == right)
            MatrixProduct<T>.MultiplyByOwn(turned, stride, packed, product, features, Samples, Stride);
        else
            MatrixProduct<T>.Multiply(turned, stride, packed, product, Stride, features, Samples, features);
    }

    private void Center(int view)
    {
        var columns = new WideColumns<T>(source + ((long)view * Samples * features), Samples, features);
        double* means = sums, factors = inverse + (view * features);
        columns.Means(means);
        if (IsCorrelation)
            columns.Squares(means, factors);
        for (int d = 0; d < features; d++)
            factors[d] = IsCorrelation ? 1 / Math.Sqrt((factors[d] / Samples) + PairMatrix.VarianceFloor) : 1;
        columns.Standardise(means, factors, View(view));
    }

    // The gradient at a centred column less its mean; at a standardised one less what goes along the column, too.
    private void ReturnCentered(int view, T* back)
    {
        var columns = new WideColumns<T>(back, Samples, features);
        double* means = sums, along = sums + features, factors = inverse + (view * features);
        for (int d = 0; d < features; d++)
            factors[d] *= Factor;
        if (IsCorrelation)
        {
            columns.MeansWith(View(view), means, along);
            columns.ScaleRest(View(view), means, along, factors);
        }
        else
        {
            columns.Means(means);
            columns.Standardise(means, factors, back);
        }
    }
}
