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

    // A warp.
    private const int LeastAcross = 32;

    public int Threads => Pixels * Groups;

    /// <summary>
    /// Of a matrix of pairs, whose kernels are the same for all sides up to a power of two: how many classes a thread has. 0 for any other.
    /// </summary>
    public int Held { get; init; }

    /// <summary>
    /// Pairs: the numbers of a row adjacent, a row a block and turn. What is added up for each class takes a number a block, of which there
    /// are then fewer.
    /// </summary>
    /// <param name="side">The side of the matrix.</param>
    /// <param name="hasClassSums">A pass adds up over the pixels of each class.</param>
    public static GpuBlock ForPairs(int side, bool hasClassSums)
    {
        int across = LeastAcross, held = 1;
        while (across < MostThreads && across < side)
            across *= 2;
        while ((long)held * across < side)
            held *= 2;
        return new(1, across, hasClassSums ? 16 : 1) { Held = held };
    }

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
