using System.Runtime.CompilerServices;

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

    // Columns of one view as rows, times another view.
    private void Multiply(T* left, T* right, T* product)
    {
        Transposition.Copy(left, features, Samples, features, turned, Samples);
        for (long k = 0; k < (long)Samples * features; k++)
            turned[k] *= T.CreateChecked(Factor);
        MatrixProduct<T>.Pack(right, features, Samples, features, packed);
        MatrixProduct<T>.Multiply(turned, Samples, packed, product, Stride, features, Samples, features);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Center(int view)
    {
        T* numbers = View(view);
        var means = new Span<double>(sums, features);
        means.Clear();
        for (int n = 0; n < Samples; n++)
        {
            for (int d = 0; d < features; d++)
                means[d] += CallChecks.ToDouble(numbers[((long)n * features) + d]);
        }

        var squares = new Span<double>(sums + features, features);
        squares.Clear();
        for (int n = 0; n < Samples; n++)
        {
            for (int d = 0; d < features; d++)
            {
                double centred = CallChecks.ToDouble(numbers[((long)n * features) + d]) - (means[d] / Samples);
                numbers[((long)n * features) + d] = CallChecks.FromDouble<T>(centred);
                squares[d] += centred * centred;
            }
        }

        var factors = new Span<double>(inverse + (view * features), features);
        for (int d = 0; d < features; d++)
            factors[d] = IsCorrelation ? 1 / Math.Sqrt((squares[d] / Samples) + PairMatrix.VarianceFloor) : 1;
        for (int n = 0; n < Samples && IsCorrelation; n++)
        {
            for (int d = 0; d < features; d++)
                numbers[((long)n * features) + d] = CallChecks.FromDouble<T>(CallChecks.ToDouble(numbers[((long)n * features) + d])
                    * factors[d]);
        }
    }

    // The gradient at a centred column less its mean; at a standardised one less what goes along the column, too.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReturnCentered(int view, T* back)
    {
        T* numbers = View(view);
        var means = new Span<double>(sums, features);
        var along = new Span<double>(sums + features, features);
        var factors = new ReadOnlySpan<double>(inverse + (view * features), features);
        means.Clear();
        along.Clear();
        for (int n = 0; n < Samples; n++)
        {
            for (int d = 0; d < features; d++)
            {
                double number = CallChecks.ToDouble(back[((long)n * features) + d]);
                means[d] += number;
                along[d] += number * CallChecks.ToDouble(numbers[((long)n * features) + d]);
            }
        }

        for (int n = 0; n < Samples; n++)
        {
            for (int d = 0; d < features; d++)
            {
                double centred = CallChecks.ToDouble(back[((long)n * features) + d]) - (means[d] / Samples);
                if (IsCorrelation)
                    centred -= CallChecks.ToDouble(numbers[((long)n * features) + d]) * along[d] / Samples;
                back[((long)n * features) + d] = CallChecks.FromDouble<T>(centred * factors[d] * Factor);
            }
        }
    }
}
