namespace LossGen.Cpu;

/// <summary>Work that several threads do together, each by calling <see cref="Work"/> until nothing is left.</summary>
internal abstract class BlockJob
{
    /// <summary>Takes parts of the work until none is left. Does not throw.</summary>
    public abstract void Work();
}

/// <summary>
/// Threads that help with one job at a time. The caller works too and never waits for a helper that has not begun, so that
/// a busy machine costs nothing but the help. A call that finds the pool in use does without it.
/// </summary>
internal static class BlockPool
{
    private const int Open = 1 << 30;

    private static readonly SemaphoreSlim s_wake = new(0);
    private static BlockJob? s_job;
    private static int s_entered;
    private static int s_started;

    // The number of helpers at work, and whether more may begin.
    private static int s_state;

    /// <summary>Logits below which waking a thread takes longer than the work.</summary>
    internal static long SerialBelow { get; set; } = 1 << 18;

    public static bool IsWorthwhile(long blocks, long logits) => LossRuntime.Threads > 1 && blocks > 1 && logits >= SerialBelow;

    /// <summary>Reserves the pool for the calling thread; <see cref="Exit"/> has to follow.</summary>
    public static bool TryEnter() => Interlocked.CompareExchange(ref s_entered, 1, 0) == 0;

    public static void Exit() => Volatile.Write(ref s_entered, 0);

    /// <summary>Does a job with the help of up to so many threads. Returns when it is done and no helper is in it.</summary>
    public static void Run(BlockJob job, int helpers)
    {
        for (; s_started < helpers; s_started++)
            new Thread(Help) { IsBackground = true, Name = "LossGen" }.Start();
        s_job = job;
        Volatile.Write(ref s_state, Open);
        int wake = helpers - s_wake.CurrentCount;
        if (wake > 0)
            s_wake.Release(wake);
        job.Work();
        Interlocked.And(ref s_state, ~Open);
        var wait = new SpinWait();
        while (Volatile.Read(ref s_state) != 0)
            wait.SpinOnce(-1);
        s_job = null;
    }

    private static void Help()
    {
        while (true)
        {
            s_wake.Wait();
            int state = Volatile.Read(ref s_state);
            while ((state & Open) != 0)
            {
                int before = Interlocked.CompareExchange(ref s_state, state + 1, state);
                if (before == state)
                {
                    s_job!.Work();
                    Interlocked.Decrement(ref s_state);
                    break;
                }

                state = before;
            }
        }
    }
}
