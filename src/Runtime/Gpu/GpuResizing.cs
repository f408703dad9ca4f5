using LossGen.Kernels;

namespace LossGen.Gpu;

/// <summary>
/// Logits of another size than the target: the kernels of resize.cl stretch them to the target's grid, for the passes, and take the
/// gradient back. As <c>LinearResize</c> does on the CPU, in the same order of operations.
/// </summary>
internal sealed class GpuResizing : IDisposable
{
    // The pixels of an image are counted in 32 bits, with those of the last block.
    private const long MostPixels = int.MaxValue - Threads;

    private const int Threads = 256;

    private readonly GpuDevice device;
    private readonly GpuArguments arguments;
    private readonly GpuModule?[] modules = new GpuModule?[4];
    private readonly GpuScratch logits, gradient, places, fractions;

    public GpuResizing(GpuDevice device, GpuArguments arguments, Func<long, nint> allocate, Action<nint> free)
    {
        this.device = device;
        this.arguments = arguments;
        (logits, gradient, places, fractions) = (New(), New(), New(), New());
        GpuScratch New() => new(allocate, free);
    }

    /// <summary>Where the passes leave the gradient at the stretched logits, once <see cref="Stretch"/> was asked for it.</summary>
    public nint Gradient => gradient.Address;

    /// <summary>
    /// The batch that the passes see, before there is memory for its logits: as large as the target, in (N, C, S), of the type that pixels
    /// are computed in.
    /// </summary>
    /// <param name="batch">A batch.</param>
    public static GpuBatch Full(GpuBatch batch) => batch.Shape.IsResized
        ? batch with
        {
            Shape = batch.Shape.WithoutResize() with { ClassesLast = false },
            Logits = 0,
            LogitElement = batch.LogitElement == LogitElement.Double ? LogitElement.Double : LogitElement.Single,
            LogitStrides = null,
        }
        : batch;

    /// <summary>The macros that the kernels are compiled with.</summary>
    /// <param name="element">The type of the caller's logits and gradient.</param>
    /// <remarks>No product joins an addition, so that numbers are those of the CPU.</remarks>
    public static List<string> Defines(LogitElement element) => [.. GpuDefines.AroundPasses(Threads, element), "EXACT=1"];

    /// <summary>Compiles the kernels, which are the same for all losses.</summary>
    public GpuModule Compile(LogitElement element) =>
        modules[(int)element] ??= device.Compile(GpuKernels.Prelude + GpuKernels.Resizing, Defines(element));

    /// <summary>Stretches the logits of a batch.</summary>
    /// <param name="batch">A batch whose logits have another size than its target.</param>
    /// <param name="resize">How.</param>
    /// <param name="hasGradient">There has to be memory for a gradient, too.</param>
    /// <returns>The address of the stretched logits.</returns>
    public nint Stretch(GpuBatch batch, Resize resize, bool hasGradient)
    {
        var sizes = new Sizes(batch.Shape);
        GpuModule module = Compile(batch.LogitElement);
        int width = batch.LogitElement == LogitElement.Double ? sizeof(double) : sizeof(float);

        // Gathering needs memory between two axes: that of the logits, then that of the gradient, which nobody reads any more.
        logits.Grow(width * sizes.Planes * (hasGradient ? Math.Max(sizes.Full, sizes.Slices) : sizes.Full));
        if (hasGradient)
            gradient.Grow(width * sizes.Planes * Math.Max(sizes.Full, sizes.Rows));
        places.Grow(sizeof(int) * (long)(sizes.Targets + sizes.Sources));
        fractions.Grow((long)width * sizes.Targets);

        GpuResize points = Layout(batch, resize, null) with { Pixels = sizes.Targets + sizes.Sources };
        arguments.Clear().Add(places.Address).Add(fractions.Address).Add(points);
        device.Launch(module, "resizePoints", Parts(points.Pixels), Threads, arguments);
        arguments.Clear().Add(batch.Logits).Add(places.Address).Add(fractions.Address).Add(logits.Address);
        Launch(module, "resizeLogits", Layout(batch, resize, batch.LogitStrides), sizes.Planes, (int)sizes.Full);
        return logits.Address;
    }

