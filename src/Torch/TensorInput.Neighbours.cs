namespace LossGen.Generated;

using System;
using System.Collections.Generic;
using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <content>
/// Neighbours along an axis of the image. Made of slices, so that nothing is as large as all windows together, each result has the same
/// bits on each run, and autograd can go through.
/// </content>
internal sealed partial class TensorInput
{
    /// <summary>The sum of neighbours, each times its weight.</summary>
    /// <param name="value">(N, C or 1, S).</param>
    /// <param name="axis">The axis of the image, from 0.</param>
    /// <param name="first">The first neighbour, counted from the pixel.</param>
    /// <param name="weights">The weight of each.</param>
    /// <param name="border">What lies beyond the edge.</param>
    public Tensor Correlate(Tensor value, int axis, int first, double[] weights, Border border = Border.Zero)
    {
        Tensor image = Image(value);
        return Flat(WeightedSum(Padded(image, 2 + axis, first, weights.Length, border, 0), 2 + axis, Math.Max(0, -first) + first, weights,
            spatial[axis]));
    }

    /// <summary>
    /// The transposed operation: each pixel hands its number to those that <see cref="Correlate"/> reads for it, times their weights.
    /// </summary>
    public Tensor Transposed(Tensor value, int axis, int first, double[] weights, Border border)
    {
        int dim = 2 + axis, last = first + weights.Length - 1;
        long size = spatial[axis];
        var backwards = (double[])weights.Clone();
        Array.Reverse(backwards);

        // All places that any window reads, those beyond the edge among them, and these then back to the pixels that were read for them.
        int before = Math.Max(0, -first), after = Math.Max(0, last);
        Tensor image = Image(value), all = WeightedSum(Padded(image, dim, -last - before, weights.Length + before + after, Border.Zero, 0),
            dim, Math.Max(0, last + before) - last - before, backwards, size + before + after);
        Tensor sum = all.narrow(dim, before, size).clone();
        for (long place = -before; place < size + after; place++)
        {
            if (place < 0 || place >= size)
                sum.narrow(dim, Source(place, size, border), 1).add_(all.narrow(dim, place + before, 1), Hold(1));
        }

        return Flat(sum);
    }

    /// <summary>The largest (or smallest) of neighbours inside the image; the first of equal ones has the derivative.</summary>
    public Tensor Pool(Tensor value, int axis, int first, int size, bool isMinimum) =>
        OfSomething(PoolLine(value, axis, first, size, isMinimum), isMinimum);

    // Infinite where all neighbours are ignored, for the next axis; nothing else is asked there, but autograd would multiply what follows
    // by 0: a number whose logarithm, reciprocal and powers are numbers.
    private Tensor OfSomething(Tensor pooled, bool isMinimum) =>
        torch.is_grad_enabled() ? torch.where(pooled.ne(Hold(Nothing(isMinimum))), pooled, Number(0.5)) : pooled;

    private Tensor PoolLine(Tensor value, int axis, int first, int size, bool isMinimum)
    {
        int dim = 2 + axis;
        return Flat(Best(Padded(Image(value), dim, first, size, Border.Zero, Nothing(isMinimum)), dim, Math.Max(0, -first) + first, size,
            spatial[axis], isMinimum));
    }

    /// <summary>What arrives at a pool, at the neighbour that it took.</summary>
    public Tensor PoolSlope(Tensor value, Tensor arriving, int axis, int first, int size, bool isMinimum)
    {
        int dim = 2 + axis, before = Math.Max(0, -first);
        long length = spatial[axis];
        Tensor padded = Padded(Image(value), dim, first, size, Border.Zero, Nothing(isMinimum)), left = Image(arriving);
        Tensor best = Best(padded, dim, before + first, size, length, isMinimum), none = torch.zeros_like(left);
        long[] shape = padded.shape;
        shape[1] = Math.Max(padded.shape[1], left.shape[1]);
        Tensor sums = torch.zeros(shape, dtype: X.dtype, device: X.device);
        for (int k = 0; k < size; k++)
        {
            Tensor one = padded.narrow(dim, before + first + k, length), isWorse = isMinimum ? one.gt(best) : one.lt(best);
            sums.narrow(dim, before + first + k, length).add_(torch.where(isWorse, none, left), Hold(1));
            left = torch.where(isWorse, left, none);
        }

        return Flat(sums.narrow(dim, before, length));
    }

    /// <summary>
    /// The largest (or smallest) of a square or cube around each pixel; of equal ones the first row by row has the derivative.
    /// </summary>
    public Tensor PoolBox(Tensor value, int size, bool isMinimum)
    {
        for (int axis = spatial.Length - 1; axis >= 0; axis--)
            value = PoolLine(value, axis, -(size / 2), size, isMinimum);
        return OfSomething(value, isMinimum);
    }

    /// <summary>What arrives at a pool of a square or cube, at the neighbour that it took.</summary>
    public Tensor PoolSlopeBox(Tensor value, Tensor arriving, int size, bool isMinimum)
    {
        // What each axis was pooled from; each is pooled before those in front of it.
        var pooled = new Tensor[spatial.Length];
        for (int axis = spatial.Length - 1; axis >= 0; axis--)
            (pooled[axis], value) = (value, axis == 0 ? value : PoolLine(value, axis, -(size / 2), size, isMinimum));
        for (int axis = 0; axis < spatial.Length; axis++)
            arriving = PoolSlope(pooled[axis], arriving, axis, -(size / 2), size, isMinimum);
        return arriving;
    }

