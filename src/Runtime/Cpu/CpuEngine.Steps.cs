using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>
/// Steps over whole images between two passes: a pass stores maps, they are sorted and summed up or steps make others of them, later passes
/// read those.
/// </content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private static int MapRows(in CallState run, int place) => run.Layout.MapRows(place, run.Classes);

    // What the passes of the value leave for the gradient.
    private static long KeptBytes(in CallState run)
    {
        long bytes = 0;
        foreach (int place in run.Layout.KeptMaps)
            bytes += MapBytes(run, place);
        return bytes;
    }

    // Each map is (N, C or 1, S).
    private static long MapLength(in CallState run, int place) => run.Batch * run.ImagePixels * MapRows(run, place);

    private static long MapBytes(in CallState run, int place) => Workspace.Size<T>(MapLength(run, place)) + Neighbours<T, V>.CacheGap;

    // In the caller's memory, if there is some, those that are kept.
    private static void AllocateMaps(ref CallState run, byte* callers)
    {
        bool[] maps = run.Layout.Maps;
        bool copiesLogits = CopiesLogits(run);
        run.LogitImages = (T*)run.Logits;
        if (maps.Length == 0 && !copiesLogits)
            return;
        int[] kept = callers is null ? [] : run.Layout.KeptMaps;
        long bytes = Workspace.Size<nint>(maps.Length);
        for (int place = 0; place < maps.Length; place++)
            bytes += kept.Contains(place) ? 0 : MapBytes(run, place);
        if (copiesLogits)
            bytes += Workspace.Size<T>(run.Batch * run.ImagePixels * run.Classes);
        Workspace workspace = Workspace.Rent(WorkspaceUse.Maps, bytes);
        run.Maps = (T**)workspace.Take<nint>(maps.Length);
        for (int place = 0; place < maps.Length; place++)
        {
            if (kept.Contains(place))
            {
                run.Maps[place] = (T*)callers;
                callers += MapBytes(run, place);
                continue;
            }

            run.Maps[place] = workspace.Take<T>(MapLength(run, place));
            workspace.Take<byte>(Neighbours<T, V>.CacheGap);
        }

        if (copiesLogits)
            run.LogitImages = CopyLogits(run, workspace.Take<T>(run.Batch * run.ImagePixels * run.Classes));
    }

    // Where the tile reads and stores maps.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T* PrepareMaps(in CallState run, in TileMemory memory, PassLayout pass, ref Tile<T> tile, in PixelSpan span,
        bool isStaged, T* copies)
    {
        foreach (int place in pass.MapReads)
        {
            int rows = MapRows(run, place);
            (Pointer<T> address, tile.InputStride) = Input(run, span, run.Maps[place], rows, copies, isStaged);
            memory.Inputs[run.Sizes.Inputs + place] = address;
            copies += (long)rows * run.Width;
        }

        T** stores = Stores(run, memory);
        foreach (int place in pass.MapStores)
        {
            int rows = MapRows(run, place);
            (Pointer<T> address, tile.StoreStride) = Output(run, span, run.Maps[place], rows, copies, isStaged);
            stores[place] = address;
            copies += (long)rows * run.Width;
        }

        tile.Stores = stores;
        return copies;
    }

    // Behind what tiles read.
    private static T** Stores(in CallState run, in TileMemory memory) => memory.Inputs + run.Sizes.Inputs + run.Sizes.Maps;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UnstageMaps(in CallState run, in TileMemory memory, PassLayout pass, in PixelSpan span)
    {
        T** stores = Stores(run, memory);
        foreach (int place in pass.MapStores)
            Unstage(run, span, stores[place], run.Maps[place], MapRows(run, place));
    }

    // Behind what a pass stored, when its sums are known: they may limit the ranks.
    private static void RunSteps(in CallState run, PassLayout pass)
    {
        foreach (SortLayout sort in pass.Sorts)
            SortJob.Run(run, sort);
        foreach (StepLayout step in pass.Steps)
            StepJob.Run(run, step);
    }

    private static ImageGrid GridOf(in CallState run) => new(run.Definition.Dimensions, run.Shape.Depth, run.Shape.Height, run.Shape.Width);

    // One image of one class.
    private static void RunStep(in CallState run, StepLayout step, in ImageGrid grid, int plane)
    {
        long length = Neighbours<T, V>.ScratchLength(step, grid);
        T* scratch = Workspace.Rent(WorkspaceUse.Step, Workspace.Size<T>(length)).Take<T>(length);
        int rows = MapRows(run, step.Output);
        (int image, int row) = Math.DivRem(plane, rows);
        Neighbours<T, V>.Run(
            step, grid, At(run, step.Input, image, row), step.Arriving < 0 ? null : At(run, step.Arriving, image, row),
                At(run, step.Output, image, row), scratch);

        // What does not differ by class is the same for each.
        static T* At(in CallState run, int place, int image, int row)
        {
            int rows = MapRows(run, place);
            return run.Maps[place] + ((((long)image * rows) + Math.Min(row, rows - 1)) * run.ImagePixels);
        }
    }

    // Images and classes side by side; each is done by one thread, so that the numbers do not depend on how many there are.
    private sealed class StepJob : PartsJob
    {
        // Whoever uses it holds the pool, as with PassJob.
        private static readonly StepJob s_only = new();

        private CallState run;
        private StepLayout step = null!;
        private ImageGrid grid;

        public static void Run(in CallState run, StepLayout step)
        {
            ImageGrid grid = GridOf(run);
            int planes = run.Batch * MapRows(run, step.Output);
            if (!BlockPool.IsWorthwhile(planes, planes * run.ImagePixels) || !BlockPool.TryEnter())
            {
                for (int plane = 0; plane < planes; plane++)
                    RunStep(run, step, grid, plane);
                return;
            }

            (s_only.run, s_only.step, s_only.grid) = (run, step, grid);
            s_only.RunAndExit(planes);
        }

        protected override void Do(int part) => RunStep(run, step, grid, part);

        protected override void Clear() => run = default;
    }
}
