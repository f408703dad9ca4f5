using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Cpu;

/// <summary>Finds the last key that is taken, by the bits of keys, and marks those up to it.</summary>
/// <remarks>
/// A sample says between which keys it must lie. One read of all keys counts those beyond and collects those between, a sample of which
/// narrows them further until digits of 11 bits find it; another read writes what came out. Both reads make whole numbers of the keys, of
/// which the smallest come first.
/// </remarks>
internal static unsafe partial class RankSelection<TKey>
    where TKey : unmanaged, IBinaryInteger<TKey>, IMinMaxValue<TKey>
{
    private const int DigitBits = 11;

    private const int Samples = 1024;

    // With fewer pixels all are looked at.
    private const int LeastPixels = 16 * Samples;

    // For each set of eight lanes: which lane comes first, second and so on, in bytes.
    private static readonly byte[] s_fronts = Fronts();

    /// <summary>Replaces keys: <see cref="Ranks.Mark"/>.</summary>
    public static void Mark(RankWork<TKey> work, int taken)
    {
        PixelGroup group = work.Group;
        if (taken <= 0 || taken >= group.Count)
        {
            for (int image = 0; image < group.Images; image++)
                Fill(work.Keys + (image * group.Next), group.Pixels, taken <= 0 ? work.Infinity : TKey.Zero);
            return;
        }

        (work.Last, long ofLast, int ties) = Find(&work, taken);
        ShareTies(&work, ofLast, ties);
        Run(&work, Phase.Write);
    }

    // Of the pixels with the last key the first are taken: which part has how many of those.
    private static void ShareTies(RankWork<TKey>* work, long ofLast, int ties)
    {
        bool areAllTaken = ofLast >= ties;
        if (!areAllTaken && work->Parts > 1)
            Run(work, Phase.CountTies);
        for (int part = 0; part < work->Parts; part++)
        {
            long here = areAllTaken || work->Parts == 1 ? ofLast : Math.Min(work->Number(part), ofLast);
            work->Number(part) = here;
            ofLast -= areAllTaken ? 0 : here;
        }
    }

    private static byte[] Fronts()
    {
        const int Lanes = 8;
        byte[] fronts = GC.AllocateArray<byte>(Lanes << Lanes, pinned: true);
        for (int set = 0; set < 1 << Lanes; set++)
        {
            int count = 0;
            for (int lanes = set; lanes != 0; lanes &= lanes - 1)
                fronts[(Lanes * set) + count++] = (byte)BitOperations.TrailingZeroCount(lanes);
        }

        return fronts;
    }

    private static void Fill(TKey* row, long pixels, TKey value)
    {
        for (long at = 0; at < pixels; at += int.MaxValue)
            new Span<TKey>(row + at, (int)Math.Min(int.MaxValue, pixels - at)).Fill(value);
    }

    // The last key that is taken, how many pixels of that key are, and how many have it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (TKey Last, long OfLast, int Ties) Find(RankWork<TKey>* work, int taken)
    {
        PixelGroup group = work->Group;
        TKey* between = work->Between;
        (TKey low, TKey high) = group.Count < LeastPixels ? (TKey.Zero, TKey.MaxValue) : Bounds(group, work->Keys, areWhole: false, taken);
        (long before, int count) = CollectAll(work, low, high);
        if (taken <= before || taken > before + count)
        {
            // The sample did not tell.
            (low, high) = (TKey.Zero, TKey.MaxValue);
            (before, count) = CollectAll(work, low, high);
        }
        else if (count >= LeastPixels)
        {
            // What is between is in the way of what it is narrowed to.
            var all = new PixelGroup(count, 1, count);
            (TKey narrowLow, TKey narrowHigh) = Bounds(all, between, areWhole: true, (int)(taken - before));
            (narrowLow, narrowHigh) = (TKey.Max(low, narrowLow), TKey.Min(high, narrowHigh));
            (long beforeThose, int those) = Collect(between, count, areWhole: true, narrowLow, narrowHigh, between);
            if (taken > before + beforeThose && taken <= before + beforeThose + those)
                (low, high, before, count) = (narrowLow, narrowHigh, before + beforeThose, those);
            else
                (before, count) = CollectAll(work, low, high);
        }

        int* counts = stackalloc int[1 << DigitBits];
        int bits = (8 * sizeof(TKey)) - int.CreateTruncating(TKey.LeadingZeroCount(high - low));
        while (bits > 0)
        {
            int shift = Math.Max(0, bits - DigitBits);
            new Span<int>(counts, 1 << DigitBits).Clear();
            for (int i = 0; i < count; i++)
                counts[int.CreateTruncating((between[i] - low) >> shift)]++;
            int digit = 0;
            for (; before + counts[digit] < taken; digit++)
                before += counts[digit];
            low += TKey.CreateTruncating(digit) << shift;
            int kept = 0;
            for (int i = 0; i < count; i++)
            {
                if (between[i] >= low && (between[i] - low) >> shift == TKey.Zero)
                    between[kept++] = between[i];
            }

            count = kept;
            bits = shift;
        }

        return (low, taken - before, count);
    }

    // Keys below and above the last one that is taken, nearly always: between them lie as many samples as its place among them may be off.
    private static (TKey Low, TKey High) Bounds(in PixelGroup group, TKey* keys, bool areWhole, int taken)
    {
        TKey* sample = stackalloc TKey[Samples];
        for (int i = 0; i < Samples; i++)
        {
            (long image, long pixel) = Math.DivRem((long)i * group.Count / Samples, group.Pixels);
            TKey key = keys[(image * group.Next) + pixel];
            sample[i] = areWhole ? key : SortKeys.ToWhole(key);
        }

        double share = (double)taken / group.Count, place = share * Samples, off = 2 + (4 * Math.Sqrt(place * (1 - share)));
        int first = (int)(place - off), last = (int)(place + off);
        return (place < off ? TKey.Zero : Smallest(sample, first), last >= Samples ? TKey.MaxValue : Smallest(sample, last));
    }

    // The one of the samples that has a place among them in their order: of the numbers up to which there are more samples than its place,
    // the smallest. The range of numbers that it is in is halved until it is one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TKey Smallest(TKey* sample, int place)
    {
        TKey low = TKey.Zero, high = TKey.MaxValue;
        while (low < high)
        {
            TKey middle = low + ((high - low) >> 1);
            Vector256<TKey> upTo = Vector256.Create(middle), count = default;
            for (int i = 0; i < Samples; i += Vector256<TKey>.Count)
                count -= Vector256.LessThanOrEqual(Vector256.Load(sample + i), upTo);
            if (Total(count) > place)
                high = middle;
            else
                low = middle + TKey.One;
        }

        return low;
    }

    // Of the keys of all pixels, by parts, whose own then follow each other.
    private static (long Before, int Count) CollectAll(RankWork<TKey>* work, TKey low, TKey high)
    {
        work->Bounds = (low, high);
        Run(work, Phase.Collect);
        (long before, int count) = (0, 0);
        for (int part = 0; part < work->Parts; part++)
        {
            int here = work->Count(part);
            new Span<TKey>(work->Between + work->Begin(part), here).CopyTo(new Span<TKey>(work->Between + count, here));
            before += work->Number(part);
            count += here;
        }

        return (before, count);
    }

    // How many keys are below the bounds; those between are copied, for which keys may make room: no more are written than have been read.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (long Before, int Count) Collect(TKey* keys, int pixels, bool areWhole, TKey low, TKey high, TKey* between)
    {
        Vector256<TKey> lows = Vector256.Create(low), spans = Vector256.Create(high - low), below = default;
        byte* fronts = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(s_fronts));
        int count = 0, at = 0;
        for (; at <= pixels - Vector256<TKey>.Count; at += Vector256<TKey>.Count)
        {
            Vector256<TKey> key = Vector256.Load(keys + at);
            key = areWhole ? key : SortKeys.ToWhole(key);
            below -= Vector256.LessThan(key, lows);
            uint lanes = Vector256.LessThanOrEqual(key - lows, spans).ExtractMostSignificantBits();
            if (sizeof(TKey) == sizeof(uint) && Avx2.IsSupported)
            {
                // Whether there are some between is as good as random: those come to the front in any case, and the next ones are
                // written over the rest.
                Vector256<int> order = Avx2.ConvertToVector256Int32(fronts + (Vector256<uint>.Count * lanes));
                Avx2.PermuteVar8x32(key.AsInt32(), order).As<int, TKey>().Store(between + count);
                count += BitOperations.PopCount(lanes);
                continue;
            }

            for (; lanes != 0; lanes &= lanes - 1)
                between[count++] = key[BitOperations.TrailingZeroCount(lanes)];
        }

        // A lane counts no further than its type, which an int is not beyond.
        long before = Total(below);
        for (; at < pixels; at++)
        {
            TKey key = areWhole ? keys[at] : SortKeys.ToWhole(keys[at]);
            if (key < low)
                before++;
            else if (key <= high)
                between[count++] = key;
        }

        return (before, count);
    }

    private static long Total(Vector256<TKey> lanes)
    {
        long total = 0;
        for (int lane = 0; lane < Vector256<TKey>.Count; lane++)
            total += long.CreateTruncating(lanes[lane]);
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountOf(TKey* keys, int pixels, TKey last)
    {
        int count = 0;
        for (int i = 0; i < pixels; i++)
            count += SortKeys.ToWhole(keys[i]) == last ? 1 : 0;
        return count;
    }

    // 0 or infinity for each key of a row; how many of the last key are still to be taken.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Write(TKey* row, int pixels, TKey last, long ofLast, TKey infinity)
    {
        Vector256<TKey> lasts = Vector256.Create(last), infinities = Vector256.Create(infinity);
        int at = 0;
        for (; at <= pixels - Vector256<TKey>.Count; at += Vector256<TKey>.Count)
        {
            Vector256<TKey> key = SortKeys.ToWhole(Vector256.Load(row + at)), isLast = Vector256.Equals(key, lasts);
            Vector256<TKey> isTaken = Vector256.LessThan(key, lasts);
            uint lanes = isLast.ExtractMostSignificantBits();
            int here = BitOperations.PopCount(lanes);
            if (here <= ofLast)
            {
                ofLast -= here;
                isTaken |= isLast;
            }
            else if (ofLast > 0)
            {
                for (int lane = 0; lane < Vector256<TKey>.Count; lane++)
                    row[at + lane] = Take(SortKeys.ToWhole(row[at + lane]), last, ref ofLast) ? TKey.Zero : infinity;
                continue;
            }

            Vector256.AndNot(infinities, isTaken).Store(row + at);
        }

        for (; at < pixels; at++)
            row[at] = Take(SortKeys.ToWhole(row[at]), last, ref ofLast) ? TKey.Zero : infinity;
        return ofLast;
    }

    private static bool Take(TKey key, TKey last, ref long ofLast) => key < last || (key == last && ofLast-- > 0);
}
