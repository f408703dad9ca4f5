using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace LossGen.Gpu;

/// <summary>
/// An NVIDIA GPU, through its driver and NVRTC. It works in the device's primary context, which is torch's too, and leaves the
/// context that is current on the calling thread as it was. Addresses are the driver's (<c>CUdeviceptr</c>): memory that others made
/// in that context is used as it is. May be called from several threads.
/// </summary>
public sealed unsafe partial class CudaDevice : GpuDevice
{
    // Page-locked memory is expensive to make: longer numbers wait for the stream instead.
    private const long LongestStaged = 1L << 23;

    private static string? s_cacheFolder = CudaSetup.DefaultCacheFolder();

    private readonly CudaLibrary cuda;
    private readonly NvrtcLibrary nvrtc;
    private readonly KernelCache cache;
    private readonly CudaStaging staging;
    private readonly int device;
    private readonly nint context;
    private readonly Lock gate = new();
    private readonly ThreadLocal<nint> stream = new();
    private readonly Dictionary<(string Source, string Options), GpuModule> modules = [];
    private readonly Dictionary<(nint Module, string Name), Function> functions = [];
    private readonly HashSet<nint> allocated = [];
    private string? failure;
    private bool disposed;

    private CudaDevice(CudaLibrary cuda, NvrtcLibrary nvrtc, KernelCache cache, int ordinal, int device, nint context, string name)
    {
        this.cuda = cuda;
        this.nvrtc = nvrtc;
        this.cache = cache;
        this.device = device;
        this.context = context;
        staging = new CudaStaging(cuda);
        Ordinal = ordinal;
        Name = name;
    }

    /// <summary>
    /// The folder that devices opened from now on keep compiled kernels in; null for nowhere. At first what the environment variable
    /// <c>LOSSGEN_KERNEL_CACHE</c> says (a folder, or <c>off</c>), else <c>LossGen/kernels</c> among the user's local application data.
    /// </summary>
    public static string? CacheFolder
    {
        get => Volatile.Read(ref s_cacheFolder);
        set => Volatile.Write(ref s_cacheFolder, value);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>The number of the device, from 0, as torch and the driver count.</summary>
    public int Ordinal { get; }

    /// <summary>
    /// What kernels are compiled for: <c>sm_90</c>, or <c>compute_89</c> where the device is newer than NVRTC and the driver translates.
    /// </summary>
    public string Architecture => nvrtc.Architecture;

    /// <summary>The version of CUDA that NVRTC belongs to.</summary>
    public Version CompilerVersion => nvrtc.Version;

    /// <summary>
    /// The stream (<c>CUstream</c>) that calls of this thread go to; 0, as at first, is the default stream. Memory that several streams
    /// use is theirs to order who set them.
    /// </summary>
    public nint Stream
    {
        get => stream.Value;
        set => stream.Value = value;
    }

    internal override GpuDialect Dialect => GpuDialect.Cuda;

    /// <summary>Opens a GPU.</summary>
    /// <param name="ordinal">Its number, from 0.</param>
    /// <exception cref="GpuException">It cannot be used: the message says what is missing.</exception>
    public static CudaDevice Open(int ordinal = 0) =>
        TryOpen(ordinal, out CudaDevice? device, out string? reason) ? device : throw new GpuException(reason);

    /// <summary>Opens a GPU. Throws nothing.</summary>
    /// <param name="ordinal">Its number, from 0.</param>
    /// <param name="device">The device; null where it cannot be used.</param>
    /// <param name="reason">What is missing: driver, compiler, device; null where it was opened.</param>
    public static bool TryOpen(int ordinal, [NotNullWhen(true)] out CudaDevice? device, [NotNullWhen(false)] out string? reason) =>
        TryOpen(ordinal, CudaSetup.System, out device, out reason);

    internal static bool TryOpen(
        int ordinal, CudaSetup setup, [NotNullWhen(true)] out CudaDevice? device, [NotNullWhen(false)] out string? reason)
    {
        try
        {
            device = Open(ordinal, setup);
            reason = null;
            return true;
        }
        catch (GpuException exception)
        {
            device = null;
            reason = exception.Message;
            return false;
        }
    }

    /// <summary>A version as the driver states it, 12080, in the usual form: 12.8.</summary>
    internal static string Cuda(int version) => $"{version / 1000}.{version % 1000 / 10}";

    /// <inheritdoc/>
    public override nint Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        using Entered entered = Enter();
        nint memory = 0;
        int error = cuda.Allocate(&memory, checked((nuint)bytes));
        if (error != 0)
        {
            nuint left = 0, all = 0;
            string room = error == CudaLibrary.OutOfMemory && cuda.MemoryInfo(&left, &all) == 0 ? $" ({left} of {all} are free)" : "";
            Check(error, "cuMemAlloc", $"{Name} gave no memory of {bytes} bytes{room}");
        }

        allocated.Add(memory);
        return memory;
    }