    /// <summary>
    /// The largest (or smallest) of the neighbours along each axis; of two axes with equal ones each has half of the derivative.
    /// </summary>
    public Tensor PoolCross(Tensor value, int size, bool isMinimum)
    {
        Tensor best = PoolLine(value, 0, -(size / 2), size, isMinimum);
        for (int axis = 1; axis < spatial.Length; axis++)
            best = Better(best, PoolLine(value, axis, -(size / 2), size, isMinimum), isMinimum);
        return OfSomething(best, isMinimum);
    }

    /// <summary>What arrives at a pool of a cross, at the neighbours that it took.</summary>
    public Tensor PoolSlopeCross(Tensor value, Tensor arriving, int size, bool isMinimum)
    {
        int last = spatial.Length - 1;
        var arms = new Tensor[spatial.Length];
        var best = new Tensor[spatial.Length];
        for (int axis = 0; axis <= last; axis++)
        {
            arms[axis] = PoolLine(value, axis, -(size / 2), size, isMinimum);
            best[axis] = axis == 0 ? arms[0] : Better(best[axis - 1], arms[axis], isMinimum);
        }

        Tensor sum = torch.zeros_like(arriving), none = torch.zeros_like(arriving);
        for (int axis = last; axis > 0; axis--)
        {
            Tensor others = best[axis - 1], arm = arms[axis], share = torch.where(others.eq(arm), arriving * Hold(0.5), arriving);
            Tensor isOthers = isMinimum ? others.le(arm) : others.ge(arm), isArm = isMinimum ? arm.le(others) : arm.ge(others);
            sum = Add(sum, PoolSlope(value, torch.where(isArm, share, none), axis, -(size / 2), size, isMinimum));
            arriving = torch.where(isOthers, share, none);
        }

        return Add(sum, PoolSlope(value, arriving, 0, -(size / 2), size, isMinimum));
    }

    private static Tensor Better(Tensor a, Tensor b, bool isMinimum) => isMinimum ? torch.minimum(a, b) : torch.maximum(a, b);

    /// <summary>The distance to the nearest pixel that is not 0. It is found on the CPU, wherever the tensors are.</summary>
    public Tensor Distance(Tensor sources, double[] spacing)
    {
        using Tensor condition = Image(sources.detach()).eq(Hold(0)).cpu().contiguous();
        bool[] holds = condition.data<bool>().ToArray();
        var distances = new double[holds.Length];
        DistanceMap.Euclidean(holds, distances, whole.ToLossShape(condition.shape[1]), spacing);
        return Flat(torch.tensor(distances, condition.shape).to(X.dtype).to(X.device));
    }

    private static double Nothing(bool isMinimum) => isMinimum ? double.PositiveInfinity : double.NegativeInfinity;

    // (N, C or 1, the extents of the image).
    private Tensor Image(Tensor value)
    {
        long channels = value.shape[1];
        var shape = new long[2 + spatial.Length];
        (shape[0], shape[1]) = (batch, channels);
        spatial.CopyTo(shape, 2);
        return value.expand(batch, channels, pixels).reshape(shape);
    }

    private Tensor Flat(Tensor image) => image.reshape(batch, image.shape[1], pixels);

    // With what windows at all places read beyond the edges.
    private Tensor Padded(Tensor image, int dim, int first, int taps, Border border, double beyond)
    {
        long size = image.shape[dim];
        int before = Math.Max(0, -first), after = Math.Max(0, first + taps - 1);
        var parts = new List<Tensor>();
        AddPlaces(parts, image, dim, -before, 0, border, beyond);
        parts.Add(image);
        AddPlaces(parts, image, dim, size, size + after, border, beyond);
        return parts.Count == 1 ? image : torch.cat(parts, dim);
    }

    private void AddPlaces(List<Tensor> parts, Tensor image, int dim, long from, long end, Border border, double beyond)
    {
        if (from == end)
            return;
        if (border == Border.Zero)
        {
            long[] shape = image.shape;
            shape[dim] = end - from;
            parts.Add(torch.full(shape, Hold(beyond), dtype: image.dtype, device: image.device));
            return;
        }

        for (long place = from; place < end; place++)
            parts.Add(image.narrow(dim, Source(place, image.shape[dim], border), 1));
    }

    private static long Source(long place, long size, Border border)
    {
        if (border == Border.Replicate || size == 1)
            return Math.Clamp(place, 0, size - 1);
        long period = 2 * (size - 1), within = ((place % period) + period) % period;
        return within < size ? within : period - within;
    }

    private static Tensor WeightedSum(Tensor padded, int dim, long start, double[] weights, long size)
    {
        Tensor sum = padded.narrow(dim, start, size) * Hold(weights[0]);
        for (int k = 1; k < weights.Length; k++)
        {
            Tensor one = padded.narrow(dim, start + k, size);
            sum = torch.is_grad_enabled() ? sum.add(one, Hold(weights[k])) : sum.add_(one, Hold(weights[k]));
        }

        return sum;
    }

    private static Tensor Best(Tensor padded, int dim, long start, int taps, long size, bool isMinimum)
    {
        Tensor best = padded.narrow(dim, start, size);
        for (int k = 1; k < taps; k++)
        {
            Tensor next = padded.narrow(dim, start + k, size);
            if (!torch.is_grad_enabled())
                best = Better(best, next, isMinimum);
            else
                best = torch.where((isMinimum ? best.le(next) : best.ge(next)).logical_or(best.isnan()), best, next);
        }

        return best;
    }
}
