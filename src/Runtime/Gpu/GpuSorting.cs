using LossGen.Kernels;

namespace LossGen.Gpu;

/// <summary>
/// Sums up what a pass has stored, in the order of the keys that it has stored: the kernels of sort.cl and their memory. Each digit of the
/// keys takes four launches; as many segments are sorted side by side as memory is meant for.
/// </summary>
internal sealed class GpuSorting : IDisposable
{
    // As sort.cl has them.
    private const int Threads = 256;
    private const int DigitBits = 4;
    private const int Strip = 32;
    private const int Piece = 16 * Threads;

    private readonly GpuDevice device;
    private readonly GpuArguments arguments;
    private readonly GpuModule?[] modules = new GpuModule?[2];
    private readonly GpuScratch wholes, order, otherWholes, otherOrder, table, totals;

    public GpuSorting(GpuDevice device, GpuArguments arguments, Func<long, nint> allocate, Action<nint> free)
    {
        this.device = device;
        this.arguments = arguments;
        (wholes, order, otherWholes, otherOrder, table, totals) = (New(), New(), New(), New(), New(), New());
        GpuScratch New() => new(allocate, free);
    }

    /// <summary>Of so many pixels, or of one segment, the order lies in memory at once: 288 MiB of float keys, 416 of double.</summary>
    public long MostPixels { get; set; } = 1 << 24;

    /// <summary>Compiles the kernels, which are the same for all losses.</summary>
    public GpuModule Compile(bool isDouble) => modules[isDouble ? 1 : 0] ??= device.Compile(GpuKernels.Prelude + GpuKernels.Sorting,
        Defines(isDouble));

    /// <summary>The macros that they are compiled with.</summary>
    internal static List<string> Defines(bool isDouble) =>
        ["CLASSES=1", $"PIXELS={Threads}", "GROUPS=1", "ROWS=1", $"LOGIT_TYPE={(isDouble ? 1 : 0)}", "TARGET_TYPE=0", "VALUE_TYPE=0"];

    /// <summary>Sums up all that is sorted by the keys of a running sum.</summary>
    /// <param name="call">The extents.</param>
    /// <param name="keys">The running sum whose keys were stored.</param>
    /// <param name="stored">The memory of keys.</param>
    /// <param name="sums">The memory of sums and, behind them, of running sums.</param>
    public void Run(GpuCall call, int keys, nint stored, nint sums)
    {
        GpuModule module = Compile(call.IsDouble);
        RunningSumLayout[] layouts = call.RunningSums;
        bool perImage = layouts[keys].PerImage;
        int rows = layouts[keys].Rows(call.Classes), segments = perImage ? rows * call.Images : rows;
        long count = perImage ? call.Pixels : call.Pixels * call.Images;
        int strips = Parts(count, Strip);
        int together = (int)Math.Clamp(MostPixels / count, 1, segments);
        Prepare(count * together, (long)Parts((long)strips << DigitBits, Piece) * together, (long)Parts(count, Piece) * together,
            call.IsDouble);
        for (int first = 0; first < segments; first += together)
        {
            var own = new GpuSegments
            {
                Pixels = call.Pixels,
                Count = count,
                Keys = call.KeyMap(keys),
                Sorted = call.SumDoubles,
                Rows = rows,
                PerImage = perImage ? 1 : 0,
                First = first,
                Strips = strips,
            };
            int now = Math.Min(together, segments - first);
            Sort(module, own, stored, now, call.IsDouble ? 64 : 32);
            for (int k = keys; k < layouts.Length; k++)
            {
                if (call.KeysOf(k) == keys)
                    SumUp(module, own with { Map = call.SortedMap(k) }, now, sums, layouts[k].IsCount);
            }
        }
    }

    /// <summary>Gives its memory back. What was asked for before still runs.</summary>
    public void Dispose()
    {
        foreach (GpuScratch memory in (GpuScratch[])[wholes, order, otherWholes, otherOrder, table, totals])
            memory.Dispose();
    }

    private static int Parts(long length, int part) => checked((int)((length + part - 1) / part));

    private void Prepare(long pixels, long tablePieces, long valuePieces, bool isDouble)
    {
        int width = isDouble ? sizeof(ulong) : sizeof(uint);
        wholes.Grow(pixels * width);
        otherWholes.Grow(pixels * width);
        order.Grow(pixels * sizeof(uint));
        otherOrder.Grow(pixels * sizeof(uint));
        table.Grow(tablePieces * Piece * sizeof(uint));
        totals.Grow(Math.Max(tablePieces, valuePieces) * sizeof(double));
    }

    private void Sort(GpuModule module, GpuSegments segments, nint stored, int count, int bits)
    {
        arguments.Clear().Add(stored).Add(wholes.Address).Add(order.Address);
        Launch("sortKeys", segments, Parts(segments.Count, Threads));
        (GpuScratch Wholes, GpuScratch Order) from = (wholes, order), to = (otherWholes, otherOrder);
        int strips = Parts(segments.Strips, Threads), pieces = Parts((long)segments.Strips << DigitBits, Piece);

        // An even number of digits: the order ends where it began.
        for (int shift = 0; shift < bits; shift += DigitBits)
        {
            segments.Shift = shift;
            arguments.Clear().Add(from.Wholes.Address).Add(table.Address);
            Launch("sortCount", segments, strips);
            arguments.Clear().Add(table.Address).Add(totals.Address);
            Launch("sortTotals", segments, pieces);
            arguments.Clear().Add(table.Address).Add(totals.Address);
            Launch("sortStarts", segments, pieces);
            arguments.Clear().Add(from.Wholes.Address).Add(from.Order.Address).Add(table.Address).Add(to.Wholes.Address)
                .Add(to.Order.Address);
            Launch("sortMove", segments, strips);
            (from, to) = (to, from);
        }

        void Launch(string kernel, GpuSegments own, int blocks) => this.Launch(module, kernel, own, count, blocks);
    }

    private void SumUp(GpuModule module, GpuSegments segments, int count, nint sums, bool isCount)
    {
        if (isCount)
        {
            arguments.Clear().Add(order.Address).Add(sums);
            Launch(module, "sortRanks", segments, count, Parts(segments.Count, Threads));
            return;
        }

        int pieces = Parts(segments.Count, Piece);
        arguments.Clear().Add(order.Address).Add(totals.Address).Add(sums);
        Launch(module, "sumTotals", segments, count, pieces);
        arguments.Clear().Add(order.Address).Add(totals.Address).Add(sums);
        Launch(module, "sumUp", segments, count, pieces);
    }

    // The arguments are there but for the last.
    private void Launch(GpuModule module, string kernel, GpuSegments segments, int count, int blocks)
    {
        segments.Blocks = blocks;
        arguments.Add(segments);
        device.Launch(module, kernel, checked(count * blocks), Threads, arguments);
    }
}
