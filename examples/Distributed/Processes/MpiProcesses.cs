using System.Reflection;
using System.Runtime.InteropServices;
using MPI;
using Segmentation;

namespace Distributed.Processes;

/// <summary>
/// The processes that <c>mpiexec</c> started, through NuGet's MPI.NET: over MPICH on Linux, over Microsoft MPI on Windows.
/// </summary>
internal sealed class MpiProcesses : IProcesses
{
    // What MPI.NET asks for on every system, and what Linux has in its place. The types behind the names differ from one MPI to
    // another: Open MPI's do not fit this binding.
    private const string Asked = "msmpi.dll";
    private const string Mpich = "libmpich.so.12";

    private readonly MPI.Environment environment;
    private readonly Intracommunicator world;
    private readonly Dictionary<int, (double[] Own, double[] Sums)> buffers = []; // one for each length that is asked for

    private MpiProcesses()
    {
        string[] none = [];
        environment = new(ref none);
        world = Communicator.world;
    }

    public int Rank => world.Rank;

    public int Count => world.Size;

    /// <summary>The processes that were started with this one; this one alone where no <c>mpiexec</c> started it.</summary>
    /// <exception cref="UsageException">It was started by an MPI that does not fit, or MPICH is not installed.</exception>
    public static IProcesses Join()
    {
        if (IsSet("OMPI_COMM_WORLD_RANK"))
            throw new UsageException("This process was started by Open MPI, which MPI.NET does not fit. Use MPICH's launcher: mpiexec.mpich (Debian's package mpich).");
        if (!IsSet("PMI_RANK"))
            return new SingleProcess();
        if (!OperatingSystem.IsWindows())
            NativeLibrary.SetDllImportResolver(typeof(Communicator).Assembly, Resolve);
        return new MpiProcesses();
    }

    public void Sum(Span<double> values)
    {
        if (!buffers.TryGetValue(values.Length, out (double[] Own, double[] Sums) buffer))
            buffers[values.Length] = buffer = (new double[values.Length], new double[values.Length]);
        values.CopyTo(buffer.Own);
        world.Allreduce(buffer.Own, Operation<double>.Add, ref buffer.Sums);
        buffer.Sums.CopyTo(values);
    }

    public void EndAll(int exitCode) => world.Abort(exitCode);

    public void Dispose() => environment.Dispose();

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(System.Environment.GetEnvironmentVariable(variable));

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Asked)
            return 0;
        return NativeLibrary.TryLoad(Mpich, out nint library)
            ? library
            : throw new UsageException($"{Mpich} is not installed (Debian's package mpich).");
    }
}
