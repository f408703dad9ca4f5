using System.Numerics;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>
/// Linear resizing along one to three axes, as torch's <c>interpolate</c> with mode linear, bilinear or trilinear. With aligned corners
/// pixel i of the target reads at <c>i * (source - 1) / (target - 1)</c> of the source, otherwise at <c>(i + 0.5) * source / target -
/// 0.5</c>, at least
/// 0. Rows are stretched once each, then rows and slices are combined in lanes.
/// </summary>
internal readonly unsafe ref struct LinearResize<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, IVector<V, T>
{
    private const int Slices = 0, Rows = 1;

    private readonly Axis slices, rows;
    private readonly Point* columns;
    private readonly int width, targetWidth;
    private readonly long pixels, targetPixels;

    /// <summary>Prepares a resize of planes from the logits' size to the target's. Its memory is the thread's: one at a time.</summary>
    public LinearResize(LossShape shape, Resize resize)
    {
        bool isAligned = resize != Resize.LinearUnaligned;
        (pixels, targetPixels) = (shape.LogitPixels, shape.Pixels);
        (width, targetWidth) = (shape.LogitWidth, shape.Width);
        slices = new(shape.LogitDepth, shape.Depth, (long)shape.LogitHeight * width, (long)shape.Height * targetWidth);
        rows = new(shape.LogitHeight, shape.Height, width, targetWidth);
        Workspace workspace = Workspace.Rent(WorkspaceUse.Resize, slices.Bytes + rows.Bytes + Workspace.Size<Point>(targetWidth));
        slices = slices.In(workspace, isAligned);
        rows = rows.In(workspace, isAligned);
        columns = Points(workspace, width, targetWidth, isAligned);
    }

    /// <summary>Resizes a plane: an image of a class.</summary>
    /// <param name="source">All planes.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="plane">Which of them.</param>
    public void Forward(T* source, T* target, int plane) => Stretch(Slices, source + (plane * pixels), target + (plane * targetPixels));

    /// <summary>The transpose: takes the gradient at a plane's pixels of the target back to those of the source.</summary>
    /// <param name="gradient">Where the gradient of all planes goes.</param>
    /// <param name="arriving">The gradient at the target's pixels of all planes.</param>
    /// <param name="plane">Which of them.</param>
    public void Adjoint(T* gradient, T* arriving, int plane) =>
        Gather(Slices, gradient + (plane * pixels), arriving + (plane * targetPixels));

    // Volumes by slices, slices by rows, rows at last by pixels.
    private void Stretch(int level, T* source, T* target)
    {
        if (level > Rows)
        {
            StretchRow(source, target);
            return;
        }

        Axis axis = level == Slices ? slices : rows;
        if (axis.IsSingle)
        {
            Stretch(level + 1, source, target);
            return;
        }

        // The places whose stretched parts the two buffers hold.
        T* first = axis.Upper, second = axis.Lower;
        int firstPlace = -1, secondPlace = -1;
        for (int i = 0; i < axis.Target; i++, target += axis.TargetStep)
        {
            Point at = axis.Points[i];
            if (at.First == secondPlace)
            {
                T* kept = second;
                second = first;
                first = kept;
                (firstPlace, secondPlace) = (secondPlace, firstPlace);
            }

            if (at.First != firstPlace)
                Stretch(level + 1, source + (at.First * axis.Step), first);
            firstPlace = at.First;
            if (at.Second != secondPlace)
                Stretch(level + 1, source + (at.Second * axis.Step), second);
            secondPlace = at.Second;
            Combine(first, second, at.Fraction, target, axis.TargetStep);
        }
    }

    private void Gather(int level, T* gradient, T* arriving)
    {
        if (level > Rows)
        {
            GatherRow(gradient, arriving);
            return;
        }

        Axis axis = level == Slices ? slices : rows;
        if (axis.IsSingle)
        {
            Gather(level + 1, gradient, arriving);
            return;
        }

        int start = 0;
        for (int place = 0; place < axis.Source; place++, gradient += axis.Step)
        {
            // All parts of the target that read this place; they follow each other.
            while (start < axis.Target && axis.Points[start].Second < place)
                start++;
            Clear(axis.Upper, axis.TargetStep);
            for (int i = start; i < axis.Target && axis.Points[i].First <= place; i++)
            {
                Point at = axis.Points[i];
                T weight = (at.First == place ? T.One - at.Fraction : T.Zero) + (at.Second == place ? at.Fraction : T.Zero);
                Accumulate(arriving + (i * axis.TargetStep), weight, axis.Upper, axis.TargetStep);
            }

            Gather(level + 1, gradient, axis.Upper);
        }
    }

    private void StretchRow(T* source, T* row)
    {
        for (int j = 0; j < targetWidth; j++)
        {
            Point at = columns[j];
            row[j] = ((T.One - at.Fraction) * source[at.First]) + (at.Fraction * source[at.Second]);
        }
    }

    private void GatherRow(T* gradient, T* row)
    {
        Clear(gradient, width);
        for (int j = 0; j < targetWidth; j++)
        {
            Point at = columns[j];
            gradient[at.First] += (T.One - at.Fraction) * row[j];
            gradient[at.Second] += at.Fraction * row[j];
        }
    }

    private static Point* Points(Workspace workspace, int source, int target, bool isAligned)
    {
        Point* points = workspace.Take<Point>(target);
        double step = !isAligned ? (double)source / target : target > 1 ? (double)(source - 1) / (target - 1) : 0;
        for (int i = 0; i < target; i++)
        {
            double position = isAligned ? i * step : Math.Max(0, ((i + 0.5) * step) - 0.5);
            int first = Math.Min((int)position, source - 1);
            points[i] = new(first, Math.Min(first + 1, source - 1), T.CreateTruncating(position - first));
        }

        return points;
    }

    private static void Clear(T* numbers, long count)
    {
        V zero = V.Zero;
        long j = 0;
        for (; j + V.Count <= count; j += V.Count)
            V.Store(zero, numbers + j);
        for (; j < count; j++)
            numbers[j] = T.Zero;
    }

    private static void Combine(T* first, T* second, T fraction, T* target, long count)
    {
        T rest = T.One - fraction;
        V a = V.Broadcast(&rest), b = V.Broadcast(&fraction);
        long j = 0;
        for (; j + V.Count <= count; j += V.Count)
            V.Store((a * V.Load(first + j)) + (b * V.Load(second + j)), target + j);
        for (; j < count; j++)
            target[j] = (rest * first[j]) + (fraction * second[j]);
    }

    private static void Accumulate(T* source, T weight, T* sum, long count)
    {
        V a = V.Broadcast(&weight);
        long j = 0;
        for (; j + V.Count <= count; j += V.Count)
            V.Store(V.Load(sum + j) + (a * V.Load(source + j)), sum + j);
        for (; j < count; j++)
            sum[j] += weight * source[j];
    }

    /// <summary>Where a place along an axis of the target reads: between two of the source.</summary>
    private readonly struct Point(int first, int second, T fraction)
    {
        public readonly int First = first;
        public readonly int Second = second;
        public readonly T Fraction = fraction;
    }

    /// <summary>An axis of slices or rows: its extents, how far its parts lie from each other, and room for two stretched ones.</summary>
    private readonly struct Axis(int source, int target, long step, long targetStep)
    {
        public readonly int Source = source;
        public readonly int Target = target;
        public readonly long Step = step;
        public readonly long TargetStep = targetStep;

        public Point* Points { get; private init; }

        public T* Upper { get; private init; }

        public T* Lower { get; private init; }

        /// <summary>There is one part on both sides, which is passed on as it is.</summary>
        public bool IsSingle => Source == 1 && Target == 1;

        /// <summary>The memory that it needs.</summary>
        public long Bytes => IsSingle ? 0 : Workspace.Size<Point>(Target) + (2 * Workspace.Size<T>(TargetStep));

        public Axis In(Workspace workspace, bool isAligned) => IsSingle
            ? this
            : this with
            {
                Points = LinearResize<T, V>.Points(workspace, Source, Target, isAligned),
                Upper = workspace.Take<T>(TargetStep),
                Lower = workspace.Take<T>(TargetStep),
            };
    }
}
