using LossGen.Kernels;

namespace LossGen.Reference;

/// <content>
/// What a formula reads around a pixel, one neighbour after the other. Pixels that are ignored are as if they were not there: sums read 0
/// at them, the largest and the smallest leave them out.
/// </content>
internal sealed partial class TermScope
{
    private int Dimensions => context.Definition.Dimensions > 0 ? context.Definition.Dimensions : Source.Shape.Dimensions;

    public Value Shift(Value value, int axis, int by, Border border) => Correlate(value, axis, by, [1], border);

    public Value Window(Value value, int axis, double[] weights, Border border)
    {
        if (weights.Length % 2 == 0)
            throw new ArgumentException($"There are {weights.Length} weights; an odd number of them has one in the middle for the pixel itself.", nameof(weights));
        return Correlate(value, axis, -(weights.Length / 2), weights, border);
    }

    public Value BoxBlur(Value value, int size, Border border) => AlongAll(value, Enumerable.Repeat(1D / Odd(size), size).ToArray(),
        border);

    public Value GaussianBlur(Value value, int size, double sigma, Border border)
    {
        if (!(sigma > 0) || double.IsInfinity(sigma))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "sigma has to be above 0 and finite.");
        int middle = Odd(size) / 2;
        double[] weights = [.. Enumerable.Range(0, size).Select(k => Math.Exp(-(k - middle) * (k - middle) / (2 * sigma * sigma)))];
        double sum = weights.Sum();
        return AlongAll(value, Array.ConvertAll(weights, weight => weight / sum), border);
    }

    public Value Pool(Value value, int size, Func<double, double, double> better, double nothing)
    {
        // Between two axes ignored pixels have what others left them.
        for (int axis = Dimensions - 1; axis >= 0; axis--)
            value = PoolAlong(value, axis, size, better, nothing, axis == Dimensions - 1 ? null : Everywhere);
        return value;
    }

    private Value Everywhere => Elementwise.Broadcast(1, ElementAxes.None, Source.Extents);

    public Value PoolAlong(Value value, int axis, int size, Func<double, double, double> better, double nothing, Value? valid = null)
    {
        int reach = Odd(size) / 2;
        (int length, int stride) = Along(axis);
        ElementAxes axes = value.Axes | ElementAxes.Batch | ElementAxes.Pixel;
        valid ??= Source.ValidOver(axes);
        return Elementwise.Create(axes, Source.Extents, (n, c, s) =>
        {
            int place = s / stride % length;
            double best = nothing;
            for (int k = -Math.Min(reach, place); k <= Math.Min(reach, length - 1 - place); k++)
            {
                int other = s + (k * stride);
                if (valid[n, c, other] != 0)
                    best = better(best, value[n, c, other]);
            }

            return best;
        });
    }

    // Axis by axis the smallest of all sums, one place after the other.
    public Value DistanceTransform(Condition condition, double[] spacing)
    {
        Value holds = condition.Mask;
        ElementAxes axes = holds.Axes | ElementAxes.Batch | ElementAxes.Pixel;
        Value valid = Source.ValidOver(axes);
        Value squares = Elementwise.Create(axes, Source.Extents, (n, c, s) => valid[n, c, s] != 0 && holds[n, c, s] == 0 ? 0
            : double.PositiveInfinity);
        for (int axis = 0; axis < Dimensions; axis++)
        {
            double step = spacing[3 - Dimensions + axis];
            if (!(step > 0) || double.IsInfinity(step))
                throw new ArgumentOutOfRangeException(nameof(spacing), step, "A spacing has to be above 0 and finite.");
            (int length, int stride) = Along(axis);
            Value before = squares;
            squares = Elementwise.Create(axes, Source.Extents, (n, c, s) =>
            {
                int place = s / stride % length;
                double least = double.PositiveInfinity;
                for (int other = 0; other < length; other++)
                    least = Math.Min(least, before[n, c, s + ((other - place) * stride)]
                        + ((other - place) * step * ((other - place) * step)));
                return least;
            });
        }

        return Elementwise.Map(squares, square => double.IsPositiveInfinity(square) ? 0 : Math.Sqrt(square));
    }

    public Condition Inside(int size)
    {
        Odd(size);
        Value ones = AlongAll(Elementwise.Broadcast(1, Source.Target.Valid.Axes, Source.Extents), [.. Enumerable.Repeat(1D, size)],
            Border.Zero);
        double all = Math.Pow(size, Dimensions);
        return new(Elementwise.Map(ones, count => count > all - 0.5 ? 1 : 0));
    }

    public Value SoftErode(Value value)
    {
        Value smallest = Along(0);
        for (int axis = 1; axis < Dimensions; axis++)
            smallest = Elementwise.Zip(smallest, Along(axis), Math.Min);
        return smallest;

        Value Along(int axis) => PoolAlong(value, axis, 3, Math.Min, double.PositiveInfinity);
    }

    public Value SoftSkeleton(Value value, int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        Value eroded = SoftErode(value), skeleton = Ridge(value, eroded);
        for (int k = 0; k < iterations; k++)
        {
            value = eroded;
            eroded = SoftErode(value);
            skeleton = Elementwise.Zip(skeleton, Ridge(value, eroded), (s, ridge) => s + Positive(ridge - (s * ridge)));
        }

        return skeleton;

        Value Ridge(Value of, Value opened) => Elementwise.Zip(of, Pool(opened, 3, Math.Max, double.NegativeInfinity),
            (p, q) => Positive(p - q));

        static double Positive(double number) => number <= 0 ? 0 : number;
    }

    private Value AlongAll(Value value, double[] weights, Border border)
    {
        for (int axis = 0; axis < Dimensions; axis++)
            value = Correlate(value, axis, -(weights.Length / 2), weights, border, axis == 0 ? null : Everywhere);
        return value;
    }

    private Value Correlate(Value value, int axis, int first, double[] weights, Border border, Value? valid = null)
    {
        (int length, int stride) = Along(axis);
        ElementAxes axes = value.Axes | ElementAxes.Batch | ElementAxes.Pixel;
        valid ??= Source.ValidOver(axes);
        return Elementwise.Create(axes, Source.Extents, (n, c, s) =>
        {
            int place = s / stride % length;
            double sum = 0;
            for (int k = 0; k < weights.Length; k++)
            {
                int source = At(place + first + k);
                int other = s + ((source - place) * stride);
                if (source >= 0 && valid[n, c, other] != 0)
                    sum += weights[k] * value[n, c, other];
            }

            return sum;
        });

        int At(int place)
        {
            if (place >= 0 && place < length)
                return place;
            if (border == Border.Zero)
                return -1;
            if (border == Border.Replicate)
                return Math.Clamp(place, 0, length - 1);
            while (length > 1 && (place < 0 || place >= length))
                place = place < 0 ? -place : (2 * (length - 1)) - place;
            return length > 1 ? place : 0;
        }
    }

    // The extent of an axis of the image, and how far apart its neighbours lie.
    private (int Length, int Stride) Along(int axis)
    {
        CallRules.Dimensions(context.Definition, Source.Shape.Dimensions);
        int dimensions = Dimensions;
        if (axis < 0 || axis >= dimensions)
            throw new ArgumentOutOfRangeException(nameof(axis), axis, $"The image has {dimensions} axes, from 0 to {dimensions - 1}.");
        int[] extents = dimensions switch
        {
            1 => [Source.Shape.Width],
            2 => [Source.Shape.Height, Source.Shape.Width],
            _ => [Source.Shape.Depth, Source.Shape.Height, Source.Shape.Width],
        };
        return (extents[axis], extents.Skip(axis + 1).Aggregate(1, (product, extent) => product * extent));
    }

    private static int Odd(int size) => size > 0 && size % 2 == 1
        ? size
        : throw new ArgumentOutOfRangeException(nameof(size), size, "The size has to be odd, so that the pixel is in the middle.");
}
