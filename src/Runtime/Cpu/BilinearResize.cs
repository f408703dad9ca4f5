using System.Numerics;
using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>
/// Bilinear resizing with aligned corners, as torch's <c>interpolate(mode: bilinear, align_corners: true)</c>: the corner pixels of
/// both grids coincide, pixel i of the target reads at i * (source - 1) / (target - 1) of the source. Along rows first, which
/// is done once a source row, then across them in lanes.
/// </summary>
internal readonly unsafe ref struct BilinearResize<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, IVector<V, T>
{
    private readonly int height, width, targetHeight, targetWidth;
    private readonly Point* rows;
    private readonly Point* columns;
    private readonly T* upper;
    private readonly T* lower;

    /// <summary>Prepares a resize of planes from the logits' size to the target's. Its memory is the thread's: one at a time.</summary>
    public BilinearResize(LossShape shape)
    {
        (height, width) = (shape.LogitHeight, shape.LogitWidth);
        (targetHeight, targetWidth) = (shape.Height, shape.Width);
        Workspace workspace = Workspace.Rent(
            WorkspaceUse.Resize,
            Workspace.Size<Point>(targetHeight) + Workspace.Size<Point>(targetWidth) + (2 * Workspace.Size<T>(targetWidth)));
        rows = Points(workspace.Take<Point>(targetHeight), height, targetHeight);
        columns = Points(workspace.Take<Point>(targetWidth), width, targetWidth);
        upper = workspace.Take<T>(targetWidth);
        lower = workspace.Take<T>(targetWidth);
    }

    /// <summary>Resizes planes.</summary>
    public void Forward(T* source, T* target, long planes)
    {
        for (long plane = 0; plane < planes; plane++, source += (long)height * width)
        {
            // The source rows that the two buffers hold, stretched to the target's width.
            T* first = upper, second = lower;
            int firstRow = -1, secondRow = -1;
            for (int i = 0; i < targetHeight; i++, target += targetWidth)
            {
                Point at = rows[i];
                if (at.First == secondRow)
                {
                    T* kept = second;
                    second = first;
                    first = kept;
                    (firstRow, secondRow) = (secondRow, firstRow);
                }

                if (at.First != firstRow)
                    Stretch(source + ((long)at.First * width), first);
                firstRow = at.First;
                if (at.Second != secondRow)
                    Stretch(source + ((long)at.Second * width), second);
                secondRow = at.Second;
                Combine(first, second, at.Fraction, target);
            }
        }
    }

    /// <summary>The transpose: takes the gradient at the target's pixels back to the source's.</summary>
    public void Adjoint(T* gradient, T* targetGradient, long planes)
    {
        for (long plane = 0; plane < planes; plane++, targetGradient += (long)targetHeight * targetWidth)
        {
            int start = 0;
            for (int row = 0; row < height; row++, gradient += width)
            {
                // All target rows that read this source row; they follow each other.
                while (start < targetHeight && rows[start].Second < row)
                    start++;
                new Span<T>(upper, targetWidth).Clear();
                for (int i = start; i < targetHeight && rows[i].First <= row; i++)
                {
                    T weight = (rows[i].First == row ? T.One - rows[i].Fraction : T.Zero) + (rows[i].Second == row ? rows[i].Fraction : T.Zero);
                    Accumulate(targetGradient + ((long)i * targetWidth), weight, upper);
                }

                new Span<T>(gradient, width).Clear();
                for (int j = 0; j < targetWidth; j++)
                {
                    Point at = columns[j];
                    gradient[at.First] += (T.One - at.Fraction) * upper[j];
                    gradient[at.Second] += at.Fraction * upper[j];
                }
            }
        }
    }

    private static Point* Points(Point* points, int source, int target)
    {
        for (int i = 0; i < target; i++)
        {
            double position = target > 1 ? i * ((double)(source - 1) / (target - 1)) : 0;
            int first = Math.Min((int)position, source - 1);
            points[i] = new(first, Math.Min(first + 1, source - 1), T.CreateTruncating(position - first));
        }

        return points;
    }

    private void Stretch(T* source, T* row)
    {
        for (int j = 0; j < targetWidth; j++)
        {
            Point at = columns[j];
            row[j] = ((T.One - at.Fraction) * source[at.First]) + (at.Fraction * source[at.Second]);
        }
    }

    private void Combine(T* first, T* second, T fraction, T* target)
    {
        T rest = T.One - fraction;
        V a = V.Broadcast(&rest), b = V.Broadcast(&fraction);
        int j = 0;
        for (; j + V.Count <= targetWidth; j += V.Count)
            V.Store((a * V.Load(first + j)) + (b * V.Load(second + j)), target + j);
        for (; j < targetWidth; j++)
            target[j] = (rest * first[j]) + (fraction * second[j]);
    }

    private void Accumulate(T* source, T weight, T* sum)
    {
        V a = V.Broadcast(&weight);
        int j = 0;
        for (; j + V.Count <= targetWidth; j += V.Count)
            V.Store(V.Load(sum + j) + (a * V.Load(source + j)), sum + j);
        for (; j < targetWidth; j++)
            sum[j] += weight * source[j];
    }

    /// <summary>Where a target row or column reads: between two of the source.</summary>
    private readonly struct Point(int first, int second, T fraction)
    {
        public readonly int First = first;
        public readonly int Second = second;
        public readonly T Fraction = fraction;
    }
}
