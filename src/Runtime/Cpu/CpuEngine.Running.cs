using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Running sums: a pass stores values and keys of every pixel, they are sorted and summed, later passes read the sums.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private static long RunningBytes(in CallState run)
    {
        RunningSumLayout[] sums = run.Layout.RunningSums;
        long bytes = 0;
        for (int k = 0; k < sums.Length; k++)
            bytes += ((sums[k].IsCount ? 0 : 1) + (run.Layout.RunningSums[k].HasOwnKeys ? 1 : 0))
                * Workspace.Size<T>(run.Batch * run.ImagePixels * sums[k].Rows(run.Classes));
        return bytes;
    }

    // Values, which become sums, and keys as (N, C or 1, S). Ranks take the place of the keys. In the caller's memory, if there is some.
    private static void AllocateRunning(ref CallState run, void* callers)
    {
        RunningSumLayout[] sums = run.Layout.RunningSums;
        if (sums.Length == 0)
            return;
        long images = run.Batch * run.ImagePixels, own = callers is null ? RunningBytes(run) : 0;
        Workspace workspace = Workspace.Rent(WorkspaceUse.Running, Workspace.Size<nint>(2 * sums.Length) + own);
        run.Running = (T**)workspace.Take<nint>(2 * sums.Length);
        byte* next = callers is null ? workspace.Take<byte>(own) : (byte*)callers;
        for (int k = 0; k < sums.Length; k++)
            run.Running[(2 * k) + 1] = run.Layout.RunningSums[k].HasOwnKeys ? Take(ref next, images * sums[k].Rows(run.Classes)) : null;
        for (int k = 0; k < sums.Length; k++)
            run.Running[2 * k] = sums[k].IsCount ? run.Running[(2 * run.Layout.KeysOf(k)) + 1]
                : Take(ref next, images * sums[k].Rows(run.Classes));

        static T* Take(ref byte* next, long count)
        {
            byte* taken = next;
            next += Workspace.Size<T>(count);
            return (T*)taken;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T* PrepareRunningSums(
        in CallState run, in TileMemory memory, PassLayout pass, ref Tile<T> tile, in PixelSpan span, bool isStaged, T* copies)
    {
        T** stores = Stores(run, memory);
        for (int k = 0; k < run.Sizes.RunningSums; k++)
        {
            int rows = run.Layout.RunningSums[k].Rows(run.Classes);
            long size = (long)rows * run.Width;
            if ((pass.Stores & (1 << k)) != 0)
            {
                for (int part = 0; part < 2; part++)
                {
                    if (!IsStored(run, k, part))
                        continue;
                    (Pointer<T> address, tile.StoreStride) = Output(run, span, run.Running[(2 * k) + part], rows,
                        copies + ((1 + part) * size), isStaged);
                    stores[(2 * k) + part] = address;
                }
            }
            else
            {
                (Pointer<T> address, tile.InputStride) = Input(run, span, run.Running[2 * k], rows, copies, isStaged);
                memory.Inputs[run.Sizes.Inputs + k] = address;
            }

            copies += 3 * size;
        }

        tile.Stores = stores;
        return copies;
    }

    // Behind what tiles read.
    private static T** Stores(in CallState run, in TileMemory memory) => memory.Inputs + run.Sizes.Inputs + run.Sizes.RunningSums
        + run.Sizes.Maps;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UnstageRunningSums(in CallState run, in TileMemory memory, PassLayout pass, in PixelSpan span)
    {
        T** stores = Stores(run, memory);
        for (int k = 0; k < 2 * run.Sizes.RunningSums; k++)
        {
            if ((pass.Stores & (1 << (k / 2))) != 0 && IsStored(run, k / 2, k % 2))
                Unstage(run, span, stores[k], run.Running[k], run.Layout.RunningSums[k / 2].Rows(run.Classes));
        }
    }

    // Whether a pass stores values (part 0) or keys (part 1) of a running sum.
    private static bool IsStored(in CallState run, int k, int part) => part == 0 ? !run.Layout.RunningSums[k].IsCount
        : run.Layout.RunningSums[k].HasOwnKeys;

    // Sums up what a pass stored, when its sums are known: they may limit the ranks.
    private static void SumUpStored(in CallState run, PassLayout pass)
    {
        for (int k = 0; k < run.Sizes.RunningSums; k++)
        {
            if ((pass.Stores & (1 << k)) != 0 && run.Layout.RunningSums[k].HasOwnKeys)
                SortJob.Run(run, k);
        }
    }

    private static int SortedGroups(in CallState run, RunningSumLayout sum) => sum.Rows(run.Classes) * (sum.PerImage ? run.Batch : 1);

    // Sums up all that is sorted by the keys of running sum k, in one of its groups of pixels: a row of an image, or of all images.
    private static void SumUp(in CallState run, int k, int group, int parts)
    {
        RunningSumLayout layout = run.Layout.RunningSums[k];
        long next = layout.Rows(run.Classes) * run.ImagePixels, first = group * run.ImagePixels;
        var pixels = new PixelGroup(run.ImagePixels, layout.PerImage ? 1 : run.Batch, next);
        T* keys = run.Running[(2 * k) + 1] + first;
        if (IsLimited(run, layout, layout.PerImage ? group / layout.Rows(run.Classes) : 0, out double limit))
        {
            Workspace between = Workspace.Rent(WorkspaceUse.Sort, Ranks.Bytes<T>(pixels.Count));
            Ranks.Mark(pixels, keys, Ranks.CountOf(limit, layout.IsBelow, pixels.Count), between, parts);
            return;
        }

        Span<nint> sums = stackalloc nint[run.Sizes.RunningSums];
        int count = 0;
        for (int other = k; other < run.Sizes.RunningSums; other++)
        {
            if (run.Layout.KeysOf(other) == k)
                sums[count++] = run.Layout.RunningSums[other].IsCount ? 0 : (nint)(run.Running[2 * other] + first);
        }

        if (sizeof(T) == sizeof(float))
            Sort<SortEntry32>(pixels, keys, sums[..count], parts);
        else
            Sort<SortEntry64>(pixels, keys, sums[..count], parts);
    }

    // What the ranks of an image, or of the batch, are compared with.
    private static bool IsLimited(in CallState run, RunningSumLayout sum, int image, out double limit)
    {
        limit = sum.Limit;
        if (sum.LimitPass < 0)
            return !double.IsNaN(limit);
        PassLayout pass = run.Layout.Passes[sum.LimitPass];
        long start = run.Layout.PerImage ? (long)image * pass.ConstantLength(run.Classes) : 0;
        limit = run.Constants[pass.Id][start + ((long)pass.ClassConstants * run.Classes) + sum.LimitAt];
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
        private int sum;

        public static void Run(in CallState run, int sum)
        {
            int groups = SortedGroups(run, run.Layout.RunningSums[sum]), threads = Math.Min(LossRuntime.Threads, MostParts);
            int parts = 2 * groups <= threads && BlockPool.IsWorthwhile(threads, run.LogitCount / Math.Max(1, groups)) ? threads : 1;
            if (parts > 1 || !BlockPool.IsWorthwhile(groups, run.LogitCount) || !BlockPool.TryEnter())
            {
                for (int group = 0; group < groups; group++)
                    SumUp(run, sum, group, parts);
                return;
            }

            (s_only.run, s_only.sum) = (run, sum);
            s_only.RunAndExit(groups);
        }

        protected override void Do(int part) => SumUp(run, sum, part, parts: 1);

        protected override void Clear() => run = default;
    }
}
