using System.Diagnostics;

namespace LossGen.Benchmarks;

/// <summary>
/// Starts the program anew with an allocator that keeps freed memory. By default glibc hands large blocks back at every free, and a fresh
/// tensor then costs more in page faults than the arithmetic on it: that would measure the allocator, to the disadvantage of whoever
/// allocates most.
/// </summary>
internal static class Allocator
{
    private static readonly (string Name, string Value)[] Retaining =
    [
        ("MALLOC_MMAP_MAX_", "0"),
        ("MALLOC_TRIM_THRESHOLD_", "20000000000"),
        ("MALLOC_TOP_PAD_", "67108864"),
    ];

    // Idle workers of torch otherwise spin on the cores that others would use.
    private static readonly (string Name, string Value) PassiveWaiting = ("OMP_WAIT_POLICY", "PASSIVE");

    /// <summary>glibc's settings are read when a process starts, so a child is needed, unless someone chose them already.</summary>
    public static bool NeedsChild => OperatingSystem.IsLinux()
        && Environment.GetEnvironmentVariable("LOSSGEN_BENCHMARK_CHILD") is null
        && Environment.GetEnvironmentVariable(Retaining[0].Name) is null;

    public static string Describe() => !OperatingSystem.IsLinux()
        ? "the system's own"
        : Environment.GetEnvironmentVariable(Retaining[0].Name) is null
            ? "glibc's default"
            : string.Join(' ', Retaining.Select(setting => $"{setting.Name}={Environment.GetEnvironmentVariable(setting.Name)}"));

    /// <summary>Runs this program again and waits for it.</summary>
    public static int RunChild(IEnumerable<string> arguments, bool retaining)
    {
        string program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(typeof(Allocator).Assembly.Location);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["LOSSGEN_BENCHMARK_CHILD"] = "1";
        start.Environment.TryAdd(PassiveWaiting.Name, PassiveWaiting.Value);
        foreach ((string name, string value) in retaining ? Retaining : [])
            start.Environment[name] = value;
        using Process child = Process.Start(start)!;
        child.WaitForExit();
        return child.ExitCode;
    }
}
