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

    /// <summary>Sums up all that is sorted by the same keys.</summary>
    /// <param name="call">The extents.</param>
    /// <param name="sort">What is sorted and summed up.</param>
    /// <param name="maps">Where each map lies.</param>
    public void Run(GpuCall call, SortLayout sort, Func<int, GpuMap> maps)
    {
        GpuModule module = Compile(call.IsDouble);
        GpuMap keys = maps(sort.Keys);
        int rows = keys.Rows, segments = sort.PerImage ? rows * call.Images : rows;
        long count = sort.PerImage ? call.Pixels : call.Pixels * call.Images;
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
                Map = keys.Begin,
                Rows = rows,
                PerImage = sort.PerImage ? 1 : 0,
                First = first,
                Strips = strips,
            };
            int now = Math.Min(together, segments - first);
            Sort(module, own, keys.Memory, now, call.IsDouble ? 64 : 32);
            foreach (int sum in sort.Sums)
                SumUp(module, own with { Map = maps(sum).Begin }, now, maps(sum).Memory);
            if (sort.Ranks)
                Rank(module, own, now, keys.Memory);
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

    private void Sort(GpuModule module, GpuSegments segments, nint keys, int count, int bits)
    {
        arguments.Clear().Add(keys).Add(wholes.Address).Add(order.Address);
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

    private void SumUp(GpuModule module, GpuSegments segments, int count, nint values)
    {
        int pieces = Parts(segments.Count, Piece);
        arguments.Clear().Add(order.Address).Add(totals.Address).Add(values);
        Launch(module, "sumTotals", segments, count, pieces);
        arguments.Clear().Add(order.Address).Add(totals.Address).Add(values);
        Launch(module, "sumUp", segments, count, pieces);
    }

    // The order is known: ranks take the place of the keys.
    private void Rank(GpuModule module, GpuSegments segments, int count, nint keys)
    {
        arguments.Clear().Add(order.Address).Add(keys);
        Launch(module, "sortRanks", segments, count, Parts(segments.Count, Threads));
    }

    // The arguments are there but for the last.
    private void Launch(GpuModule module, string kernel, GpuSegments segments, int count, int blocks)
    {
        segments.Blocks = blocks;
        arguments.Add(segments);
        device.Launch(module, kernel, checked(count * blocks), Threads, arguments);
    }
}
