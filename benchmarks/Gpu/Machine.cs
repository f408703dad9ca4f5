using System.Diagnostics;
using System.Globalization;
using LossGen.Gpu;

namespace LossGen.Benchmarks.Gpu;

/// <summary>A device, how time is taken on it, how fast it copies, and how much of its memory is in use.</summary>
internal sealed class Machine : IDisposable
{
    private const string CopyText = """
        KERNEL void copyDoubles(GLOBAL const double* RESTRICT from, GLOBAL double* RESTRICT to, int64 count, int64 step)
        {
            for (int64 i = (int64)BLOCK * WIDTH + THREAD; i < count; i += step)
                to[i] = from[i];
        }
        """;

    // Eight sums a thread, which do not wait for each other; what they come to is stored, so that nothing is left out.
    private const string MultiplyText = """
        KERNEL void multiplyFloats(GLOBAL float* to, int64 rounds)
        {
            float factor = to[0], summand = to[1], a = THREAD, b = a + 1, c = a + 2, d = a + 3, e = a + 4, f = a + 5, g = a + 6, h = a + 7;
            for (int64 i = 0; i < rounds; i++) {
                a = fma(a, factor, summand); b = fma(b, factor, summand); c = fma(c, factor, summand); d = fma(d, factor, summand);
                e = fma(e, factor, summand); f = fma(f, factor, summand); g = fma(g, factor, summand); h = fma(h, factor, summand);
            }
            to[(int64)BLOCK * WIDTH + THREAD] = a + b + c + d + e + f + g + h;
        }
        """;

    private const int Threads = 256, SumsOfThread = 8;

    private readonly Dictionary<nint, long> lengths = [];
    private readonly nint number;
    private long held;

    private Machine(GpuDevice device)
    {
        Device = device;
        number = Allocate(sizeof(double));
        CopyBandwidth = MeasureCopy();
        MultiplyRate = MeasureMultiply();
    }

    public GpuDevice Device { get; }

    public string Name => Device is CudaDevice cuda
        ? string.Create(CultureInfo.InvariantCulture, $"{cuda.Name} (CUDA {cuda.CompilerVersion}, {cuda.Architecture})")
        : $"{Device.Name} (OpenCL)";

    /// <summary>Billions of bytes a second that a copy within the device reads and writes together.</summary>
    public double CopyBandwidth { get; }

    /// <summary>Billions of multiplications of floats a second, each with an addition, in registers: without tensor cores.</summary>
    public double MultiplyRate { get; }

    /// <summary>The most memory that was held at once since <see cref="ForgetPeak"/>.</summary>
    public long Peak { get; private set; }

    public static Machine Open(Options options)
    {
        string name = options.Device ?? (CudaDevice.TryOpen(0, out CudaDevice? found, out _) ? Close(found) : "opencl");
        if (name == "opencl")
            return new(OpenClDevice.Open());
        string ordinal = name == "cuda" ? "0" : name.StartsWith("cuda:", StringComparison.Ordinal) ? name[5..] : "";
        return int.TryParse(ordinal, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? new(CudaDevice.Open(index))
            : throw new ArgumentException($"There is no device {name}; write cuda, cuda:1 or opencl.");

        static string Close(CudaDevice device)
        {
            device.Dispose();
            return "cuda";
        }
    }

    public nint Allocate(long bytes)
    {
        nint memory = Device.Allocate(bytes);
        lengths.Add(memory, bytes);
        held += bytes;
        Peak = Math.Max(Peak, held);
        return memory;
    }

    public void Free(nint memory)
    {
        Device.Free(memory);
        lengths.Remove(memory, out long bytes);
        held -= bytes;
    }

    public nint Of<T>(ReadOnlySpan<T> numbers)
        where T : unmanaged
    {
        nint memory = Allocate(Math.Max(8, (long)numbers.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<T>()));
        Device.Write(memory, numbers);
        return memory;
    }

    public void ForgetPeak() => Peak = held;

    /// <summary>The median of the milliseconds of a call, of at least five.</summary>
    public double Median(Action call, double seconds)
    {
        for (int i = 0; i < 3; i++)
            Milliseconds(call);
        var times = new List<double>();
        long begin = Stopwatch.GetTimestamp();
        while (times.Count < 5 || (times.Count < 1000 && Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds))
            times.Add(Milliseconds(call));
        times.Sort();
        return times[times.Count / 2];
    }

    /// <summary>Everything that was asked for has run.</summary>
    public void Wait() => Device.Read<double>(number, new double[1]);

    public void Dispose() => Device.Dispose();

    private double Milliseconds(Action call)
    {
        if (Device is CudaDevice cuda)
            return cuda.Milliseconds(call);
        Wait();
        long begin = Stopwatch.GetTimestamp();
        call();
        Wait();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    // The faster of the driver's copy and a kernel's, of more than a cache holds.
    private double MeasureCopy()
    {
        long bytes = Device is CudaDevice ? 1L << 29 : 1L << 27;
        nint from = Allocate(bytes), to = Allocate(bytes);
        Device.Clear(from, bytes);
        GpuModule module = Compile(CopyText);
        long count = bytes / sizeof(double);
        int blocks = (int)Math.Min(count / Threads, 1 << 14);
        GpuArguments arguments = new GpuArguments().Add(from).Add(to).Add(count).Add((long)blocks * Threads);
        double time = Median(() => Device.Launch(module, "copyDoubles", blocks, Threads, arguments), 0.2);
        if (Device is CudaDevice cuda)
            time = Math.Min(time, Median(() => cuda.Copy(from, to, bytes), 0.2));
        Free(from);
        Free(to);
        return 2e-6 * bytes / time;
    }

    private double MeasureMultiply()
    {
        long blocks = Device is CudaDevice ? 1 << 12 : 1 << 6, rounds = 1 << 12;
        nint to = Allocate(blocks * Threads * sizeof(float));
        Device.Write<float>(to, [0.5f, 0.25f]);
        GpuArguments arguments = new GpuArguments().Add(to).Add(rounds);
        GpuModule module = Compile(MultiplyText);
        double time = Median(() => Device.Launch(module, "multiplyFloats", (int)blocks, Threads, arguments), 0.2);
        Free(to);
        return 1e-6 * blocks * Threads * rounds * SumsOfThread / time;
    }

    private GpuModule Compile(string text) => Device.Compile(GpuKernels.Prelude + text, ["CLASSES=1", $"PIXELS={Threads}", "GROUPS=1",
        "ROWS=1", "LOGIT_TYPE=0", "TARGET_TYPE=4", "VALUE_TYPE=1"]);
}
