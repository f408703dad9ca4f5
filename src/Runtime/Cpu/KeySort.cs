using System.Numerics;
using System.Runtime.CompilerServices;

namespace LossGen.Cpu;

/// <summary>
/// Replaces values by their sums over the pixels with larger keys and the pixel itself. Pixels are sorted by digits of up to 11 bits, the
/// lowest first, so that the time hardly depends on the keys, equal keys keep the order of their pixels, and the order depends on nothing else.
/// </summary>
/// <remarks>
/// Keys become whole numbers (<see cref="SortKeys"/>); the digits cover only the bits in which they differ. Values that are all 0 or 1 travel
/// as a bit beside the pixel's number. Then the last digit need not be sorted: with the number of pixels and of ones below each digit at
/// hand, each pixel's sum is known when it is reached.
/// </remarks>
internal static unsafe partial class KeySort<T, TEntry>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TEntry : unmanaged, ISortEntry<TEntry>
{
    /// <summary>1024 or 2048 places to write to: as many lines as a first-level cache has room for, beside what is read.</summary>
    private const int DigitBits = 11;

    private const int Digits = 1 << DigitBits;

    // Inside of another method a loop has fewer registers.
    private const MethodImplOptions Loop = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    private const int MostDigits = (64 + DigitBits - 1) / DigitBits;

    private const uint FirstBit = 1u << 31;

    private const uint SecondBit = 1u << 30;

    /// <summary>The memory for so many pixels in so many parts.</summary>
    public static long Bytes(long count, int parts = 1) => (2 * Workspace.Size<TEntry>(count)) + (parts > 1 ? Workspace.Size<int>((long)parts * PartTables * Digits) : 0);

    /// <param name="group">Where the pixels lie in each map.</param>
    /// <param name="keys">The keys; they are lost.</param>
    /// <param name="sums">
    /// The maps of values, which become their sums; null for values of 1, whose sums go to <paramref name="keys"/>. At most one is null.
    /// </param>
    /// <param name="workspace">Memory of <see cref="Bytes"/>.</param>
    /// <param name="parts">Into how many parts the pixels are cut, for as many threads. The sums do not depend on it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(in PixelGroup group, T* keys, ReadOnlySpan<nint> sums, Workspace workspace, int parts = 1)
    {
        TEntry* entries = workspace.Take<TEntry>(group.Count), others = workspace.Take<TEntry>(group.Count);
        bool counts = sums.Contains(0);
        int valued = sums.Length - (counts ? 1 : 0);
        T** maps = stackalloc T*[valued];
        int taken = 0;
        foreach (nint map in sums)
        {
            if (map != 0)
                maps[taken++] = (T*)map;
        }

        (ulong least, ulong largest) = SortKeys.ToWholeNumbers(group, keys);
        int bits = 64 - BitOperations.LeadingZeroCount(largest - least), digits = (bits + DigitBits - 1) / DigitBits;
        int width = digits == 0 ? 0 : (bits + digits - 1) / digits;
        int travelling = valued <= (group.LeavesTwoBits ? 2 : 1) && SortKeys.AreBits(group, maps, valued) ? valued : 0;
        var bitMaps = new BitMaps(travelling > 0 ? maps[0] : null, travelling > 1 ? maps[1] : null);

        if (parts > 1)
        {
            var work = new Work
            {
                Group = group,
                Keys = keys,
                Least = least,
                Bits = bitMaps,
                Entries = entries,
                Others = others,
                Width = width,
                Parts = parts,
                Tables = workspace.Take<int>((long)parts * PartTables * Digits),
                Ranks = counts ? keys : null,
            };
            uint* parted = SortInParts(&work, digits, travelling == valued);
            if (parted is not null)
                Sum(group, parted, maps, valued, counts ? keys : null);
            return;
        }

        int* starts = stackalloc int[MostDigits * Digits];
        int* ones = stackalloc int[2 * Digits];
        bool isDirect = travelling == valued;
        Count(group, keys, least, bitMaps, digits, width, starts, ones);
        if (digits == 0)
        {
            // All keys are equal: the order of the pixels, which a single digit of no bits keeps.
            (digits, width) = (1, 0);
            new Span<int>(starts, 1).Clear();
            new Span<int>(ones, 2 * Digits).Clear();
        }

        bool isSorted = digits > 1;
        if (isSorted)
        {
            First(group, 0, group.Count, keys, least, bitMaps, width, starts, entries);
            for (int digit = 1; digit < digits - 1; digit++)
            {
                Middle(0, group.Count, entries, others, digit * width, width, starts + (digit * Digits));
                TEntry* sorted = others;
                others = entries;
                entries = sorted;
            }
        }
        else
        {
            Unsorted(group, 0, group.Count, keys, least, bitMaps, entries);
        }

        int* last = starts + ((digits - 1) * Digits);
        if (isDirect)
        {
            Finish(group, 0, group.Count, entries, (digits - 1) * width, width, last, ones, bitMaps, counts ? keys : null);
            return;
        }

        var order = (uint*)others;
        Order(0, group.Count, entries, order, (digits - 1) * width, width, last);
        Sum(group, order, maps, valued, counts ? keys : null);
    }

    private static void Sum(in PixelGroup group, uint* order, T** maps, int valued, T* ranks)
    {
        for (int k = 0; k < valued; k++)
            SumInOrder(group, order, maps[k]);
        if (ranks is not null)
            Rank(group, order, ranks);
    }

