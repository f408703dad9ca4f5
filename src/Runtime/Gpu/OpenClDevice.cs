using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace LossGen.Gpu;

/// <summary>
/// A device of an OpenCL 1.2 driver that has doubles: a GPU, or with pocl the CPU. Addresses are memory objects (<c>cl_mem</c>) of
/// its context; 0 stands for a null pointer. Everything goes through one in-order queue.
/// </summary>
public sealed unsafe partial class OpenClDevice : GpuDevice
{
    private readonly OpenClLibrary cl;
    private readonly bool isCpu;
    private readonly Lock gate = new();
    private readonly Dictionary<(string Source, string Options), GpuModule> programs = [];
    private readonly Dictionary<(nint Program, string Name), Kernel> kernels = [];
    private readonly HashSet<nint> allocated = [];
    private bool disposed;

    private OpenClDevice(OpenClLibrary cl, nint context, Candidate candidate, nint queue)
    {
        this.cl = cl;
        Device = candidate.Device;
        isCpu = (candidate.Type & OpenClLibrary.Cpu) != 0;
        Name = candidate.Name;
        Context = context;
        Queue = queue;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>The context (<c>cl_context</c>) that memory belongs to.</summary>
    public nint Context { get; }

    /// <summary>The device (<c>cl_device_id</c>).</summary>
    public nint Device { get; }

    /// <summary>The in-order queue (<c>cl_command_queue</c>) that everything goes through.</summary>
    public nint Queue { get; }

    internal override GpuDialect Dialect => GpuDialect.OpenCl;

    /// <summary>How many objects of this device exist: memory, programs and kernels.</summary>
    internal (int Memory, int Programs, int Kernels) Live => (allocated.Count, programs.Count, kernels.Count);

    /// <summary>Opens the first GPU that has doubles, else the first device of any kind that has them.</summary>
    /// <exception cref="GpuException">There is none: the message says what is missing.</exception>
    public static OpenClDevice Open() => TryOpen(out OpenClDevice? device, out string? reason) ? device : throw new GpuException(reason);

    /// <summary>Opens the first GPU that has doubles, else the first device of any kind that has them.</summary>
    /// <param name="device">The device; null where there is none.</param>
    /// <param name="reason">What is missing; null where a device was found.</param>
    public static bool TryOpen([NotNullWhen(true)] out OpenClDevice? device, [NotNullWhen(false)] out string? reason) =>
        TryOpen(null, out device, out reason);

    /// <summary>
    /// Runs on a context and a queue that another binding made, so that its memory objects may be handed in. Both are retained, and
    /// released by <see cref="GpuDevice.Dispose()"/>.
    /// </summary>
    /// <param name="context">A <c>cl_context</c>.</param>
    /// <param name="device">A <c>cl_device_id</c> of the context, with doubles.</param>
    /// <param name="queue">A <c>cl_command_queue</c> of both that runs commands in their order.</param>
    /// <exception cref="GpuException">The device has no doubles, or OpenCL does not know the handles.</exception>
    public static OpenClDevice Use(nint context, nint device, nint queue)
    {
        var cl = OpenClLibrary.Load();
        Candidate candidate = Describe(cl, device);
        if (candidate.Lacks is { } lacks)
            throw new GpuException($"{candidate.Name} cannot run kernels of losses: it {lacks}.");
        Check(cl.RetainContext(context), "clRetainContext", "The context cannot be used");
        int error = cl.RetainCommandQueue(queue);
        if (error != 0)
        {
            cl.ReleaseContext(context);
            Check(error, "clRetainCommandQueue", "The queue cannot be used");
        }

        return new OpenClDevice(cl, context, candidate, queue);
    }

    /// <summary>Opens a device through the library of these names, or through the system's.</summary>
    internal static bool TryOpen(
        IReadOnlyList<string>? names, [NotNullWhen(true)] out OpenClDevice? device, [NotNullWhen(false)] out string? reason)
    {
        device = null;
        try
        {
            OpenClLibrary cl = names is null ? OpenClLibrary.Load() : OpenClLibrary.Load(names);
            device = Open(cl);
            reason = null;
            return true;
        }
        catch (GpuException exception)
        {
            reason = exception.Message;
            return false;
        }
    }

    /// <summary>Kernels are not optimised, which takes the compiler a third of the time: for tests that run many kernels once.</summary>
    internal bool CompilesQuickly { get; set; }

    /// <inheritdoc/>
    public override nint Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            int error;
            nint memory = cl.CreateBuffer(Context, OpenClLibrary.ReadWrite, checked((nuint)bytes), null, &error);
            if (error != 0)
            {
                ulong most = Number<ulong>(cl, Device, OpenClLibrary.MaxAllocation);
                Check(error, "clCreateBuffer", $"{Name} gave no memory of {bytes} bytes (at most {most} bytes in one piece)");
            }

            allocated.Add(memory);
            return memory;
        }
    }

    /// <inheritdoc/>
    public override void Free(nint memory)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (!allocated.Remove(memory))
                throw new GpuException($"{Name}: the memory 0x{memory:x} is not of this device, or was freed before.");

            // OpenCL keeps it until the commands that use it have run.
            Check(cl.ReleaseMemObject(memory), "clReleaseMemObject", "Memory was not freed");
        }
    }

    /// <inheritdoc/>
    public override void Write<T>(nint memory, ReadOnlySpan<T> numbers)
    {
        if (numbers.IsEmpty)
            return;
        nuint bytes = (nuint)numbers.Length * (nuint)sizeof(T);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);

            // A buffer made from the numbers and a copy in the queue: a write that may forget its source would wait for the queue.
            nint copy;
            int error;
            fixed (T* source = numbers)
                copy = cl.CreateBuffer(Context, OpenClLibrary.ReadOnly | OpenClLibrary.CopyHostPointer, bytes, source, &error);
            Check(error, "clCreateBuffer", $"{Name} gave no memory for a copy of {bytes} bytes");
            error = cl.EnqueueCopyBuffer(Queue, copy, memory, 0, 0, bytes, 0, null, null);
            cl.ReleaseMemObject(copy);
            Check(error, "clEnqueueCopyBuffer", $"{bytes} bytes were not written to {Name}");
        }
    }

    /// <inheritdoc/>
    public override void Read<T>(nint memory, Span<T> numbers)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            nuint bytes = (nuint)numbers.Length * (nuint)sizeof(T);
            if (bytes == 0)
            {
                Check(cl.Finish(Queue), "clFinish", $"{Name} failed in what was asked for before");
                return;
            }

            fixed (T* target = numbers)
            {
                int error = cl.EnqueueReadBuffer(Queue, memory, OpenClLibrary.True, 0, bytes, target, 0, null, null);
                Check(error, "clEnqueueReadBuffer", $"{bytes} bytes were not read from {Name}");
            }
        }
    }

    internal override void Clear(nint memory, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (bytes == 0)
            return;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            byte zero = 0;
            int error = cl.EnqueueFillBuffer(Queue, memory, &zero, 1, 0, checked((nuint)bytes), 0, null, null);
            Check(error, "clEnqueueFillBuffer", $"{bytes} bytes were not cleared on {Name}");
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;

            // What is still in the queue keeps what it uses, so that nothing has to be waited for.
            foreach (Kernel kernel in kernels.Values)
                cl.ReleaseKernel(kernel.Handle);
            foreach (GpuModule program in programs.Values)
                cl.ReleaseProgram(program.Handle);
            foreach (nint memory in allocated)
                cl.ReleaseMemObject(memory);
            kernels.Clear();
            programs.Clear();
            allocated.Clear();
            cl.ReleaseCommandQueue(Queue);
            cl.ReleaseContext(Context);
        }
    }

    private static OpenClDevice Open(OpenClLibrary cl)
    {
        List<Candidate> candidates = Devices(cl);
        var reasons = new List<string>();

        // GPUs first, otherwise in the order in which the drivers list them.
        foreach (Candidate candidate in candidates.OrderBy(c => (c.Type & OpenClLibrary.Gpu) != 0 ? 0 : 1))
        {
            if (candidate.Lacks is { } lacks)
            {
                reasons.Add($"{candidate.Name} {lacks}");
                continue;
            }

            nint device = candidate.Device;
            int error;
            nint context = cl.CreateContext(null, 1, &device, 0, 0, &error);
            if (error != 0)
            {
                reasons.Add($"{candidate.Name} gave no context: {OpenClLibrary.ErrorName(error)}");
                continue;
            }

            nint queue = cl.CreateCommandQueue(context, device, 0, &error);
            if (error == 0)
                return new OpenClDevice(cl, context, candidate, queue);
            cl.ReleaseContext(context);
            reasons.Add($"{candidate.Name} gave no queue: {OpenClLibrary.ErrorName(error)}");
        }

        throw new GpuException(reasons.Count == 0
            ? "OpenCL is installed, but no driver of a device (on Debian the package pocl-opencl-icd makes the CPU one)."
            : $"No OpenCL device can run kernels of losses: {string.Join("; ", reasons)}.");
    }

    private static List<Candidate> Devices(OpenClLibrary cl)
    {
        uint count = 0;
        int error = cl.GetPlatformIDs(0, null, &count);
        if (error == OpenClLibrary.PlatformNotFound)
            return [];
        Check(error, "clGetPlatformIDs", "OpenCL's drivers were not listed");
        var platforms = new nint[count];
        fixed (nint* all = platforms)
            Check(count == 0 ? 0 : cl.GetPlatformIDs(count, all, null), "clGetPlatformIDs", "OpenCL's drivers were not listed");
        var result = new List<Candidate>();
        foreach (nint platform in platforms)
        {
            // A driver that finds no device of its own, or is broken, is as good as none.
            if (cl.GetDeviceIDs(platform, OpenClLibrary.AnyDevice, 0, null, &count) != 0 || count == 0)
                continue;
            var devices = new nint[count];
            fixed (nint* all = devices)
            {
                if (cl.GetDeviceIDs(platform, OpenClLibrary.AnyDevice, count, all, null) != 0)
                    continue;
            }

            foreach (nint device in devices)
                result.Add(Describe(cl, device));
        }

        return result;
    }

    private static Candidate Describe(OpenClLibrary cl, nint device)
    {
        string? lacks =
            Number<int>(cl, device, OpenClLibrary.Available) == 0 ? "is not available now"
            : Number<int>(cl, device, OpenClLibrary.CompilerAvailable) == 0 ? "has no compiler"
            : Number<ulong>(cl, device, OpenClLibrary.DoubleConfiguration) == 0
                && !Text(cl, device, OpenClLibrary.DeviceExtensions).Contains("cl_khr_fp64", StringComparison.Ordinal)
                ? "has no doubles (cl_khr_fp64), in which sums are added up"
            : null;
        return new Candidate(
            device, Number<ulong>(cl, device, OpenClLibrary.DeviceType), Text(cl, device, OpenClLibrary.DeviceName).Trim(), lacks);
    }

    // 0 where the driver does not know the property.
    private static T Number<T>(OpenClLibrary cl, nint device, uint property)
        where T : unmanaged
    {
        T value = default;
        return cl.GetDeviceInfo(device, property, (nuint)sizeof(T), &value, null) == 0 ? value : default;
    }

    private static string Text(OpenClLibrary cl, nint device, uint property)
    {
        nuint length = 0;
        if (cl.GetDeviceInfo(device, property, 0, null, &length) != 0 || length == 0)
            return "";
        var text = new byte[length];
        fixed (byte* bytes = text)
        {
            if (cl.GetDeviceInfo(device, property, length, bytes, null) != 0)
                return "";
        }

        return Encoding.UTF8.GetString(text).TrimEnd('\0');
    }

    private static void Check(int error, string call, string failure)
    {
        if (error != 0)
            throw new GpuException($"{failure}: {call} answered {OpenClLibrary.ErrorName(error)}.");
    }

    /// <summary>A device, its kind, and what it lacks; null where it can be used.</summary>
    private readonly record struct Candidate(nint Device, ulong Type, string Name, string? Lacks);
}
