using System.Numerics;
using LossGen.Cpu;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Which pixels have the largest keys, against the ranks of a sort.</summary>
public sealed unsafe class RankTests
{
    /// <summary>As for a sort, keys of which a sample tells nothing, and such that a sample misses.</summary>
    public static TheoryData<string> Keys => ["equal", "few", "unit", "wide", "special", "falling", "bytes", "rare", "striped"];

    [Theory]
    [MemberData(nameof(Keys))]
    public void TheLargestAreTaken(string keys)
    {
        foreach ((int pixels, int images, int rows) in new[] { (1, 1, 1), (7, 1, 1), (8, 1, 3), (61, 3, 2), (1003, 2, 4), (40_000, 1, 1),
            (20_011, 3, 2) })
        {
            var group = new PixelGroup(pixels, images, rows * pixels);
            foreach (int taken in new[] { 0, 1, 2, group.Count / 10, group.Count / 2, group.Count - 1,
                group.Count }.Where(count => count <= group.Count).Distinct())
            {
                foreach (int parts in new[] { 1, 2, 5, 40 })
                {
                    Check<float, SortEntry32>(keys, group, taken, parts);
                    Check<double, SortEntry64>(keys, group, taken, parts);
                }
            }
        }
    }

    [Theory]
    [InlineData(double.NaN, false, 0)]
    [InlineData(-3, false, 0)]
    [InlineData(0, true, 0)]
    [InlineData(2.5, false, 2)]
    [InlineData(2.5, true, 2)]
    [InlineData(3, false, 3)]
    [InlineData(3, true, 2)]
    [InlineData(double.PositiveInfinity, false, 10)]
    [InlineData(double.PositiveInfinity, true, 10)]
    public void TheLimitSaysHowMany(double limit, bool isBelow, int expected) => Assert.Equal(expected, Ranks.CountOf(limit, isBelow, 10));

    private static void Check<T, TEntry>(string name, PixelGroup group, int taken, int parts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TEntry : unmanaged, ISortEntry<TEntry>
    {
        var random = new Random(7);
        T[] keys = [.. Enumerable.Range(0, (int)group.Next * group.Images).Select(i => name switch
        {
            // Few are taken of many that are equal; and every so many pixels, as far apart as samples are, there is another number.
            "rare" => T.CreateChecked(random.Next(3000) == 0 ? random.Next(50) : 0),
            "striped" => T.CreateChecked(i % Math.Max(1, group.Count / 1024) == 0 ? 1000 : random.NextDouble()),
            _ => KeySortTests.Key<T>(name, random, i),
        })];
        T[] ranks = [.. keys];
        fixed (T* start = keys, sorted = ranks)
        {
            Ranks.Mark(group, start, taken, Workspace.Rent(WorkspaceUse.Sort, Ranks.Bytes<T>(group.Count)), parts);
            KeySort<T, TEntry>.Sum(group, sorted, [0], Workspace.Rent(WorkspaceUse.Sort, KeySort<T, TEntry>.Bytes(group.Count)));
        }

        for (int image = 0; image < group.Images; image++)
        {
            for (int i = (int)(image * group.Next), end = i + (int)group.Pixels; i < end; i++)
            {
                T expected = ranks[i] <= T.CreateChecked(taken) ? T.Zero : T.PositiveInfinity;
                Assert.True(keys[i] == expected, $"{name}, {group.Count} pixels, {taken} taken, {parts} parts: {keys[i]} at {i} of rank {ranks[i]}");
            }
        }
    }
}
