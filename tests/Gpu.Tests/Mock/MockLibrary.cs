using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LossGen.Gpu.Tests;

/// <summary>A test against the mock driver: skipped, with the reason, where there is no C compiler to make it.</summary>
internal sealed class MockFactAttribute : FactAttribute
{
    public MockFactAttribute() => Skip = MockLibrary.Reason;
}

/// <summary>As <see cref="MockFactAttribute"/>, with data.</summary>
internal sealed class MockTheoryAttribute : TheoryAttribute
{
    public MockTheoryAttribute() => Skip = MockLibrary.Reason;
}

/// <summary>
/// A driver and an NVRTC of its own for one test: a copy of the library that Mock/mock.c makes, so that no test sees another's state,
/// and a folder for files.
/// </summary>
internal sealed unsafe class MockLibrary : IDisposable
{
    private static readonly string? s_compiler = new[] { "cc", "gcc", "clang" }.FirstOrDefault(Exists);
    private static readonly ConcurrentDictionary<string, string> s_compiled = [];
    private static readonly string s_folder = Directory.CreateTempSubdirectory("lossgen-mock").FullName;
    private readonly nint library;

    static MockLibrary() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(s_folder, recursive: true);

    /// <param name="without">A function that the library lacks.</param>
    public MockLibrary(string? without = null)
    {
        Folder = Directory.CreateDirectory(Path.Combine(s_folder, Guid.NewGuid().ToString("n"))).FullName;
        File = Path.Combine(Folder, "libmock.so");
        System.IO.File.Copy(s_compiled.GetOrAdd(without ?? "", Compile), File);
        library = NativeLibrary.Load(File);
    }

    /// <summary>Why the mock cannot be made here; null where it can.</summary>
    public static string? Reason { get; } =
        !OperatingSystem.IsLinux() ? "The mock driver is made on Linux only."
        : s_compiler is null ? "There is no C compiler (cc, gcc or clang) to make the mock driver with."
        : null;

    public string Folder { get; }

    public string File { get; }

    public string Cache => Path.Combine(Folder, "cache");

    public CudaSetup Setup => new([File], [File], Cache);

    public string[] Log => Text("mock_log").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public string Options => Text("mock_options");

    public int Depth => ((delegate* unmanaged<int>)Function("mock_depth"))();

    public nint Current => ((delegate* unmanaged<nint>)Function("mock_current"))();

    /// <summary>
    /// What exists: memory, page-locked memory, modules, retained contexts, events, programs; then what was done wrongly.
    /// </summary>
    public int[] Live =>
        [.. Enumerable.Range(0, 6).Select(kind => ((delegate* unmanaged<int, int>)Function("mock_live"))(kind)),
            ((delegate* unmanaged<int>)Function("mock_wrong"))()];

    public void Fail(string function, int error, int after = 0)
    {
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(function + "\0"))
            ((delegate* unmanaged<byte*, int, int, void>)Function("mock_fail"))(name, after, error);
    }

    /// <summary>Tells how many bytes each argument of a kernel has.</summary>
    public void Kernel(string kernel, params int[] sizes)
    {
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(kernel + "\0"))
        {
            fixed (int* all = sizes)
                ((delegate* unmanaged<byte*, int, int*, void>)Function("mock_kernel"))(name, sizes.Length, all);
        }
    }

    public void BreakAtWait(int error) => ((delegate* unmanaged<int, void>)Function("mock_break_at_wait"))(error);

    public void Devices(int count, int capability = 90, int driver = 12080) =>
        ((delegate* unmanaged<int, int, int, void>)Function("mock_devices"))(count, capability, driver);

    public void NvrtcVersion(int major, int minor, int newest) =>
        ((delegate* unmanaged<int, int, int, void>)Function("mock_compiler"))(major, minor, newest);

    public void NvrtcOldest(int oldest) => ((delegate* unmanaged<int, void>)Function("mock_oldest"))(oldest);

    public void NvrtcNeedsBuiltins() => ((delegate* unmanaged<void>)Function("mock_need_builtins"))();

    public void Push(nint context) => ((delegate* unmanaged<nint, void>)Function("mock_push"))(context);

    public void Forget() => ((delegate* unmanaged<void>)Function("mock_forget"))();

    /// <summary>Makes a library from a text.</summary>
    public static void Make(string output, params string[] arguments)
    {
        var start = new ProcessStartInfo(s_compiler!) { RedirectStandardError = true };
        foreach (string argument in (string[])["-shared", "-fPIC", "-O1", "-o", output, .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }

    public void Dispose()
    {
        NativeLibrary.Free(library);
    }

    private static bool Exists(string compiler) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => folder.Length > 0 && System.IO.File.Exists(Path.Combine(folder, compiler)));

    private static string Compile(string without)
    {
        string output = Path.Combine(s_folder, $"mock-{without}.so"), source = Path.Combine(AppContext.BaseDirectory, "Mock", "mock.c");
        Make(output, source, "-ldl", "-DWITHOUT_" + without);
        return output;
    }

    private nint Function(string name) => NativeLibrary.GetExport(library, name);

    private string Text(string name) => Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)Function(name))())!;
}