    /// <inheritdoc/>
    /// <remarks>The driver may wait here for what was asked for before.</remarks>
    public override void Free(nint memory)
    {
        using Entered entered = Enter();
        if (!allocated.Remove(memory))
            throw new GpuException($"{Name}: the memory 0x{memory:x} is not of this device's Allocate, or was freed before.");
        Check(cuda.Free(memory), "cuMemFree", "Memory was not freed");
    }

    /// <inheritdoc/>
    /// <remarks>More than 8 MiB at once wait until what was asked for before has run.</remarks>
    public override void Write<T>(nint memory, ReadOnlySpan<T> numbers)
    {
        if (numbers.IsEmpty)
            return;
        long bytes = (long)numbers.Length * sizeof(T);
        using Entered entered = Enter();
        fixed (T* source = numbers)
        {
            string what = $"{bytes} bytes were not written to {Name}";
            if (bytes <= LongestStaged && staging.TryWrite(memory, source, (nuint)bytes, Stream, out int error))
            {
                Check(error, "cuMemcpyHtoDAsync", what);
                return;
            }

            Check(cuda.CopyToDevice(memory, source, (nuint)bytes, Stream), "cuMemcpyHtoDAsync", what);
            Check(cuda.StreamSynchronize(Stream), "cuStreamSynchronize", what);
        }
    }

    /// <inheritdoc/>
    public override void Read<T>(nint memory, Span<T> numbers)
    {
        long bytes = (long)numbers.Length * sizeof(T);
        using Entered entered = Enter();
        fixed (T* target = numbers)
        {
            int copied = bytes == 0 ? 0 : cuda.CopyToHost(target, memory, (nuint)bytes, Stream);

            // Waited for even where the copy was refused: nothing may write to the numbers after this.
            int finished = cuda.StreamSynchronize(Stream);
            Check(finished, "cuStreamSynchronize", $"{Name} failed in what was asked for before");
            Check(copied, "cuMemcpyDtoHAsync", $"{bytes} bytes were not read from {Name}");
        }
    }

    internal override void Clear(nint memory, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (bytes == 0)
            return;
        using Entered entered = Enter();
        Check(cuda.Fill(memory, 0, checked((nuint)bytes), Stream), "cuMemsetD8Async", $"{bytes} bytes were not cleared on {Name}");
    }