    /// <summary>Takes the gradient at the stretched logits back to the caller's.</summary>
    /// <param name="batch">The batch that <see cref="Stretch"/> had last.</param>
    /// <param name="resize">How.</param>
    /// <param name="to">Receives the gradient: of the type of the batch's logits.</param>
    /// <param name="strides">Where it lies.</param>
    public void Gather(GpuBatch batch, Resize resize, nint to, GpuStrides? strides)
    {
        LossShape shape = batch.Shape;
        var sizes = new Sizes(shape);
        GpuModule module = Compile(batch.LogitElement);
        GpuResize layout = Layout(batch, resize, strides ?? batch.LogitStrides);
        (GpuScratch from, GpuScratch other) = (gradient, logits);
        int points = 0, starts = sizes.Targets;
        if (shape.LogitDepth != 1 || shape.Depth != 1)
            Along(shape.LogitDepth, shape.Depth, shape.Height * shape.Width, sizes.Slices);
        (points, starts) = (shape.Depth, sizes.Targets + shape.LogitDepth);
        if (shape.LogitHeight != 1 || shape.Height != 1)
            Along(shape.LogitHeight, shape.Height, shape.Width, sizes.Rows);
        (points, starts) = (shape.Depth + shape.Height, starts + shape.LogitHeight);
        arguments.Clear().Add(places.Address).Add(fractions.Address).Add(from.Address).Add(to);
        Launch(module, "resizeGradient", Axis(shape.LogitWidth, shape.Width, 1), sizes.Planes, (int)shape.LogitPixels);

        void Along(int size, int targetSize, int inner, long left)
        {
            arguments.Clear().Add(places.Address).Add(fractions.Address).Add(from.Address).Add(other.Address);
            Launch(module, "resizeGather", Axis(size, targetSize, inner), sizes.Planes, (int)left);
            (from, other) = (other, from);
        }

        GpuResize Axis(int size, int targetSize, int inner) =>
            layout with { Inner = inner, Size = size, TargetSize = targetSize, Points = points, Starts = starts };
    }

    /// <summary>Gives its memory back. What was asked for before still runs.</summary>
    public void Dispose()
    {
        foreach (GpuScratch memory in (GpuScratch[])[logits, gradient, places, fractions])
            memory.Dispose();
    }

    private static int Parts(long count) => checked((int)((count + Threads - 1) / Threads));

    private static GpuResize Layout(GpuBatch batch, Resize resize, GpuStrides? strides)
    {
        LossShape shape = batch.Shape;
        return new()
        {
            Logits = strides ?? GpuStrides.OfLogits(shape),
            Classes = shape.Classes,
            IsAligned = resize == Resize.LinearUnaligned ? 0 : 1,
            Depth = shape.LogitDepth,
            Height = shape.LogitHeight,
            Width = shape.LogitWidth,
            TargetDepth = shape.Depth,
            TargetHeight = shape.Height,
            TargetWidth = shape.Width,
        };
    }

    // The arguments are there but for the last. So many numbers are left of each image and class.
    private void Launch(GpuModule module, string kernel, GpuResize layout, long planes, int count)
    {
        int blocks = Parts(count);
        arguments.Add(layout with { Pixels = count, Blocks = blocks });
        device.Launch(module, kernel, checked((int)(planes * blocks)), Threads, arguments);
    }

    // The numbers of an image of a class: of the target's size, and what is left of them when slices and when rows were gathered.
    private readonly record struct Sizes
    {
        public Sizes(LossShape shape)
        {
            Planes = (long)shape.Batch * shape.Classes;
            Full = shape.Pixels;
            Slices = (long)shape.LogitDepth * shape.Height * shape.Width;
            Rows = (long)shape.LogitDepth * shape.LogitHeight * shape.Width;
            if (shape.LogitDepth == 1 && shape.Depth == 1)
                Slices = Rows;
            (Targets, Sources) = (shape.Depth + shape.Height + shape.Width, shape.LogitDepth + shape.LogitHeight + shape.LogitWidth);
            long most = Math.Max(Math.Max(Full, shape.LogitPixels), Math.Max(Slices, Rows));
            if (most > MostPixels)
            {
                throw new NotSupportedException(
                    $"Logits of {shape.LogitDepth} x {shape.LogitHeight} x {shape.LogitWidth} are resized to "
                        + $"{shape.Depth} x {shape.Height} x {shape.Width}, which takes images of {most} pixels; kernels for GPUs resize "
                        + $"up to {MostPixels}. Cut the volume into parts.");
            }
        }

        public long Planes { get; }

        public long Full { get; }

        public long Slices { get; }

        public long Rows { get; }

        public int Targets { get; }

        public int Sources { get; }
    }
}
