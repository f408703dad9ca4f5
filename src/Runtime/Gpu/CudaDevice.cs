using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace LossGen.Gpu;

/// <summary>
/// An NVIDIA GPU, through its driver and NVRTC. It works in the device's primary context, which is torch's too, and leaves the
/// context that is current on the calling thread as it was. Addresses are the driver's (<c>CUdeviceptr</c>): memory that others made
/// in that context is used as it is. May be called from several threads.
/// </summary>
public sealed unsafe class CudaDevice : GpuDevice
{
    // Page-locked memory is dear to make: longer numbers wait for the stream instead.
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
    /// <remarks>Where the macro <c>EXACT</c> is 1 no product joins an addition, which CUDA C can say by an option alone.</remarks>
    internal override GpuModule Compile(string source, IReadOnlyList<string> defines)
    {
        string[] options =
        [
            "--gpu-architecture=" + nvrtc.Architecture, "--std=c++17",
            .. defines.Contains("EXACT=1") ? ["--fmad=false"] : Array.Empty<string>(),
            .. defines.Select(define => "--define-macro=" + define),
        ];
        var key = (source, string.Join('\n', options));
        using Entered entered = Enter();
        if (!modules.TryGetValue(key, out GpuModule? module))
            modules.Add(key, module = new GpuModule(Load(source, options)));
        return module;
    }

    internal override void Launch(GpuModule module, string kernel, int blocks, int threads, GpuArguments arguments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        using Entered entered = Enter();
        Function function = Find(module.Handle, kernel);
        Compare(function, kernel, arguments);
        int count = arguments.Count, length = 0;
        for (int k = 0; k < count; k++)
            length += (arguments[k].Length + 15) & ~15;
        byte* bytes = stackalloc byte[length + 1];
        void** places = stackalloc void*[count + 1];
        for (int k = 0; k < count; k++)
        {
            Span<byte> argument = arguments[k];
            argument.CopyTo(new Span<byte>(bytes, argument.Length));
            places[k] = bytes;
            bytes += (argument.Length + 15) & ~15;
        }

        int error = cuda.LaunchKernel(function.Handle, (uint)blocks, 1, 1, (uint)threads, 1, 1, 0, Stream, places, null);
        if (error == 0)
            return;
        int most = 0;
        string limit = cuda.FunctionGetAttribute(&most, CudaLibrary.MaxThreads, function.Handle) == 0
            ? $" (this kernel's blocks hold at most {most})"
            : "";
        Check(error, "cuLaunchKernel", $"{Name} did not run {kernel} with {blocks} blocks of {threads} threads{limit}");
    }

    /// <summary>What a thread of a kernel takes: registers, and bytes of local memory (0 where all fits into registers).</summary>
    internal (int Registers, int LocalBytes) Resources(GpuModule module, string kernel)
    {
        using Entered entered = Enter();
        nint function = Find(module.Handle, kernel).Handle;
        int registers = 0, local = 0;
        Check(cuda.FunctionGetAttribute(&registers, CudaLibrary.Registers, function), "cuFuncGetAttribute", $"{kernel} is not described");
        Check(cuda.FunctionGetAttribute(&local, CudaLibrary.LocalBytes, function), "cuFuncGetAttribute", $"{kernel} is not described");
        return (registers, local);
    }

    /// <summary>How many milliseconds pass on the device between the begin and the end of what is asked for; waits for it.</summary>
    internal double Milliseconds(Action work)
    {
        nint begin = 0, end = 0;
        try
        {
            using (Entered entered = Enter())
            {
                Check(cuda.EventCreate(&begin, 0), "cuEventCreate", "Time cannot be taken");
                Check(cuda.EventCreate(&end, 0), "cuEventCreate", "Time cannot be taken");
                Check(cuda.EventRecord(begin, Stream), "cuEventRecord", "Time cannot be taken");
            }

            work();
            using (Entered entered = Enter())
            {
                Check(cuda.EventRecord(end, Stream), "cuEventRecord", "Time cannot be taken");
                Check(cuda.EventSynchronize(end), "cuEventSynchronize", $"{Name} failed in what was timed");
                float time = 0;
                Check(cuda.EventElapsedTime(&time, begin, end), "cuEventElapsedTime", "Time cannot be taken");
                return time;
            }
        }
        finally
        {
            lock (gate)
            {
                using var current = new Current(cuda, context);
                if (begin != 0)
                    cuda.EventDestroy(begin);
                if (end != 0)
                    cuda.EventDestroy(end);
            }
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

    // From disk, or compiled and kept.
    private nint Load(string source, string[] options)
    {
        string key = KernelCache.Key([source, nvrtc.Version.ToString(), .. options]);
        nint module;
        string log;
        if (cache.Read(key) is { } known)
        {
            int error = LoadImage(known, out module, out log);
            if (error == 0)
                return module;
            if (CudaLibrary.IsFatal(error) || error == CudaLibrary.OutOfMemory)
                Check(error, "cuModuleLoadDataEx", $"{Name} did not take the compiled kernels");

            // Whole, but not for this driver.
            cache.Forget(key);
        }

        byte[] image = nvrtc.Compile(source, options);
        Check(LoadImage(image, out module, out log), "cuModuleLoadDataEx", $"{Name} did not take the compiled kernels{log}");
        cache.Write(key, image);
        return module;
    }

    private int LoadImage(byte[] image, out nint module, out string log)
    {
        var text = new byte[8192];
        nint loaded = 0;
        int error;
        fixed (byte* bytes = image, buffer = text)
        {
            int* options = stackalloc int[] { CudaLibrary.ErrorLogBuffer, CudaLibrary.ErrorLogBufferBytes };
            void** values = stackalloc void*[] { buffer, (void*)text.Length };
            error = cuda.ModuleLoad(&loaded, bytes, 2, options, values);
        }

        int end = Array.IndexOf(text, (byte)0);
        string said = Encoding.UTF8.GetString(text, 0, end < 0 ? text.Length : end).Trim();
        log = said.Length == 0 ? "" : $" ({said})";
        module = loaded;
        return error;
    }

    private Function Find(nint module, string name)
    {
        if (functions.TryGetValue((module, name), out Function? known))
            return known;
        nint handle = 0;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + "\0"))
            Check(cuda.ModuleGetFunction(&handle, module, text), "cuModuleGetFunction", $"The compiled text has no kernel {name}");

        // Newer drivers tell what a kernel takes; wrong arguments would otherwise be read from wherever they happen to lie.
        List<int>? sizes = null;
        if (cuda.FunctionGetParameter is not null)
        {
            nuint offset, size;
            int error;
            sizes = [];
            while ((error = cuda.FunctionGetParameter(handle, (nuint)sizes.Count, &offset, &size)) == 0)
                sizes.Add((int)size);
            if (error != CudaLibrary.InvalidValue)
                sizes = null;
        }

        return functions[(module, name)] = new Function(handle, sizes);
    }

    private static void Compare(Function function, string kernel, GpuArguments arguments)
    {
        if (function.Sizes is not { } sizes)
            return;
        if (sizes.Count != arguments.Count)
            throw new GpuException($"The kernel {kernel} takes {sizes.Count} arguments, and {arguments.Count} were given.");
        for (int k = 0; k < sizes.Count; k++)
        {
            int given = arguments[k].Length;
            if (sizes[k] != given)
                throw new GpuException($"The kernel {kernel} takes {sizes[k]} bytes as argument {k}, and {given} were given.");
        }
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

    /// <summary>A kernel; the bytes of its parameters where the driver tells them.</summary>
    private sealed record Function(nint Handle, List<int>? Sizes);
}
