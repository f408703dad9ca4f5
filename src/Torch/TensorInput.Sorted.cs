namespace LossGen.Generated;

using System;
using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <content>
/// What goes by the order of the pixels, the largest keys first, equal keys in the pixels' own order. What has the same keys is sorted
/// once.
/// </content>
internal sealed partial class TensorInput
{
    private Tensor? sortedKey;
    private Tensor[]? orders;
    private bool isSortedPerImage;

    /// <summary>The running sum over the pixels of each image.</summary>
    public Tensor RunningSumS(Tensor value, Tensor key) => RunningSum(value, key, perImage: true);

    /// <summary>The running sum over the pixels of all images.</summary>
    public Tensor RunningSumNS(Tensor value, Tensor key) => RunningSum(value, key, perImage: false);

    /// <summary>How many pixels of an image up to each meet a condition.</summary>
    public Tensor RunningCountS(Tensor condition, Tensor key) => RunningCount(condition, key, perImage: true);

    /// <summary>How many pixels of all images up to each meet a condition.</summary>
    public Tensor RunningCountNS(Tensor condition, Tensor key) => RunningCount(condition, key, perImage: false);

    /// <summary>The place of each pixel in the order of its image, from 1.</summary>
    public Tensor RankS(Tensor key) => Rank(key, perImage: true);

    /// <summary>The place of each pixel in the order of all images, from 1.</summary>
    public Tensor RankNS(Tensor key) => Rank(key, perImage: false);

    /// <summary>Which pixels are among so many of their image with the largest keys.</summary>
    /// <param name="key">The keys.</param>
    /// <param name="count">How many.</param>
    /// <param name="isOwn">Nobody else reads the keys, which may be written to.</param>
    public Tensor IsAmongS(Tensor key, double count, bool isOwn = false) => IsAmong(key, count, perImage: true, isOwn);

    /// <summary>Which pixels are among so many of all images with the largest keys.</summary>
    /// <inheritdoc cref="IsAmongS"/>
    public Tensor IsAmongNS(Tensor key, double count, bool isOwn = false) => IsAmong(key, count, perImage: false, isOwn);

    // Sums of many pixels need double.
    private Tensor RunningSum(Tensor value, Tensor key, bool perImage) =>
        Running(value, key, perImage, static values => values.cumsum(-1, ScalarType.Float64));

    private Tensor RunningCount(Tensor condition, Tensor key, bool perImage) =>
        Running(condition, key, perImage, static holds => holds.cumsum(-1, ScalarType.Int32));

    private Tensor Running(Tensor value, Tensor key, bool perImage, Func<Tensor, Tensor> sums)
    {
        Tensor[] orders = Orders(key, perImage);
        Tensor values = Lay(value, Math.Max(value.shape[1], key.shape[1]), perImage);
        if (!TensorOrder.IsWhole(key))
            return Back(Place(sums(values.gather(-1, orders[0].expand(values.shape))), orders[0]), perImage);
        Tensor laid = torch.empty(values.shape, dtype: X.dtype, device: X.device);
        EachRow(values, orders, (row, order, k) =>
        {
            using Tensor inOrder = row.index_select(0, order), sum = sums(inOrder);
            Rows(laid)[k].scatter_(0, order, sum.to_type(X.dtype));
        });
        return Back(laid, perImage);
    }

    private Tensor Rank(Tensor key, bool perImage)
    {
        Tensor[] orders = Orders(key, perImage);
        long count = perImage ? pixels : batch * pixels;
        Tensor places = Counted(1, count + 1, ScalarType.Float64).to_type(X.dtype);
        if (!TensorOrder.IsWhole(key))
            return Back(Place(places.expand(orders[0].shape), orders[0]), perImage);
        Tensor laid = torch.empty(perImage ? new[] { batch, key.shape[1], pixels } : new[] { key.shape[1], count }, dtype: X.dtype,
            device: X.device);
        EachRow(laid, orders, (row, order, _) => row.scatter_(0, order, places));
        return Back(laid, perImage);
    }

    // Row by row: of one row libtorch selects faster than it gathers of several.
    private static void EachRow(Tensor laid, Tensor[] orders, Action<Tensor, Tensor, long> visit)
    {
        Tensor rows = Rows(laid);
        long perOrder = rows.shape[0] / orders.Length;
        for (long k = 0; k < rows.shape[0]; k++)
        {
            using var scope = torch.NewDisposeScope();
            visit(rows[k], orders[k / perOrder], k);
        }
    }

    private static Tensor Rows(Tensor laid) => laid.reshape(-1, laid.shape[laid.shape.Length - 1]);

    // A selection and not a sort. Of the keys that equal the least of them as many as there is room for; what is not a number comes first.
    private Tensor IsAmong(Tensor key, double count, bool perImage, bool isOwn)
    {
        Tensor keys = Lay(key, key.shape[1], perImage);
        long all = keys.shape[keys.shape.Length - 1];
        if (!(count >= 1) || count >= all)
            return Always(count >= 1).expand(batch, key.shape[1], pixels).alias();
        var room = (int)count;
        if (TensorOrder.IsWhole(keys))
            return Back(TensorOrder.First(keys, room, isOwn && !torch.is_grad_enabled()), perImage);
        Tensor least = keys.topk(room, -1, largest: true, sorted: false).values.amin(new long[] { -1 }, keepdim: true);
        Tensor isAbove = keys.le(least).logical_not(), isLeast = keys.eq(least);
        Tensor left = (-isAbove.sum(-1, keepdim: true)).add(Hold((long)room), Hold(1));
        return Back(isAbove.logical_or(isLeast.logical_and(isLeast.cumsum(-1).le(left))), perImage);
    }

    // One of all rows, or on the CPU of float one of each.
    private Tensor[] Orders(Tensor key, bool perImage)
    {
        if (orders is not null && ReferenceEquals(sortedKey, key) && isSortedPerImage == perImage)
            return orders;
        orders = TensorOrder.Descending(Lay(key, key.shape[1], perImage));
        foreach (Tensor order in orders)
            passing.MoveToOuter(order);
        (sortedKey, isSortedPerImage) = (key, perImage);
        return orders;
    }

    // As (C or 1, N * S) or (N, C or 1, S).
    private Tensor Lay(Tensor value, long rows, bool perImage)
    {
        Tensor whole = value.detach().expand(batch, rows, pixels);
        return perImage ? whole.contiguous() : whole.transpose(0, 1).reshape(rows, batch * pixels);
    }

    // What is in order back at the pixels' places.
    private Tensor Place(Tensor inOrder, Tensor order)
    {
        Tensor sums = inOrder.to_type(X.dtype);
        return torch.empty_like(sums).scatter(-1, order.expand(sums.shape), sums);
    }

    private Tensor Back(Tensor laid, bool perImage) => perImage ? laid : laid.reshape(laid.shape[0], batch, pixels).transpose(0, 1);
}
