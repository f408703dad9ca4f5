using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Gpu;

/// <summary>
/// Steps over whole images between two passes: the kernels of neighbours.cl. Windows of several axes are lines, one axis after the other,
/// as on the CPU.
/// </summary>
internal sealed class GpuSteps : IDisposable
{
    private const int Threads = 256;

    private readonly GpuDevice device;
    private readonly GpuArguments arguments;
    private readonly GpuModule?[] modules = new GpuModule?[2];
    private readonly GpuScratch images;
    private readonly Func<GpuScratch> newScratch;

    // The factors of all windows of a layout, and where each step's begin: a loss has one for labels and one for dense targets.
    private readonly Dictionary<KernelLayout, (GpuScratch Memory, Dictionary<StepLayout, int> Begins)> weights = [];

    public GpuSteps(GpuDevice device, GpuArguments arguments, Func<long, nint> allocate, Action<nint> free)
    {
        this.device = device;
        this.arguments = arguments;
        newScratch = () => new GpuScratch(allocate, free);
        images = newScratch();
    }

    /// <summary>Compiles the kernels, which are the same for all losses.</summary>
    public GpuModule Compile(bool isDouble) => modules[isDouble ? 1 : 0] ??= device.Compile(GpuKernels.Prelude + GpuKernels.Neighbours,
        GpuSorting.Defines(isDouble));

    /// <summary>Runs what follows a pass.</summary>
    /// <param name="call">The extents.</param>
    /// <param name="layout">The passes.</param>
    /// <param name="pass">The pass that has run.</param>
    /// <param name="maps">Where each map lies.</param>
    public void Run(GpuCall call, KernelLayout layout, PassLayout pass, Func<int, GpuMap> maps)
    {
        if (pass.Steps.Length == 0)
            return;
        (GpuScratch factors, Dictionary<StepLayout, int> begins) = Weights(layout);
        foreach (StepLayout step in pass.Steps)
            new Work(this, call, step, maps, factors.Address, begins[step]).Run();
    }

    /// <summary>Gives its memory back. What was asked for before still runs.</summary>
    public void Dispose()
    {
        images.Dispose();
        foreach ((GpuScratch memory, _) in weights.Values)
            memory.Dispose();
        weights.Clear();
    }

    private (GpuScratch Memory, Dictionary<StepLayout, int> Begins) Weights(KernelLayout layout)
    {
        if (weights.TryGetValue(layout, out (GpuScratch Memory, Dictionary<StepLayout, int> Begins) known))
            return known;
        var begins = new Dictionary<StepLayout, int>();
        var all = new List<double>();
        foreach (StepLayout step in layout.Passes.SelectMany(pass => pass.Steps))
        {
            begins[step] = all.Count;
            all.AddRange(step.Weights);
        }

        GpuScratch memory = newScratch();
        try
        {
            memory.Grow(sizeof(double) * Math.Max(1L, all.Count));
            if (all.Count > 0)
                device.Write(memory.Address, (ReadOnlySpan<double>)all.ToArray());
        }
        catch
        {
            memory.Dispose();
            throw;
        }

        return weights[layout] = (memory, begins);
    }

    // One step: which lines, from where to where.
    private sealed class Work(GpuSteps owner, GpuCall call, StepLayout step, Func<int, GpuMap> maps, nint factors, int begin)
    {
        private readonly int dimensions = call.Dimensions;
        private readonly int rows = maps(step.Output).Rows;
        private readonly ImageGrid grid = call.ImageGrid;

        private long Count => call.Images * call.Pixels * rows;

        private GpuMap Input => maps(step.Input);

        private GpuMap Output => maps(step.Output);

        private GpuMap Arriving => maps(step.Arriving);

        public void Run()
        {
            switch (step.Kind)
            {
                case StepKind.Correlate:
                    Launch(step.IsTransposed ? "stepSumBack" : "stepSum", step.Axis, Input, Output, reads: factors);
                    break;
                case StepKind.Distance:
                    Distance();
                    break;
                case StepKind.Pool when step.Shape == StepShape.Box:
                    PoolBox();
                    break;
                case StepKind.Pool when step.Shape == StepShape.Cross:
                    for (int axis = 0; axis < dimensions; axis++)
                        Pool(axis, Input, Output, joins: axis > 0);
                    break;
                case StepKind.Pool:
                    Pool(step.Axis, Input, Output);
                    break;
                case StepKind.PoolSlope when step.Shape == StepShape.Box:
                    SlopeOfBox();
                    break;
                case StepKind.PoolSlope when step.Shape == StepShape.Cross:
                    SlopeOfCross();
                    break;
                default:
                    Grow(1);
                    Slope(step.Axis, Input, Arriving, Output, Image(0));
                    break;
            }
        }

