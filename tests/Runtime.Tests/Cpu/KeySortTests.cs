using System.Numerics;
using System.Runtime.InteropServices;
using LossGen.Cpu;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Sums in the order of keys, against the framework's own stable sort.</summary>
public sealed unsafe class KeySortTests
{
    /// <summary>Keys of one digit and of several, of all signs, with ties, zeros of both signs, infinities and NaN.</summary>
    public static TheoryData<string> Keys => ["equal", "few", "unit", "wide", "special", "falling", "bytes"];

    [Theory]
    [MemberData(nameof(Keys))]
    public void SumsGoFromTheLargestKeyDown(string keys)
    {
        foreach ((int pixels, int images, int rows) in new[] { (1, 1, 1), (7, 1, 1), (8, 1, 3), (1000, 1, 1), (61, 3, 2), (5003, 2, 4) })
        {
            foreach (int values in new[] { 0, 1, 2, 3 })
            {
                foreach (bool counts in values == 0 ? [true] : new[] { false, true })
                {
                    foreach (bool areBits in new[] { false, true })
                    {
                        foreach (int parts in new[] { 1, 2, 5 })
                        {
                            Check<float, SortEntry32>(keys, new(pixels, images, rows * pixels), values, counts, areBits, parts);
                            Check<double, SortEntry64>(keys, new(pixels, images, rows * pixels), values, counts, areBits, parts);
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void MapsTooLargeForPlacesAreSortedByNumbers()
    {
        // Nothing of that size is touched: the second image's row only lies so far away.
        var group = new PixelGroup(3, 2, 1L << 31);
        Assert.True(group.IsWide && group.LeavesTwoBits);
        Assert.Equal([0, 1, 2, 1L << 31, (1L << 31) + 1, (1L << 31) + 2],
            Enumerable.Range(0, 6).Select(pixel => group.Offset((uint)pixel)));
        Assert.Throws<NotSupportedException>(() => new PixelGroup(1L << 30, 2, 1L << 30));
    }

    private static void Check<T, TEntry>(string name, PixelGroup group, int values, bool counts, bool areBits, int parts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TEntry : unmanaged, ISortEntry<TEntry>
    {
        var random = new Random(5);
        int length = (int)group.Next * group.Images;
        T[] keys = [.. Enumerable.Range(0, length).Select(i => Key<T>(name, random, i))];
        T[][] maps = [.. Enumerable.Range(0, values).Select(_ => Enumerable.Range(0, length)
            .Select(_ => T.CreateChecked(areBits ? random.Next(2) : random.NextDouble())).ToArray())];
        long[] places = [.. Enumerable.Range(0, group.Images).SelectMany(image => Enumerable.Range(0, (int)group.Pixels)
            .Select(s => (image * group.Next) + s))];

        // .NET orders NaN below all numbers; here it is above.
        long[] order = [.. places.OrderByDescending(at => T.IsNaN(keys[at])).ThenByDescending(at => keys[at] + T.Zero)];
        var expected = maps.Select(map => (T[])map.Clone()).ToArray();
        T[] ranks = (T[])keys.Clone();
        double[] sums = new double[values];
        for (int i = 0; i < order.Length; i++)
        {
            for (int k = 0; k < values; k++)
                expected[k][order[i]] = T.CreateChecked(sums[k] += double.CreateChecked(maps[k][order[i]]));
            ranks[order[i]] = T.CreateChecked(i + 1);
        }

        var pinned = maps.Select(map => GCHandle.Alloc(map, GCHandleType.Pinned)).ToList();
        fixed (T* start = keys)
        {
            List<nint> addresses = [.. pinned.Select(handle => handle.AddrOfPinnedObject())];
            if (counts)
                addresses.Insert(addresses.Count / 2, 0);
            KeySort<T, TEntry>.Sum(group, start, addresses.ToArray(), Workspace.Rent(WorkspaceUse.Sort, KeySort<T,
                TEntry>.Bytes(group.Count, parts)), parts);
        }

        pinned.ForEach(handle => handle.Free());
        for (int k = 0; k < values; k++)
            Assert.Equal(expected[k], maps[k]);
        if (counts)
            Assert.Equal(places.Select(at => ranks[at]), places.Select(at => keys[at]));
    }

    internal static T Key<T>(string name, Random random, int i)
        where T : IBinaryFloatingPointIeee754<T> => T.CreateTruncating(name switch
        {
            "equal" => 0.25,
            "few" => random.Next(3) - 1,
            "unit" => random.NextDouble(),
            "wide" => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-30, 30)),
            "special" => random.Next(7) switch
            {
                0 => 0.0,
                1 => -0.0,
                2 => double.PositiveInfinity,
                3 => double.NegativeInfinity,
                4 => double.NaN,
                5 => double.Epsilon,
                _ => -1
            },
            "falling" => -i,
            _ => 1 + (random.Next(256) * Math.ScaleB(1, -20)),
        });
}
