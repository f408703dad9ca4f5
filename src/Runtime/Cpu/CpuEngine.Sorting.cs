using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Running sums: a pass stores values and keys as maps, they are sorted and summed up in place, later passes read them.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private static int SortedGroups(in CallState run, SortLayout sort) => MapRows(run, sort.Keys) * (sort.PerImage ? run.Batch : 1);

    // One group of pixels: a row of an image, or of all images.
    private static void Sort(in CallState run, SortLayout sort, int group, int parts)
    {
        int rows = MapRows(run, sort.Keys);
        long first = group * run.ImagePixels;
        var pixels = new PixelGroup(run.ImagePixels, sort.PerImage ? 1 : run.Batch, rows * run.ImagePixels);
        T* keys = run.Maps[sort.Keys] + first;
        if (IsLimited(run, sort, sort.PerImage ? group / rows : 0, out double limit))
        {
            Workspace between = Workspace.Rent(WorkspaceUse.Sort, Ranks.Bytes<T>(pixels.Count));
            Ranks.Mark(pixels, keys, Ranks.CountOf(limit, sort.IsBelow, pixels.Count), between, parts);
            return;
        }

        Span<nint> sums = stackalloc nint[sort.Sums.Length + (sort.Ranks ? 1 : 0)];
        for (int k = 0; k < sort.Sums.Length; k++)
            sums[k] = (nint)(run.Maps[sort.Sums[k]] + first);
        if (sort.Ranks)
            sums[^1] = 0;
        if (sizeof(T) == sizeof(float))
            Sort<SortEntry32>(pixels, keys, sums, parts);
        else
            Sort<SortEntry64>(pixels, keys, sums, parts);
    }

    // What the ranks of an image, or of the batch, are compared with.
    private static bool IsLimited(in CallState run, SortLayout sort, int image, out double limit)
    {
        limit = sort.Limit;
        if (sort.LimitPass < 0)
            return !double.IsNaN(limit);
        PassLayout pass = run.Layout.Passes[sort.LimitPass];
        long start = run.Layout.PerImage ? (long)image * pass.ConstantLength(run.Classes) : 0;
        limit = run.Constants[pass.Id][start + ((long)pass.ClassConstants * run.Classes) + sort.LimitAt];
        return true;
    }

    private static void Sort<TEntry>(in PixelGroup pixels, T* keys, ReadOnlySpan<nint> sums, int parts)
        where TEntry : unmanaged, ISortEntry<TEntry> =>
        KeySort<T, TEntry>.Sum(pixels, keys, sums, Workspace.Rent(WorkspaceUse.Sort, KeySort<T, TEntry>.Bytes(pixels.Count, parts)), parts);

    // Groups side by side, each sorted by one thread; where there are more threads than groups, one group after the other, each by all of
    // them. The sums depend on neither.
    private sealed class SortJob : PartsJob
    {
        // Whoever uses it holds the pool, as with PassJob.
        private static readonly SortJob s_only = new();

        // Each has tables of its own.
        private const int MostParts = 16;

        private CallState run;
        private SortLayout sort = null!;

        public static void Run(in CallState run, SortLayout sort)
        {
            int groups = SortedGroups(run, sort), threads = Math.Min(LossRuntime.Threads, MostParts);
            int parts = 2 * groups <= threads && BlockPool.IsWorthwhile(threads, run.LogitCount / Math.Max(1, groups)) ? threads : 1;
            if (parts > 1 || !BlockPool.IsWorthwhile(groups, run.LogitCount) || !BlockPool.TryEnter())
            {
                for (int group = 0; group < groups; group++)
                    Sort(run, sort, group, parts);
                return;
            }

            (s_only.run, s_only.sort) = (run, sort);
            s_only.RunAndExit(groups);
        }

        protected override void Do(int part) => Sort(run, sort, part, parts: 1);

        protected override void Clear() => run = default;
    }
}
