using LossGen;

namespace Distributed.Processes;

/// <summary>A loss's sums over several processes.</summary>
internal static class Statistics
{
    /// <summary>Adds up what the processes have, in one collective: the sums, and the pixels that means divide by.</summary>
    /// <param name="processes">The processes.</param>
    /// <param name="statistics">This process's sums; those of all afterwards.</param>
    public static void Sum(this IProcesses processes, LossStatistics statistics)
    {
        double[] packed = [.. statistics.Values, statistics.Pixels];
        processes.Sum(packed);
        packed.AsSpan(0, packed.Length - 1).CopyTo(statistics.Values);
        statistics.Pixels = (long)packed[^1];
    }
}
