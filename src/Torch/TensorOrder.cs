namespace LossGen.Generated;

using System;
using System.Collections.Generic;
using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <summary>
/// The order of keys, the largest first, equal ones by their places, and first of all what is not a number. On the CPU float keys are
/// sorted as whole numbers: libtorch then sorts digit by digit, several times faster than by comparison.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class TensorOrder
{
    // All bits of a float but its sign; those of infinity; and as many numbers as there are that are not a number, of each sign.
    private const int Magnitude = 0x7FFFFFFF, Infinity = 0x7F800000, NotNumbers = Magnitude - Infinity;

    // The lower bits of a whole number, and how many upper ones there are beside them: few enough to be counted in the cache.
    private const int LowerBits = 18, Uppers = 1 << (32 - LowerBits);

    // So many keys are counted at a time, whose upper bits stay in the cache, too.
    private const int Part = 1 << 16;

    /// <summary>The keys are ordered as whole numbers.</summary>
    public static bool IsWhole(Tensor keys) => keys.device_type == DeviceType.CPU && keys.dtype == ScalarType.Float32;

    /// <summary>
    /// Which keys are among so many that come first in the order of <see cref="Descending"/>, without a sort: keys that are counted by
    /// their upper bits tell where the last of them lies, and few have the same. On the CPU alone, for it asks for counts.
    /// </summary>
    /// <param name="keys">Keys of rows for which <see cref="IsWhole"/> holds.</param>
    /// <param name="count">How many of each row, from 1 and less than all.</param>
    /// <param name="isOwn">Nobody else reads the keys, which lie row after row: they are written to.</param>
    public static Tensor First(Tensor keys, int count, bool isOwn = false)
    {
        long[] shape = keys.shape;
        using Tensor sum = isOwn && keys.is_contiguous() ? keys.add_(Hold(0), Hold(1)) : WithoutSign(keys);
        using Tensor whole = Whole(sum);
        Tensor rows = whole.reshape(-1, shape[shape.Length - 1]);
        var found = new List<Tensor>();
        for (long row = 0; row < rows.shape[0]; row++)
            found.Add(FirstOfRow(rows[row], count));
        return found.Count == 1 ? found[0].reshape(shape) : torch.stack(found).reshape(shape);
    }

    private static Tensor FirstOfRow(Tensor row, int count)
    {
        using var scope = torch.NewDisposeScope();
        Tensor upTo = UpperCounts(row).cumsum(0);
        long upper = upTo.lt(Hold(count)).sum().item<long>();
        long before = upper == 0 ? 0 : upTo[upper - 1].item<long>();
        Tensor candidates = WithUpper(row, upper);
        Tensor last = candidates.kthvalue(count - before, 0, keepdim: false).Item1;
        long room = count - before - candidates.lt(last).sum().item<long>();
        if (candidates.eq(last).sum().item<long>() == room)
            return scope.MoveToOuter(row.le(last));

        // Of those that equal it the first.
        Tensor equal = row.eq(last);
        return scope.MoveToOuter(row.lt(last).logical_or_(equal.logical_and(equal.cumsum(0).le(Hold(room)))));
    }

    // How many keys have the same upper bits, of all such.
    private static Tensor UpperCounts(Tensor row)
    {
        Tensor counts = torch.zeros(Uppers, dtype: ScalarType.Int64, device: torch.CPU);
        foreach (Tensor part in row.split(Part))
        {
            using var scope = torch.NewDisposeScope();
            counts.add_(torch.bincount(Upper(part), null, Uppers), Hold(1));
        }

        return counts;
    }

    // The keys with these upper bits.
    private static Tensor WithUpper(Tensor row, long upper)
    {
        var found = new List<Tensor>();
        foreach (Tensor part in row.split(Part))
        {
            using var scope = torch.NewDisposeScope();
            found.Add(scope.MoveToOuter(part.masked_select(Upper(part).eq(Hold(upper)))));
        }

        return torch.cat(found);
    }

    // From 0 on.
    private static Tensor Upper(Tensor keys) => keys.bitwise_right_shift(Number(LowerBits)).add_(Number(Uppers / 2), Hold(1));

    /// <summary>
    /// The places of the keys along the last axis, in their order: of all rows, or where <see cref="IsWhole"/> holds of each by itself.
    /// </summary>
    /// <param name="keys">Keys of rows, of a floating type, without a graph.</param>
    public static Tensor[] Descending(Tensor keys)
    {
        if (!IsWhole(keys))
            return new[] { keys.sort(dim: -1, descending: true, stable: true).Indices };
        using Tensor sum = WithoutSign(keys), whole = Whole(sum);
        Tensor rows = whole.reshape(-1, keys.shape[keys.shape.Length - 1]);

        // libtorch sorts one row by its digits, not several.
        var orders = new Tensor[rows.shape[0]];
        for (int row = 0; row < orders.Length; row++)
        {
            (Tensor sorted, orders[row]) = rows[row].sort(dim: -1, descending: false, stable: true);
            sorted.Dispose();
        }

        return orders;
    }

    // Keys of which -0 is 0, in memory of their own.
    private static Tensor WithoutSign(Tensor keys) => keys.add(Hold(0), Hold(1)).contiguous();

    /// <summary>
    /// Whole numbers that grow as float keys on the CPU fall, equal for equal keys. What is not a number, of either sign, comes first.
    /// </summary>
    /// <param name="keys">Contiguous, without -0, and written to: the numbers may lie in their memory.</param>
    private static Tensor Whole(Tensor keys)
    {
        // Bits of numbers from 0 on grow with the number. Something that is no number is not from 0 on.
        Tensor bits = TensorMemory.Bits(keys);
        if (keys.numel() > 0 && keys.amin(AllAxes(keys)).item<float>() >= 0)
            return bits.bitwise_not_();

        // Those of negative numbers grow with the magnitude; reversed, all grow with the number, and without the last operations the
        // numbers that are none and negative would come last.
        Tensor negative = bits.bitwise_right_shift(Number(31)).bitwise_and_(Number(Magnitude));
        return negative.bitwise_xor_(bits).bitwise_not_().add_(Number(NotNumbers), Hold(1));
    }

    private static long[] AllAxes(Tensor keys)
    {
        var axes = new long[keys.shape.Length];
        for (int axis = 0; axis < axes.Length; axis++)
            axes[axis] = axis;
        return axes;
    }

    private static Tensor Number(int number) => torch.tensor(number, dtype: ScalarType.Int32, device: torch.CPU);
}
