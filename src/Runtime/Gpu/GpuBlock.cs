namespace LossGen.Gpu;

/// <summary>
/// The shape of a block of threads: how many pixels it has at a time, how many threads share one, and how many rows of pixels follow each
/// other.
/// </summary>
internal readonly record struct GpuBlock(int Pixels, int Groups, int Rows)
{
    // Classes in a thread's registers: with three sums a class, more would leave too few threads on a multiprocessor.
    private const int MostHeld = 12;

    private const int MostThreads = 256;

    public int Threads => Pixels * Groups;

    /// <summary>
    /// Neighbouring threads read neighbouring addresses: along the pixels, or along the classes where those are adjacent.
    /// </summary>
    public static GpuBlock For(int classes, long pixels, long classStride)
    {
        if ((classStride == 1 && classes > 1) || pixels == 1)
        {
            int across = 1;
            while (across < MostThreads && across < classes)
                across *= 2;
            return new(Math.Max(1, 32 / across), across, 16);
        }

        if (classes <= MostHeld)
            return new(128, 1, 8);
        int groups = 2;
        while (groups < 32 && groups * MostHeld < classes)
            groups *= 2;
        return new(groups == 2 ? 64 : 32, groups, 16);
    }
}