    // Where each digit's pixels begin, and how many ones there are before the last digit's.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count(in PixelGroup group, T* keys, ulong least, in BitMaps bits, int digits, int width, int* starts, int* ones)
    {
        if (digits == 0)
            return;
        new Span<int>(starts, digits * Digits).Clear();
        new Span<int>(ones, 2 * Digits).Clear();
        ulong mask = (1ul << width) - 1;
        int top = (digits - 1) * width;
        int* topStarts = starts + ((digits - 1) * Digits);
        for (int image = 0; image < group.Images; image++)
        {
            long start = image * group.Next, end = start + group.Pixels;
            for (long at = start; at < end; at++)
            {
                ulong key = SortKeys.Load(keys + at) - least;
                for (int digit = 0, shift = 0; digit < digits - 1; digit++, shift += width)
                    starts[(digit * Digits) + (int)((key >> shift) & mask)]++;
                int highest = (int)(key >> top);
                topStarts[highest]++;
                if (bits.First is not null)
                    ones[highest] += bits.IsOne(bits.First, at) ? 1 : 0;
                if (bits.Second is not null)
                    ones[Digits + highest] += bits.IsOne(bits.Second, at) ? 1 : 0;
            }
        }

        for (int digit = 0; digit < digits; digit++)
            Accumulate(starts + (digit * Digits), 1 << width);
        Accumulate(ones, 1 << width);
        Accumulate(ones + Digits, 1 << width);
    }

    private static void Accumulate(int* counts, int length)
    {
        int sum = 0;
        for (int k = 0; k < length; k++)
            (counts[k], sum) = (sum, sum + counts[k]);
    }

    // From the keys, in the order of the pixels, to entries in the order of the lowest digit.
    [MethodImpl(Loop)]
    private static void First(in PixelGroup group, int begin, int end, T* keys, ulong least, in BitMaps bits, int width, int* starts, TEntry* entries)
    {
        ulong mask = (1ul << width) - 1;
        for (int number = begin; number < end;)
        {
            long at = group.Row(number, end, out int stop);
            for (; number < stop; at++, number++)
            {
                ulong key = SortKeys.Load(keys + at) - least;
                entries[starts[(int)(key & mask)]++] = TEntry.Create(key, (group.IsWide ? (uint)number : (uint)at) | bits.At(at));
            }
        }
    }

    // Where one digit holds all bits, that digit is the last.
    [MethodImpl(Loop)]
    private static void Unsorted(in PixelGroup group, int begin, int end, T* keys, ulong least, in BitMaps bits, TEntry* entries)
    {
        for (int number = begin; number < end;)
        {
            long at = group.Row(number, end, out int stop);
            for (; number < stop; at++, number++)
                entries[number] = TEntry.Create(SortKeys.Load(keys + at) - least, (group.IsWide ? (uint)number : (uint)at) | bits.At(at));
        }
    }

    [MethodImpl(Loop)]
    private static void Middle(int begin, int end, TEntry* entries, TEntry* sorted, int shift, int width, int* starts)
    {
        int mask = (1 << width) - 1;
        for (int i = begin; i < end; i++)
        {
            TEntry entry = entries[i];
            sorted[starts[TEntry.Digit(entry, shift, mask)]++] = entry;
        }
    }

    // The last digit where values are bits: each pixel's place and sums are its digit's and what came before in it.
    [MethodImpl(Loop)]
    private static void Finish(in PixelGroup group, int begin, int end, TEntry* entries, int shift, int width, int* starts, int* ones, in BitMaps bits, T* ranks)
    {
        int mask = (1 << width) - 1;
        T* first = bits.First, second = bits.Second;
        uint numbers = second is not null ? SecondBit - 1 : FirstBit - 1;
        for (int i = begin; i < end; i++)
        {
            TEntry entry = entries[i];
            int digit = TEntry.Digit(entry, shift, mask);
            uint pixel = TEntry.Pixel(entry);
            long at = group.Offset(pixel & numbers);
            if (first is not null)
                first[at] = CallChecks.FromDouble<T>(ones[digit] += (int)(pixel >> 31));
            if (second is not null)
                second[at] = CallChecks.FromDouble<T>(ones[Digits + digit] += (int)((pixel >> 30) & 1));
            if (ranks is not null)
                ranks[at] = CallChecks.FromDouble<T>(++starts[digit]);
        }
    }

    // The pixels in the order of the keys. No bits travel beside their numbers where this is needed.
    [MethodImpl(Loop)]
    private static void Order(int begin, int end, TEntry* entries, uint* order, int shift, int width, int* starts)
    {
        int mask = (1 << width) - 1;
        for (int i = begin; i < end; i++)
        {
            TEntry entry = entries[i];
            order[starts[TEntry.Digit(entry, shift, mask)]++] = TEntry.Pixel(entry);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumInOrder(in PixelGroup group, uint* order, T* values)
    {
        double sum = 0;
        for (int i = 0; i < group.Count; i++)
        {
            T* value = values + group.Offset(order[i]);
            sum += CallChecks.ToDouble(*value);
            *value = CallChecks.FromDouble<T>(sum);
        }
    }

    private static void Rank(in PixelGroup group, uint* order, T* ranks)
    {
        for (int i = 0; i < group.Count; i++)
            ranks[group.Offset(order[i])] = CallChecks.FromDouble<T>(i + 1);
    }

    /// <summary>Up to two maps of zeros and ones.</summary>
    private readonly struct BitMaps(T* first, T* second)
    {
        public readonly T* First = first;
        public readonly T* Second = second;

        public readonly bool IsOne(T* map, long at) => map[at] != T.Zero;

        /// <summary>The pixel's values, beside its number.</summary>
        public readonly uint At(long at)
        {
            uint bits = 0;
            if (First is not null && IsOne(First, at))
                bits = FirstBit;
            if (Second is not null && IsOne(Second, at))
                bits |= SecondBit;
            return bits;
        }
    }
}