    /// <summary>Copies from one place on the device to another.</summary>
    internal void Copy(nint from, nint to, long bytes)
    {
        using Entered entered = Enter();
        Check(cuda.CopyOnDevice(to, from, checked((nuint)bytes), Stream), "cuMemcpyDtoDAsync", $"{bytes} bytes were not copied on {Name}");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;

            // After a failure the driver refuses these calls too, and gives everything back with the process.
            using (var current = new Current(cuda, context))
            {
                if (current.Error == 0)
                {
                    staging.Clear();
                    foreach (GpuModule module in modules.Values)
                        cuda.ModuleUnload(module.Handle);
                    foreach (nint memory in allocated)
                        cuda.Free(memory);
                }
            }

            modules.Clear();
            functions.Clear();
            allocated.Clear();
            cuda.PrimaryContextRelease(device);
        }
    }

    private static CudaDevice Open(int ordinal, CudaSetup setup)
    {
        CudaLibrary cuda = CudaLibrary.Load(setup.Driver);
        int error = cuda.Init(0), version = 0, count = 0, device = 0;
        if (error != CudaLibrary.NoDevice)
        {
            cuda.Check(error, "cuInit", "NVIDIA's driver does not start");
            cuda.Check(cuda.DriverGetVersion(&version), "cuDriverGetVersion", "NVIDIA's driver does not start");
            if (version < 11000)
                throw new GpuException($"NVIDIA's driver is for CUDA {Cuda(version)}, and 11.0 or newer is needed: update the driver.");
            cuda.Check(cuda.DeviceGetCount(&count), "cuDeviceGetCount", "NVIDIA's driver lists no devices");
        }

        if (count == 0)
            throw new GpuException("NVIDIA's driver is there, and finds no GPU that it can use (CUDA_VISIBLE_DEVICES may hide it).");
        if (ordinal < 0 || ordinal >= count)
            throw new GpuException($"There is no GPU {ordinal}: the driver finds {count}, and counts from 0.");
        cuda.Check(cuda.DeviceGet(&device, ordinal), "cuDeviceGet", $"GPU {ordinal} cannot be used");
        byte* name = stackalloc byte[256];
        cuda.Check(cuda.DeviceGetName(name, 256, device), "cuDeviceGetName", $"GPU {ordinal} cannot be used");
        int major, minor;
        const string Ask = "cuDeviceGetAttribute";
        cuda.Check(cuda.DeviceGetAttribute(&major, CudaLibrary.MajorCapability, device), Ask, $"GPU {ordinal} cannot be used");
        cuda.Check(cuda.DeviceGetAttribute(&minor, CudaLibrary.MinorCapability, device), Ask, $"GPU {ordinal} cannot be used");
        var nvrtc = NvrtcLibrary.Load(setup.Nvrtc, version, (10 * major) + minor);
        nint context = 0;
        cuda.Check(cuda.PrimaryContextRetain(&context, device), "cuDevicePrimaryCtxRetain", $"GPU {ordinal} gives no context");
        var cache = new KernelCache(setup.CacheFolder);
        return new CudaDevice(cuda, nvrtc, cache, ordinal, device, context, Marshal.PtrToStringUTF8((nint)name) ?? $"GPU {ordinal}");
    }

    // What breaks the context stays broken: later calls say what broke it, not what they happened to ask.
    private void Check(int error, string call, string what)
    {
        if (error == 0)
            return;
        if (CudaLibrary.IsFatal(error))
        {
            failure ??= $"{what}: {call} answered {cuda.ErrorName(error)}. The GPU takes nothing more from this process, which has to be"
                + " started again.";
            throw new GpuException(failure);
        }

        cuda.Check(error, call, what);
    }

    private Entered Enter() => new(this);

    /// <summary>One thread in the device, with its context current.</summary>
    private readonly ref struct Entered
    {
        private readonly Lock.Scope scope;
        private readonly Current current;

        public Entered(CudaDevice device)
        {
            scope = device.gate.EnterScope();
            try
            {
                ObjectDisposedException.ThrowIf(device.disposed, device);
                if (device.failure is { } failure)
                    throw new GpuException($"{device.Name} failed earlier. {failure}");
                current = new Current(device.cuda, device.context);
                device.Check(current.Error, "cuCtxPushCurrent", $"The context of {device.Name} cannot be used");
            }
            catch
            {
                scope.Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            current.Dispose();
            scope.Dispose();
        }
    }

    /// <summary>The context is current until the end; then the one that was before.</summary>
    private readonly ref struct Current : IDisposable
    {
        private readonly CudaLibrary cuda;

        public Current(CudaLibrary cuda, nint context)
        {
            this.cuda = cuda;
            Error = cuda.PushContext(context);
        }

        public int Error { get; }

        public void Dispose()
        {
            nint popped;
            if (Error == 0)
                cuda.PopContext(&popped);
        }
    }
}
