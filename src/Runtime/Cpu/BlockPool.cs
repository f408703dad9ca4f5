using System.Runtime.ExceptionServices;

namespace LossGen.Cpu;

/// <summary>Work that several threads do together, each by calling <see cref="Work"/> until nothing is left.</summary>
internal abstract class BlockJob
{
    /// <summary>Takes parts of the work until none is left. Does not throw.</summary>
    public abstract void Work();
}

/// <summary>
/// Work of parts that each one thread does, so that what comes of them does not depend on how many threads there are. A failure of one is
/// that of all: too much to do or too little memory.
/// </summary>
internal abstract class PartsJob : BlockJob
{
    private int parts;
    private int next;
    private Exception? failure;

    /// <inheritdoc/>
    public override void Work()
    {
        try
        {
            int part;
            while ((part = Interlocked.Increment(ref next) - 1) < parts)
                Do(part);
        }
        catch (Exception exception)
        {
            Interlocked.Exchange(ref next, parts);
            failure = exception;
        }
    }

    /// <summary>Does all parts. The caller has entered the pool; it is left in any case.</summary>
    protected void RunAndExit(int count)
    {
        (parts, next, failure) = (count, 0, null);
        try
        {
            BlockPool.Run(this, Math.Min(count, LossRuntime.Threads) - 1);
            if (failure is { } found)
                ExceptionDispatchInfo.Throw(found);
        }
        finally
        {
            failure = null;
            Clear();
            BlockPool.Exit();
        }
    }

    /// <summary>Does a part.</summary>
    protected abstract void Do(int part);

    /// <summary>Forgets the call.</summary>
    protected abstract void Clear();
}

/// <summary>
/// Threads that help with one job at a time. The caller works too and never waits for a helper that has not begun, so that
/// a busy machine costs nothing but the help. A call that finds the pool in use does without it.
/// </summary>
internal static class BlockPool
{
    // Helpers by the way in which their threads treat subnormal numbers: whoever calls gets those that compute as it does itself, to the
    // bit.
    private static readonly Helpers?[] s_helpers = new Helpers?[Subnormals.Modes];
    private static int s_entered;

    /// <summary>Logits below which waking a thread takes longer than the work.</summary>
    internal static long SerialBelow { get; set; } = 1 << 18;

    public static bool IsWorthwhile(long blocks, long logits) => LossRuntime.Threads > 1 && blocks > 1 && logits >= SerialBelow;

    /// <summary>Reserves the pool for the calling thread; <see cref="Exit"/> has to follow.</summary>
    public static bool TryEnter() => Interlocked.CompareExchange(ref s_entered, 1, 0) == 0;

    public static void Exit() => Volatile.Write(ref s_entered, 0);

    /// <summary>Does a job with the help of up to so many threads. Returns when it is done and no helper is in it.</summary>
    public static void Run(BlockJob job, int helpers)
    {
        int mode = Subnormals.Mode();
        (s_helpers[mode] ??= new(mode)).Run(job, helpers);
    }

    /// <summary>Threads that treat subnormal numbers alike.</summary>
    private sealed class Helpers(int mode)
    {
        private const int Open = 1 << 30;

        private readonly SemaphoreSlim wake = new(0);
        private BlockJob? current;
        private int started;

        // The number of helpers at work, and whether more may begin.
        private int state;

        public void Run(BlockJob job, int helpers)
        {
            // A new thread has the mode of the one that starts it, on most systems.
            for (; started < helpers; started++)
                new Thread(Help) { IsBackground = true, Name = "LossGen" }.Start();
            current = job;
            Volatile.Write(ref state, Open);
            int missing = helpers - wake.CurrentCount;
            if (missing > 0)
                wake.Release(missing);
            job.Work();
            Interlocked.And(ref state, ~Open);
            var wait = new SpinWait();
            while (Volatile.Read(ref state) != 0)
                wait.SpinOnce(-1);
            current = null;
        }

        private void Help()
        {
            // Where it has another, it does not help: the caller does the work alone.
            while (Subnormals.Mode() == mode)
            {
                wake.Wait();
                int seen = Volatile.Read(ref state);
                while ((seen & Open) != 0)
                {
                    int before = Interlocked.CompareExchange(ref state, seen + 1, seen);
                    if (before == seen)
                    {
                        current!.Work();
                        Interlocked.Decrement(ref state);
                        break;
                    }

                    seen = before;
                }
            }
        }
    }
}
