using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Cpu;

/// <summary>
/// Memory that will be wanted, asked for while something else is computed. Between two tiles a pass reads and writes so many other rows
/// that the processor does not see the next one coming, and a sort writes all over memory.
/// </summary>
internal static unsafe class Prefetch
{
    public const int CacheLine = 64;

    /// <summary>What lies so many tiles ahead is asked for.</summary>
    public const int TilesAhead = 2;

    /// <summary>
    /// Of what is written all over memory, what comes so many steps later is asked for. Writes wait for each other, and what is asked for
    /// does not.
    /// </summary>
    public const int StepsAhead = 16;

    /// <summary>Where writes go to one place after the other, so many places further: the next line before it is written to.</summary>
    public const int PlacesAhead = 4;

    /// <summary>The line of one place, likewise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(void* place)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(place);
    }

    /// <summary>
    /// Into the first-level cache, where the processor can. It may lie behind the end of what is there: that is no access.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(void* first, long bytes)
    {
        for (long at = 0; at < bytes && Sse.IsSupported; at += CacheLine)
            Sse.Prefetch0((byte*)first + at);
    }
}