        // The last axis first: of equal ones the first row by row is then the first.
        private void PoolBox()
        {
            Grow(1);
            GpuMap from = Input;
            for (int axis = dimensions - 1; axis >= 0; axis--)
            {
                GpuMap to = axis % 2 == 0 ? Output : Image(0);
                Pool(axis, from, to);
                from = to;
            }
        }

        // What each axis read, as it was computed, and then what arrives at it.
        private void SlopeOfBox()
        {
            int last = dimensions - 1, slopes = Math.Min(last, 2);
            Grow(last + slopes + 1);
            for (int axis = last; axis > 0; axis--)
                Pool(axis, Read(axis), Image(axis - 1));
            GpuMap arriving = Arriving;
            for (int axis = 0; axis <= last; axis++)
            {
                GpuMap to = axis == last ? Output : Image(last + (axis % 2));
                Slope(axis, Read(axis), arriving, to, Image(last + slopes));
                arriving = to;
            }

            GpuMap Read(int axis) => axis == last ? Input : Image(axis);
        }

        // Each arm has what arrives where it is the best, and where two are equal each has half.
        private void SlopeOfCross()
        {
            Grow(dimensions + 1);
            for (int axis = 0; axis < dimensions; axis++)
                Pool(axis, Input, Image(axis));
            GpuStep share = Layout(0, default, Image(0), Arriving);
            share.Taps = dimensions;
            owner.arguments.Clear().Add(Arriving.Memory).Add(owner.images.Address);
            Launch("stepShare", share);
            for (int axis = 0; axis < dimensions; axis++)
                Slope(axis, Input, Image(axis), Output, Image(dimensions), joins: axis > 0);
        }

        // Along the first axis from the pixels, along each other from what was found before.
        private void Distance()
        {
            Grow(1);
            GpuMap from = Input;
            for (int axis = 0; axis < dimensions; axis++)
            {
                GpuMap to = (dimensions - axis) % 2 == 1 ? Output : Image(0);
                GpuStep own = Layout(axis, from, to);
                (own.Spacing, own.IsLast) = (step.Weights[axis], axis == dimensions - 1 ? 1 : 0);
                owner.arguments.Clear().Add(from.Memory).Add(to.Memory);
                Launch(axis == 0 ? "stepDistance" : "stepFurther", own);
                from = to;
            }
        }

        private void Pool(int axis, GpuMap from, GpuMap to, bool joins = false) => Launch("stepPool", axis, from, to, joins);

        private void Slope(int axis, GpuMap from, GpuMap arriving, GpuMap to, GpuMap choices, bool joins = false)
        {
            Launch("stepChoose", axis, from, choices);
            GpuStep own = Layout(axis, choices, to, arriving);
            own.Joins = joins ? 1 : 0;
            owner.arguments.Clear().Add(choices.Memory).Add(arriving.Memory).Add(to.Memory);
            Launch("stepGather", own);
        }

        private void Launch(string kernel, int axis, GpuMap from, GpuMap to, bool joins = false, nint reads = 0)
        {
            GpuStep own = Layout(axis, from, to);
            own.Joins = joins ? 1 : 0;
            owner.arguments.Clear().Add(from.Memory);
            if (reads != 0)
                owner.arguments.Add(reads);
            owner.arguments.Add(to.Memory);
            Launch(kernel, own);
        }

        // The arguments are there but for the last.
        private void Launch(string kernel, GpuStep own)
        {
            owner.arguments.Add(own);
            owner.device.Launch(owner.Compile(call.IsDouble), kernel, checked((int)((Count + Threads - 1) / Threads)), Threads,
                owner.arguments);
        }

        private GpuStep Layout(int axis, GpuMap from, GpuMap to, GpuMap arriving = default)
        {
            ImageAxis line = grid.Along(axis);
            return new()
            {
                Pixels = call.Pixels,
                Count = Count,
                From = from.Begin,
                Arriving = arriving.Begin,
                To = to.Begin,
                Inner = line.Inner,
                Size = line.Size,
                Rows = rows,
                FromRows = from.Rows,
                ArrivingRows = arriving.Rows,
                First = step.First,
                Taps = step.Size,
                Weights = begin,
                Border = (int)step.Border,
                IsMinimum = step.IsMinimum ? 1 : 0,
            };
        }

        private GpuMap Image(int k) => new(owner.images.Address, k * Count, rows);

        private void Grow(int count) => owner.images.Grow(count * Count * (call.IsDouble ? sizeof(double) : sizeof(float)));
    }
}
