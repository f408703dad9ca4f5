using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LossGen.Generator.Tests.Helpers;

/// <summary>
/// How long a thread has worked: on Linux its time on a processor, which other tests and programs do not lengthen; elsewhere the clock's.
/// </summary>
internal static partial class ThreadTime
{
    private const int ClockOfThread = 3; // CLOCK_THREAD_CPUTIME_ID

    /// <summary>The time that some work takes on this thread.</summary>
    public static TimeSpan Of(Action work)
    {
        TimeSpan before = Now();
        work();
        return Now() - before;
    }

    private static TimeSpan Now() => OperatingSystem.IsLinux() && ClockGetTime(ClockOfThread, out TimeSpec time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1e3)
        : Stopwatch.GetElapsedTime(0);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    // Two machine words.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
