namespace Distributed.Processes;

/// <summary>
/// The processes that compute together. Sums are all that a loss needs of them, so any transport that has an all-reduce fits: NCCL,
/// Gloo, a service of one's own.
/// </summary>
internal interface IProcesses : IDisposable
{
    /// <summary>This process's number, from 0.</summary>
    int Rank { get; }

    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>
    /// Replaces the numbers by their sums over all processes, the same bits in each. Every process calls it, with as many.
    /// </summary>
    /// <param name="values">The numbers.</param>
    void Sum(Span<double> values);

    /// <summary>Ends all processes: nobody waits for one that has given up.</summary>
    /// <param name="exitCode">What the launcher returns.</param>
    void EndAll(int exitCode);
}
