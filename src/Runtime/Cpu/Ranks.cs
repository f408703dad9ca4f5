namespace LossGen.Cpu;

/// <summary>
/// Tells the pixels with the largest keys from the others, where nothing else is asked of their ranks: a selection, in a fraction of the
/// time of a sort. Of equal keys the first pixels are taken, as a sort that keeps their order has them.
/// </summary>
internal static unsafe class Ranks
{
    /// <summary>The memory for so many pixels.</summary>
    public static long Bytes<T>(long count)
        where T : unmanaged => Workspace.Size<T>(count);

    /// <summary>How many of the pixels have a rank up to a limit, or below it.</summary>
    public static int CountOf(double limit, bool isBelow, int pixels) =>
        limit > 0 ? (int)Math.Min(pixels, isBelow ? Math.Ceiling(limit) - 1 : Math.Floor(limit)) : 0;

    /// <summary>Replaces floating-point keys by 0 where the pixel is one of those with the largest, and by infinity elsewhere.</summary>
    /// <param name="group">Where the pixels lie in the map.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="taken">How many pixels are taken.</param>
    /// <param name="workspace">Memory of <see cref="Bytes"/>.</param>
    /// <param name="parts">How many threads may share the work; what comes out is the same for any number.</param>
    public static void Mark<T>(in PixelGroup group, T* keys, int taken, Workspace workspace, int parts)
        where T : unmanaged
    {
        if (sizeof(T) == sizeof(float))
        {
            uint infinity = BitConverter.SingleToUInt32Bits(float.PositiveInfinity);
            RankSelection<uint>.Mark(new(group, (uint*)keys, workspace.Take<uint>(group.Count), infinity, parts), taken);
        }
        else
        {
            ulong infinity = BitConverter.DoubleToUInt64Bits(double.PositiveInfinity);
            RankSelection<ulong>.Mark(new(group, (ulong*)keys, workspace.Take<ulong>(group.Count), infinity, parts), taken);
        }
    }
}
