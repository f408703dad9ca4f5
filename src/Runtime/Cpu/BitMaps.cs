using System.Numerics;
using System.Runtime.CompilerServices;

namespace LossGen.Cpu;

/// <summary>
/// Maps of zeros and ones whose values travel beside a pixel's number, as bits of it. Nothing branches on them: whether a pixel is a one is
/// as good as random, and a processor that guesses wrong loses more time than the pixel's key takes to move.
/// </summary>
internal unsafe interface IBitMaps<T>
    where T : unmanaged
{
    /// <summary>How many maps there are.</summary>
    static abstract int Count { get; }

    /// <summary>The bits that are a pixel's number.</summary>
    static abstract uint Numbers { get; }

    /// <summary>A pixel's values, in the bits above its number.</summary>
    /// <param name="at">Where the pixel lies in the maps.</param>
    uint Bits(long at);

    /// <summary>Adds a pixel's values to the numbers of ones of a digit.</summary>
    /// <param name="pixel">Its number and its values.</param>
    /// <param name="ones">The number of the first map; the second map's is in the next table.</param>
    static abstract void Add(uint pixel, int* ones);

    /// <summary>The same, and writes the numbers in place of the values.</summary>
    void Sum(uint pixel, int* ones, long at);

    /// <summary>Asks for the memory of a pixel that <see cref="Sum"/> will write to.</summary>
    void Fetch(long at);
}

/// <summary>No map.</summary>
internal readonly unsafe struct NoMaps<T> : IBitMaps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => 0;

    public static uint Numbers => uint.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(uint pixel, int* ones)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Bits(long at) => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sum(uint pixel, int* ones, long at)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(long at)
    {
    }
}

/// <summary>One map.</summary>
internal readonly unsafe struct OneMap<T>(T* map) : IBitMaps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T* map = map;

    public static int Count => 1;

    public static uint Numbers => uint.MaxValue >> 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(uint pixel, int* ones) => *ones += (int)(pixel >> 31);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Bits(long at) => SortKeys.IsOne(map + at) << 31;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sum(uint pixel, int* ones, long at) => map[at] = T.CreateTruncating(*ones += (int)(pixel >> 31));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(long at)
    {
        Prefetch.Line(map + at);
    }
}

/// <summary>Two maps.</summary>
internal readonly unsafe struct TwoMaps<T>(T* first, T* second) : IBitMaps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T* first = first;
    private readonly T* second = second;

    public static int Count => 2;

    public static uint Numbers => uint.MaxValue >> 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(uint pixel, int* ones)
    {
        *ones += (int)(pixel >> 31);
        ones[KeyDigits.LastValues] += (int)(pixel >> 30) & 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Bits(long at) => (SortKeys.IsOne(first + at) << 31) | (SortKeys.IsOne(second + at) << 30);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sum(uint pixel, int* ones, long at)
    {
        first[at] = T.CreateTruncating(*ones += (int)(pixel >> 31));
        second[at] = T.CreateTruncating(ones[KeyDigits.LastValues] += (int)(pixel >> 30) & 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(long at)
    {
        Prefetch.Line(first + at);
        Prefetch.Line(second + at);
    }
}
