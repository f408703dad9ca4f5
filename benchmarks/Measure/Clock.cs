using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LossGen.Benchmarks.Measure;

/// <summary>
/// Time in milliseconds. With one thread on Linux it is the processor time of the calling thread, on which everything then runs: it does
/// not count what other programs take from it. With several threads it is wall-clock time.
/// </summary>
internal static unsafe partial class Clock
{
    private const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID

    public static bool CountsProcessorTime { get; private set; }

    public static double Now
    {
        get
        {
            if (!CountsProcessorTime)
                return Wall;
            long* time = stackalloc long[2];
            _ = GetTime(ThreadProcessorTime, time);
            return (time[0] * 1e3) + (time[1] * 1e-6);
        }
    }

    public static double Wall => Stopwatch.GetTimestamp() * 1000.0 / Stopwatch.Frequency;

    public static void UseFor(int threads) => CountsProcessorTime = threads == 1 && OperatingSystem.IsLinux();

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, long* time);
}
