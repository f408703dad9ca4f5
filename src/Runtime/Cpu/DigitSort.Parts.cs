using System.Runtime.CompilerServices;

namespace LossGen.Cpu;

/// <content>
/// The same sort by several threads: each has a part of the pixels, counts the digits in it and writes behind what the parts before it
/// write. That is the order in which one thread would write, so that nothing depends on how many parts there are. After each digit other
/// pixels are in a part, which is why they are counted anew.
/// </content>
internal static unsafe partial class DigitSort<T, TEntry, TMaps>
{
    private enum Phase
    {
        CountKeys,
        First,
        Unsorted,
        Count,
        Middle,
        CountLast,
        Finish,
        Order,
    }

    private static void SortButLastInParts(SortWork<T, TEntry>* work, TMaps maps)
    {
        KeyDigits digits = work->Digits;
        work->Width = digits.Width;
        if (digits.Moved > 0)
        {
            Run(work, Phase.CountKeys, maps);
            Accumulate(work, maps: 0);
            Run(work, Phase.First, maps);
        }
        else
        {
            Run(work, Phase.Unsorted, maps);
        }

        for (int digit = 1; digit < digits.Moved; digit++)
        {
            work->Shift = digit * digits.Width;
            Run(work, Phase.Count, maps);
            Accumulate(work, maps: 0);
            Run(work, Phase.Middle, maps);
            work->Swap();
        }

        work->Shift = digits.LastShift;
        work->Width = digits.LastWidth;
        Run(work, Phase.CountLast, maps);
        Accumulate(work, TMaps.Count);
    }

    // Counts, of the digits and of the ones of so many maps, become what comes before.
    private static void Accumulate(SortWork<T, TEntry>* work, int maps)
    {
        for (int table = 0; table <= maps; table++)
        {
            int sum = 0;
            for (int digit = 0; digit < 1 << work->Width; digit++)
            {
                for (int part = 0; part < work->Parts; part++)
                {
                    int* count = (table == 0 ? work->Starts(part) : work->Ones(part) + ((table - 1) * KeyDigits.LastValues)) + digit;
                    (*count, sum) = (sum, sum + *count);
                }
            }
        }
    }

    private static void Do(SortWork<T, TEntry>* work, Phase phase, int part, TMaps maps)
    {
        int begin = (int)((long)work->Group.Count * part / work->Parts), end = (int)((long)work->Group.Count * (part + 1) / work->Parts);
        int* starts = work->Starts(part), ones = work->Ones(part);
        switch (phase)
        {
            case Phase.CountKeys:
                CountKeys(work, begin, end, starts);
                break;
            case Phase.First:
                First(work, begin, end, starts, maps);
                break;
            case Phase.Unsorted:
                Unsorted(work, begin, end, maps);
                break;
            case Phase.Count:
                CountEntries(work, begin, end, starts);
                break;
            case Phase.Middle:
                Middle(work, begin, end, starts);
                break;
            case Phase.CountLast:
                CountEntries(work, begin, end, starts);
                if (TMaps.Count > 0)
                    CountOnes(work, begin, end, ones);
                break;
            case Phase.Finish:
                Finish(work, begin, end, starts, ones, maps);
                break;
            default:
                Order(work, begin, end, starts);
                break;
        }
    }

    [MethodImpl(Loop)]
    private static void CountKeys(SortWork<T, TEntry>* work, int begin, int end, int* counts)
    {
        new Span<int>(counts, 1 << work->Width).Clear();
        T* keys = work->Keys;
        ulong mask = (1ul << work->Width) - 1, least = work->Least;
        for (int number = begin; number < end;)
        {
            long at = work->Group.Row(number, end, out int stop);
            for (; number < stop; at++, number++)
                counts[(int)((SortKeys.Load(keys + at) - least) & mask)]++;
        }
    }

    [MethodImpl(Loop)]
    private static void CountEntries(SortWork<T, TEntry>* work, int begin, int end, int* counts)
    {
        new Span<int>(counts, 1 << work->Width).Clear();
        TEntry* entries = work->Entries;
        int shift = work->Shift, mask = (1 << work->Width) - 1;
        for (int i = begin; i < end; i++)
            counts[TEntry.Digit(entries[i], shift, mask)]++;
    }

    // Of the bits beside the pixels' numbers.
    [MethodImpl(Loop)]
    private static void CountOnes(SortWork<T, TEntry>* work, int begin, int end, int* ones)
    {
        for (int map = 0; map < TMaps.Count; map++)
            new Span<int>(ones + (map * KeyDigits.LastValues), 1 << work->Width).Clear();
        TEntry* entries = work->Entries;
        int shift = work->Shift, mask = (1 << work->Width) - 1;
        for (int i = begin; i < end; i++)
            TMaps.Add(TEntry.Pixel(entries[i]), ones + TEntry.Digit(entries[i], shift, mask));
    }

    private static void Run(SortWork<T, TEntry>* work, Phase phase, TMaps maps) => PhaseJob.Run(work, phase, maps);

    private sealed class PhaseJob : PartsJob
    {
        // Whoever uses it holds the pool.
        private static readonly PhaseJob s_only = new();

        private SortWork<T, TEntry>* work;
        private Phase phase;
        private TMaps maps;

        public static void Run(SortWork<T, TEntry>* work, Phase phase, TMaps maps)
        {
            if (!BlockPool.TryEnter())
            {
                for (int part = 0; part < work->Parts; part++)
                    DigitSort<T, TEntry, TMaps>.Do(work, phase, part, maps);
                return;
            }

            s_only.work = work;
            s_only.phase = phase;
            s_only.maps = maps;
            s_only.RunAndExit(work->Parts);
        }

        protected override void Do(int part) => DigitSort<T, TEntry, TMaps>.Do(work, phase, part, maps);

        protected override void Clear()
        {
            work = null;
            maps = default;
        }
    }
}
