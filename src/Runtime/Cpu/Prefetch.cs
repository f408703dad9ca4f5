using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Cpu;

/// <summary>
/// Memory that a tile will want, asked for while an earlier one is computed: between two tiles a pass reads and writes so many other rows
/// that the processor does not see it coming.
/// </summary>
internal static unsafe class Prefetch
{
    public const int CacheLine = 64;

    /// <summary>What lies so many tiles ahead is asked for.</summary>
    public const int TilesAhead = 2;

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
