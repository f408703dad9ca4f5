using System.Numerics;
using System.Runtime.CompilerServices;

namespace LossGen.Cpu;

/// <summary>Moves entries by the digits of their keys, and gives the sums of maps of zeros and ones in the order of the keys.</summary>
internal static unsafe partial class DigitSort<T, TEntry, TMaps>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TEntry : unmanaged, ISortEntry<TEntry>
    where TMaps : unmanaged, IBitMaps<T>
{
    // Inside of another method a loop has fewer registers.
    private const MethodImplOptions Loop = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    /// <summary>Replaces the maps by their sums, and writes the ranks.</summary>
    public static void Sum(SortWork<T, TEntry>* work, TMaps maps)
    {
        int* last = SortButLast(work, maps);
        if (last is not null)
            Finish(work, 0, work->Group.Count, last, work->Ones(0), maps);
        else
            Run(work, Phase.Finish, maps);
    }

    /// <summary>The numbers of the pixels in the order of the keys.</summary>
    public static uint* Order(SortWork<T, TEntry>* work, TMaps maps)
    {
        int* last = SortButLast(work, maps);
        if (last is not null)
            Order(work, 0, work->Group.Count, last);
        else
            Run(work, Phase.Order, maps);
        return (uint*)work->Others;
    }

    // Sorts by all digits but the last, whose counts are returned; null where each part has its own.
    private static int* SortButLast(SortWork<T, TEntry>* work, TMaps maps)
    {
        if (work->Parts > 1)
        {
            SortButLastInParts(work, maps);
            return null;
        }

        KeyDigits digits = work->Digits;
        int* starts = work->Starts(0);
        Count(work, starts, work->Ones(0), maps);
        if (digits.Moved == 0)
        {
            Unsorted(work, 0, work->Group.Count, maps);
        }
        else
        {
            work->Width = digits.Width;
            First(work, 0, work->Group.Count, starts, maps);
            for (int digit = 1; digit < digits.Moved; digit++)
            {
                work->Shift = digit * digits.Width;
                Middle(work, 0, work->Group.Count, starts + (digit * KeyDigits.MovedValues));
                work->Swap();
            }
        }

        work->Shift = digits.LastShift;
        work->Width = digits.LastWidth;
        return starts + (digits.Moved * KeyDigits.MovedValues);
    }

    // Where each digit's pixels begin, and how many ones there are before the last digit's.
    [MethodImpl(Loop)]
    private static void Count(SortWork<T, TEntry>* work, int* starts, int* ones, TMaps maps)
    {
        KeyDigits digits = work->Digits;
        int* last = starts + (digits.Moved * KeyDigits.MovedValues);
        int width = digits.Width, lastShift = digits.LastShift, lastValues = 1 << digits.LastWidth;
        new Span<int>(starts, digits.Moved * KeyDigits.MovedValues).Clear();
        new Span<int>(last, lastValues).Clear();
        for (int map = 0; map < TMaps.Count; map++)
            new Span<int>(ones + (map * KeyDigits.LastValues), lastValues).Clear();
        ulong mask = (1ul << width) - 1, least = work->Least;
        PixelGroup group = work->Group;
        for (int image = 0; image < group.Images; image++)
        {
            T* keys = work->Keys;
            long at = image * group.Next, end = at + group.Pixels;
            for (; at < end; at++)
            {
                ulong key = SortKeys.Load(keys + at) - least, rest = key;
                for (int* moved = starts; moved < last; moved += KeyDigits.MovedValues, rest >>= width)
                    moved[(int)(rest & mask)]++;
                int highest = (int)(key >> lastShift);
                last[highest]++;
                TMaps.Add(maps.Bits(at), ones + highest);
            }
        }

        for (int digit = 0; digit < digits.Moved; digit++)
            Accumulate(starts + (digit * KeyDigits.MovedValues), 1 << width);
        Accumulate(last, lastValues);
        for (int map = 0; map < TMaps.Count; map++)
            Accumulate(ones + (map * KeyDigits.LastValues), lastValues);
    }

    private static void Accumulate(int* counts, int length)
    {
        int sum = 0;
        for (int k = 0; k < length; k++)
            (counts[k], sum) = (sum, sum + counts[k]);
    }

    // From the keys, in the order of the pixels, to entries in the order of the lowest digit.
    [MethodImpl(Loop)]
    private static void First(SortWork<T, TEntry>* work, int begin, int end, int* starts, TMaps maps)
    {
        T* keys = work->Keys;
        TEntry* entries = work->Entries;
        ulong mask = (1ul << work->Width) - 1, least = work->Least;
        for (int number = begin; number < end;)
        {
            long at = work->Group.Row(number, end, out int stop);
            uint pixel = work->Group.IsWide ? (uint)number : (uint)at;
            for (; number < stop; at++, number++, pixel++)
            {
                ulong later = SortKeys.Load(keys + at + Math.Min(Prefetch.StepsAhead, stop - 1 - number)) - least;
                Prefetch.Line(entries + starts[(int)(later & mask)] + Prefetch.PlacesAhead);
                ulong key = SortKeys.Load(keys + at) - least;
                entries[starts[(int)(key & mask)]++] = TEntry.Create(key, pixel | maps.Bits(at));
            }
        }
    }

    // Where one digit holds all bits, that digit is the last.
    [MethodImpl(Loop)]
    private static void Unsorted(SortWork<T, TEntry>* work, int begin, int end, TMaps maps)
    {
        T* keys = work->Keys;
        TEntry* entries = work->Entries;
        ulong least = work->Least;
        for (int number = begin; number < end;)
        {
            long at = work->Group.Row(number, end, out int stop);
            uint pixel = work->Group.IsWide ? (uint)number : (uint)at;
            for (; number < stop; at++, number++, pixel++)
                entries[number] = TEntry.Create(SortKeys.Load(keys + at) - least, pixel | maps.Bits(at));
        }
    }

    [MethodImpl(Loop)]
    private static void Middle(SortWork<T, TEntry>* work, int begin, int end, int* starts)
    {
        TEntry* entries = work->Entries, sorted = work->Others;
        int shift = work->Shift, mask = (1 << work->Width) - 1;
        for (int i = begin; i < end; i++)
        {
            int later = TEntry.Digit(entries[Math.Min(i + Prefetch.StepsAhead, end - 1)], shift, mask);
            Prefetch.Line(sorted + starts[later] + Prefetch.PlacesAhead);
            TEntry entry = entries[i];
            sorted[starts[TEntry.Digit(entry, shift, mask)]++] = entry;
        }
    }

    // The last digit where values are bits: each pixel's place and sums are its digit's and what came before in it.
    [MethodImpl(Loop)]
    private static void Finish(SortWork<T, TEntry>* work, int begin, int end, int* starts, int* ones, TMaps maps)
    {
        TEntry* entries = work->Entries;
        T* ranks = work->Ranks;
        int shift = work->Shift, mask = (1 << work->Width) - 1;
        PixelGroup group = work->Group;
        for (int i = begin; i < end; i++)
        {
            long later = group.Offset(TEntry.Pixel(entries[Math.Min(i + Prefetch.StepsAhead, end - 1)]) & TMaps.Numbers);
            maps.Fetch(later);
            if (ranks is not null)
                Prefetch.Line(ranks + later);
            TEntry entry = entries[i];
            int digit = TEntry.Digit(entry, shift, mask);
            uint pixel = TEntry.Pixel(entry);
            long at = group.Offset(pixel & TMaps.Numbers);
            maps.Sum(pixel, ones + digit, at);
            if (ranks is not null)
                ranks[at] = T.CreateTruncating(++starts[digit]);
        }
    }

    // The pixels in the order of the keys. No bits travel beside their numbers where this is needed.
    [MethodImpl(Loop)]
    private static void Order(SortWork<T, TEntry>* work, int begin, int end, int* starts)
    {
        TEntry* entries = work->Entries;
        var order = (uint*)work->Others;
        int shift = work->Shift, mask = (1 << work->Width) - 1;
        for (int i = begin; i < end; i++)
        {
            int later = TEntry.Digit(entries[Math.Min(i + Prefetch.StepsAhead, end - 1)], shift, mask);
            Prefetch.Line(order + starts[later] + Prefetch.PlacesAhead);
            TEntry entry = entries[i];
            order[starts[TEntry.Digit(entry, shift, mask)]++] = TEntry.Pixel(entry);
        }
    }
}
