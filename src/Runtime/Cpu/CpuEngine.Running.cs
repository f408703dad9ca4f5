using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Running sums: a pass stores values and keys of every pixel, they are sorted and summed, later passes read the sums.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private static int RowsOf(in CallState run, RunningSumLayout sum) => sum.HasClass ? run.Classes : 1;

    // Values and keys as (N, C or 1, S).
    private static void AllocateRunning(ref CallState run)
    {
        RunningSumLayout[] sums = run.Layout.RunningSums;
        if (sums.Length == 0)
            return;
        long bytes = Workspace.Size<nint>(2 * sums.Length), group = 0, images = run.Batch * run.ImagePixels;
        foreach (RunningSumLayout sum in sums)
        {
            bytes += 2 * Workspace.Size<T>(images * RowsOf(run, sum));
            group = Math.Max(group, sum.PerImage ? run.ImagePixels : images);
        }

        Workspace workspace = Workspace.Rent(WorkspaceUse.Running, bytes + KeySort.Bytes(group));
        run.Running = (T**)workspace.Take<nint>(2 * sums.Length);
        for (int k = 0; k < sums.Length; k++)
        {
            run.Running[2 * k] = workspace.Take<T>(images * RowsOf(run, sums[k]));
            run.Running[(2 * k) + 1] = workspace.Take<T>(images * RowsOf(run, sums[k]));
        }

        run.Sort = KeySort.Take(workspace, group);
    }

    private static void PrepareRunningSums(
        in CallState run, in TileMemory memory, PassLayout pass, ref Tile<T> tile, in PixelSpan span, bool isStaged, T* copies)
    {
        T** stores = memory.Inputs + run.Sizes.Inputs + run.Sizes.RunningSums;
        for (int k = 0; k < run.Sizes.RunningSums; k++)
        {
            int rows = RowsOf(run, run.Layout.RunningSums[k]);
            long size = (long)rows * run.Width;
            if ((pass.Stores & (1 << k)) != 0)
            {
                (Pointer<T> address, tile.StoreStride) = Output(run, span, run.Running[2 * k], rows, copies + size, isStaged);
                stores[2 * k] = address;
                stores[(2 * k) + 1] = Output(run, span, run.Running[(2 * k) + 1], rows, copies + (2 * size), isStaged).Address;
            }
            else
            {
                (Pointer<T> address, tile.InputStride) = Input(run, span, run.Running[2 * k], rows, copies, isStaged);
                memory.Inputs[run.Sizes.Inputs + k] = address;
            }

            copies += 3 * size;
        }

        tile.Stores = stores;
    }

    private static void UnstageRunningSums(in CallState run, in TileMemory memory, PassLayout pass, in PixelSpan span)
    {
        T** stores = memory.Inputs + run.Sizes.Inputs + run.Sizes.RunningSums;
        for (int k = 0; k < 2 * run.Sizes.RunningSums; k++)
        {
            if ((pass.Stores & (1 << (k / 2))) != 0)
                Unstage(run, span, stores[k], run.Running[k], RowsOf(run, run.Layout.RunningSums[k / 2]));
        }
    }

    // Runs a pass and sums up what it stored.
    private static void RunStoringPass(in CallState run, PassLayout pass, double* statistics)
    {
        RunPass(run, pass, statistics);
        for (int k = 0; k < run.Sizes.RunningSums; k++)
        {
            if ((pass.Stores & (1 << k)) == 0)
                continue;
            RunningSumLayout sum = run.Layout.RunningSums[k];
            int rows = RowsOf(run, sum), groups = sum.PerImage ? run.Batch : 1;
            for (int g = 0; g < groups * rows; g++)
                SumUp(run, run.Running[2 * k], run.Running[(2 * k) + 1], g, rows, sum.PerImage ? 1 : run.Batch);
        }
    }

    // One row of pixels an image, of a number of images. Rows are S apart, images rows * S.
    private static void SumUp(in CallState run, T* values, T* keys, long firstRow, int rows, int images)
    {
        long pixels = run.ImagePixels, next = rows * pixels;
        values += firstRow * pixels;
        keys += firstRow * pixels;
        KeySort sort = run.Sort;
        int count = 0;
        for (int image = 0; image < images; image++)
        {
            for (long s = 0; s < pixels; s++)
                sort.Set(count++, CallChecks.ToDouble(keys[(image * next) + s]), sizeof(T) == 4);
        }

        int* order = sort.Run(count, sizeof(T));
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            (long image, long s) = Math.DivRem(order[i], pixels);
            T* value = values + (image * next) + s;
            sum += CallChecks.ToDouble(*value);
            *value = CallChecks.FromDouble<T>(sum);
        }
    }
}
