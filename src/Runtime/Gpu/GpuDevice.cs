namespace LossGen.Gpu;

/// <summary>
/// A device that compiles and runs the kernels of a loss: memory by address, and one queue in which everything runs in the order in
/// which it was asked for. Nothing waits for the device but <see cref="Read{T}"/>. A device is used by one thread at a time.
/// </summary>
public abstract class GpuDevice : IDisposable
{
    private protected GpuDevice()
    {
    }

    /// <summary>What the driver calls it, for messages and tables.</summary>
    public abstract string Name { get; }

    /// <summary>Which of the two dialects the kernels are compiled in.</summary>
    internal abstract GpuDialect Dialect { get; }

    /// <summary>Memory on the device: an address (CUDA) or a memory object (OpenCL). What it holds is undefined.</summary>
    /// <param name="bytes">Its length, above 0.</param>
    /// <exception cref="GpuException">The device has not so much memory left.</exception>
    public abstract nint Allocate(long bytes);

    /// <summary>Gives memory back; what was asked for before still runs.</summary>
    /// <param name="memory">From <see cref="Allocate"/>.</param>
    public abstract void Free(nint memory);

    /// <summary>Copies numbers to the device. They may be changed when the call returns.</summary>
    /// <typeparam name="T">The numbers.</typeparam>
    /// <param name="memory">From <see cref="Allocate"/>, at least as long.</param>
    /// <param name="numbers">What is copied.</param>
    public abstract void Write<T>(nint memory, ReadOnlySpan<T> numbers)
        where T : unmanaged;

    /// <summary>Copies numbers from the device: waits until everything before has run.</summary>
    /// <typeparam name="T">The numbers.</typeparam>
    /// <param name="memory">From <see cref="Allocate"/>, at least as long.</param>
    /// <param name="numbers">Receives them.</param>
    public abstract void Read<T>(nint memory, Span<T> numbers)
        where T : unmanaged;

    /// <summary>Sets bytes to 0.</summary>
    internal abstract void Clear(nint memory, long bytes);

    /// <summary>Compiles a text, or finds it compiled: by this device earlier, or on disk.</summary>
    /// <param name="source">The whole text, with the prelude.</param>
    /// <param name="defines">Macros of the form <c>NAME=VALUE</c>.</param>
    /// <exception cref="GpuException">The compiler refused the text: with its log.</exception>
    internal abstract GpuModule Compile(string source, IReadOnlyList<string> defines);

    /// <summary>Runs a kernel: <paramref name="blocks"/> blocks of <paramref name="threads"/> threads.</summary>
    internal abstract void Launch(GpuModule module, string kernel, int blocks, int threads, GpuArguments arguments);

    /// <summary>Gives back what was compiled, and the device.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what was compiled, and the device.</summary>
    /// <param name="disposing">Called by <see cref="Dispose()"/>.</param>
    protected abstract void Dispose(bool disposing);
}

/// <summary>The languages that one text of a kernel is compiled as.</summary>
internal enum GpuDialect
{
    /// <summary>CUDA C, by NVRTC.</summary>
    Cuda,

    /// <summary>OpenCL C 1.2 with doubles.</summary>
    OpenCl,
}

/// <summary>A compiled text.</summary>
/// <param name="Handle">The program or module, as the driver names it.</param>
internal sealed record GpuModule(nint Handle);
