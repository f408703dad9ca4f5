namespace LossGen.Cpu;

/// <content>The two reads of all keys, by several threads: each has a part of the pixels.</content>
internal static unsafe partial class RankSelection<TKey>
{
    private enum Phase
    {
        /// <summary>Counts the keys before the bounds, and collects those between.</summary>
        Collect,

        /// <summary>Counts the pixels that have the last key.</summary>
        CountTies,

        /// <summary>Replaces the keys.</summary>
        Write,
    }

    private static void Do(RankWork<TKey>* work, Phase phase, int part)
    {
        int begin = work->Begin(part), end = work->Begin(part + 1);
        TKey* between = work->Between + begin;
        long number = phase == Phase.Write ? work->Number(part) : 0;
        int count = 0;
        for (int first = begin, stop; first < end; first = stop)
        {
            TKey* row = work->Keys + work->Group.Row(first, end, out stop);
            switch (phase)
            {
                case Phase.Collect:
                    (long before, int here) = Collect(row, stop - first, areWhole: false, work->Bounds.Low, work->Bounds.High,
                        between + count);
                    number += before;
                    count += here;
                    break;
                case Phase.CountTies:
                    number += CountOf(row, stop - first, work->Last);
                    break;
                default:
                    number = Write(row, stop - first, work->Last, number, work->Infinity);
                    break;
            }
        }

        work->Number(part) = number;
        work->Count(part) = count;
    }

    private static void Run(RankWork<TKey>* work, Phase phase) => PhaseJob.Run(work, phase);

    private sealed class PhaseJob : PartsJob
    {
        // Whoever uses it holds the pool.
        private static readonly PhaseJob s_only = new();

        private RankWork<TKey>* work;
        private Phase phase;

        public static void Run(RankWork<TKey>* work, Phase phase)
        {
            if (work->Parts == 1 || !BlockPool.TryEnter())
            {
                for (int part = 0; part < work->Parts; part++)
                    RankSelection<TKey>.Do(work, phase, part);
                return;
            }

            s_only.work = work;
            s_only.phase = phase;
            s_only.RunAndExit(work->Parts);
        }

        protected override void Do(int part) => RankSelection<TKey>.Do(work, phase, part);

        protected override void Clear() => work = null;
    }
}
