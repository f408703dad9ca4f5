using System.Runtime.CompilerServices;

namespace LossGen.Cpu;

/// <content>
/// The same sort by several threads: each has a part of the pixels, counts the digits in it and writes behind what the parts before it write. That
/// is the order in which one thread would write, so that nothing depends on how many parts there are. After each digit other pixels are in a
/// part, which is why they are counted anew.
/// </content>
internal static unsafe partial class KeySort<T, TEntry>
{
    // Of each part: where each digit's pixels go, and how many ones come before in two maps.
    private const int PartTables = 3;

    private enum Phase
    {
        CountKeys,
        First,
        Unsorted,
        Count,
        Middle,
        CountOnes,
        Finish,
        Order,
    }

    // Gives the order of the pixels, where their sums are not known with their places.
    private static uint* SortInParts(Work* work, int digits, bool isDirect)
    {
        if (digits > 1)
        {
            Run(work, Phase.CountKeys, 1);
            Run(work, Phase.First);
        }
        else
        {
            Run(work, Phase.Unsorted);
        }

        for (int digit = 1; digit < digits - 1; digit++)
        {
            work->Shift = digit * work->Width;
            Run(work, Phase.Count, 1);
            Run(work, Phase.Middle);
            TEntry* sorted = work->Others;
            work->Others = work->Entries;
            work->Entries = sorted;
        }

        work->Shift = Math.Max(0, digits - 1) * work->Width;
        Run(work, Phase.CountOnes, PartTables);
        Run(work, isDirect ? Phase.Finish : Phase.Order);
        return isDirect ? null : (uint*)work->Others;
    }

    // Counts, of so many tables, become what comes before.
    private static void Run(Work* work, Phase phase, int tables = 0)
    {
        PhaseJob.Run(work, phase);
        for (int table = 0; table < tables; table++)
        {
            int sum = 0;
            for (int digit = 0; digit < 1 << work->Width; digit++)
            {
                for (int part = 0; part < work->Parts; part++)
                {
                    int* count = work->Table(part, table) + digit;
                    (*count, sum) = (sum, sum + *count);
                }
            }
        }
    }

    private static void Do(Work* work, Phase phase, int part)
    {
        int begin = (int)((long)work->Group.Count * part / work->Parts), end = (int)((long)work->Group.Count * (part + 1) / work->Parts);
        int* starts = work->Table(part, 0), ones = work->Table(part, 1);
        switch (phase)
        {
            case Phase.CountKeys:
                CountKeys(work->Group, begin, end, work->Keys, work->Least, work->Width, starts);
                break;
            case Phase.First:
                First(work->Group, begin, end, work->Keys, work->Least, work->Bits, work->Width, starts, work->Entries);
                break;
            case Phase.Unsorted:
                Unsorted(work->Group, begin, end, work->Keys, work->Least, work->Bits, work->Entries);
                break;
            case Phase.Count:
                CountEntries(begin, end, work->Entries, work->Shift, work->Width, starts);
                break;
            case Phase.Middle:
                Middle(begin, end, work->Entries, work->Others, work->Shift, work->Width, starts);
                break;
            case Phase.CountOnes:
                CountEntries(begin, end, work->Entries, work->Shift, work->Width, starts);
                CountOnes(begin, end, work->Entries, work->Shift, work->Width, ones);
                break;
            case Phase.Finish:
                Finish(work->Group, begin, end, work->Entries, work->Shift, work->Width, starts, ones, work->Bits, work->Ranks);
                break;
            default:
                Order(begin, end, work->Entries, (uint*)work->Others, work->Shift, work->Width, starts);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountKeys(in PixelGroup group, int begin, int end, T* keys, ulong least, int width, int* counts)
    {
        new Span<int>(counts, 1 << width).Clear();
        ulong mask = (1ul << width) - 1;
        for (int number = begin; number < end;)
        {
            long at = group.Row(number, end, out int stop);
            for (; number < stop; at++, number++)
                counts[(int)((SortKeys.Load(keys + at) - least) & mask)]++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountEntries(int begin, int end, TEntry* entries, int shift, int width, int* counts)
    {
        new Span<int>(counts, 1 << width).Clear();
        int mask = (1 << width) - 1;
        for (int i = begin; i < end; i++)
            counts[TEntry.Digit(entries[i], shift, mask)]++;
    }

    // Of the bits beside the pixels' numbers, where there are some.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountOnes(int begin, int end, TEntry* entries, int shift, int width, int* ones)
    {
        new Span<int>(ones, 2 * Digits).Clear();
        int mask = (1 << width) - 1;
        for (int i = begin; i < end; i++)
        {
            int digit = TEntry.Digit(entries[i], shift, mask);
            uint pixel = TEntry.Pixel(entries[i]);
            ones[digit] += (int)(pixel >> 31);
            ones[Digits + digit] += (int)((pixel >> 30) & 1);
        }
    }

    // What all parts share. It lies on the stack of the call, which returns when the last part is done.
    private struct Work
    {
        public PixelGroup Group;
        public BitMaps Bits;
        public T* Keys;
        public T* Ranks;
        public TEntry* Entries;
        public TEntry* Others;
        public int* Tables;
        public ulong Least;
        public int Width;
        public int Shift;
        public int Parts;

        public readonly int* Table(int part, int table) => Tables + (((long)part * PartTables) + table) * Digits;
    }

    private sealed class PhaseJob : PartsJob
    {
        // Whoever uses it holds the pool.
        private static readonly PhaseJob s_only = new();

        private Work* work;
        private Phase phase;

        public static void Run(Work* work, Phase phase)
        {
            if (!BlockPool.TryEnter())
            {
                for (int part = 0; part < work->Parts; part++)
                    KeySort<T, TEntry>.Do(work, phase, part);
                return;
            }

            s_only.work = work;
            s_only.phase = phase;
            s_only.RunAndExit(work->Parts);
        }

        protected override void Do(int part) => KeySort<T, TEntry>.Do(work, phase, part);

        protected override void Clear() => work = null;
    }
}
