using System.Numerics;
using System.Runtime.CompilerServices;

namespace LossGen.Cpu;

/// <summary>
/// Replaces values by their sums over the pixels with larger keys and the pixel itself. Pixels are sorted by digits, the lowest first, so
/// that the time hardly depends on the keys, equal keys keep the order of their pixels, and the order depends on nothing else.
/// </summary>
/// <remarks>
/// Keys become whole numbers (<see cref="SortKeys"/>); the digits cover only the bits in which they differ. Values that are all 0 or 1
/// travel as a bit beside the pixel's number (<see cref="IBitMaps{T}"/>). Then the last digit need not be sorted: with the number of pixels
/// and of ones below each digit at hand, each pixel's sum is known when it is reached.
/// </remarks>
internal static unsafe class KeySort<T, TEntry>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TEntry : unmanaged, ISortEntry<TEntry>
{
    /// <summary>The memory for so many pixels in so many parts.</summary>
    public static long Bytes(long count, int parts = 1) => (2 * Workspace.Size<TEntry>(count)) + DigitTables.Bytes(parts);

    /// <param name="group">Where the pixels lie in each map.</param>
    /// <param name="keys">The keys; they are lost.</param>
    /// <param name="sums">
    /// The maps of values, which become their sums; null for values of 1, whose sums go to <paramref name="keys"/>. At most one is null.
    /// </param>
    /// <param name="workspace">Memory of <see cref="Bytes"/>.</param>
    /// <param name="parts">Into how many parts the pixels are cut, for as many threads. The sums do not depend on it.</param>
    public static void Sum(in PixelGroup group, T* keys, ReadOnlySpan<nint> sums, Workspace workspace, int parts = 1)
    {
        TEntry* entries = workspace.Take<TEntry>(group.Count), others = workspace.Take<TEntry>(group.Count);
        bool counts = sums.Contains(0);
        int valued = sums.Length - (counts ? 1 : 0);
        T** maps = stackalloc T*[valued];
        int taken = 0;
        foreach (nint map in sums)
        {
            if (map != 0)
                maps[taken++] = (T*)map;
        }

        (ulong least, ulong largest) = SortKeys.ToWholeNumbers(group, keys);
        bool travel = valued <= (group.LeavesTwoBits ? 2 : 1) && SortKeys.AreBits(group, maps, valued);
        var work = new SortWork<T, TEntry>
        {
            Group = group,
            Keys = keys,
            Least = least,
            Digits = new(64 - BitOperations.LeadingZeroCount(largest - least)),
            Entries = entries,
            Others = others,
            Parts = parts,
            Tables = DigitTables.Take(workspace, parts),
            Ranks = counts ? keys : null,
        };
        switch (travel ? valued : -1)
        {
            case 0:
                DigitSort<T, TEntry, NoMaps<T>>.Sum(&work, default);
                break;
            case 1:
                DigitSort<T, TEntry, OneMap<T>>.Sum(&work, new(maps[0]));
                break;
            case 2:
                DigitSort<T, TEntry, TwoMaps<T>>.Sum(&work, new(maps[0], maps[1]));
                break;
            default:
                uint* order = DigitSort<T, TEntry, NoMaps<T>>.Order(&work, default);
                for (int k = 0; k < valued; k++)
                    SumInOrder(group, order, maps[k]);
                if (counts)
                    Rank(group, order, keys);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumInOrder(in PixelGroup group, uint* order, T* values)
    {
        double sum = 0;
        for (int i = 0; i < group.Count; i++)
        {
            Prefetch.Line(values + group.Offset(order[Math.Min(i + Prefetch.StepsAhead, group.Count - 1)]));
            T* value = values + group.Offset(order[i]);
            sum += CallChecks.ToDouble(*value);
            *value = CallChecks.FromDouble<T>(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rank(in PixelGroup group, uint* order, T* ranks)
    {
        for (int i = 0; i < group.Count; i++)
        {
            Prefetch.Line(ranks + group.Offset(order[Math.Min(i + Prefetch.StepsAhead, group.Count - 1)]));
            ranks[group.Offset(order[i])] = CallChecks.FromDouble<T>(i + 1);
        }
    }
}
