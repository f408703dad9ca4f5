using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LossGen.Gpu;

/// <summary>Where NVRTC may lie: it is no part of the driver, and libtorch's packages give it names of their own.</summary>
internal static class NvrtcSearch
{
    /// <summary>The host's list of folders.</summary>
    internal const string HostFolders = "NATIVE_DLL_SEARCH_DIRECTORIES";

    /// <summary>Full paths of files that exist, then names for the system's loader; likeliest first.</summary>
    public static IEnumerable<string> Candidates()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return Folders().Where(seen.Add).SelectMany(In).Concat(SystemNames);
    }

    /// <summary>Files in a folder whose names are like NVRTC's.</summary>
    public static IEnumerable<string> In(string folder)
    {
        if (OperatingSystem.IsWindows())
            return Files(folder, "nvrtc64_*.dll").Where(file => !file.Contains(".alt.", StringComparison.Ordinal));

        // The name in libtorch's packages has a hash in it: libnvrtc-2bb82d1a.so.12. libcaffe2_nvrtc.so was linked with it, and what
        // a library needs is found through that library.
        return Files(folder, "libnvrtc*.so*")
            .Where(file => !file.Contains("builtins", StringComparison.Ordinal) && !file.Contains(".alt.", StringComparison.Ordinal))
            .Concat(Files(folder, "libcaffe2_nvrtc.so"));
    }

    /// <summary>The files of a folder that fit a pattern, in order of their names; none where it cannot be read.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static IReadOnlyList<string> SystemNames => OperatingSystem.IsWindows()
        ? ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll", "nvrtc64_112_0.dll"]
        : ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so"];

    private static IEnumerable<string> Folders()
    {
        // Beside the libtorch of this process, and where Python's packages keep it for that libtorch.
        foreach (string folder in LoadedTorch())
        {
            yield return folder;
            if (Path.GetDirectoryName(Path.GetDirectoryName(folder)) is not { } packages)
                continue;
            yield return Path.Combine(packages, "nvidia", "cuda_nvrtc", OperatingSystem.IsWindows() ? "bin" : "lib");
            yield return Path.Combine(packages, "nvidia", "cu13", OperatingSystem.IsWindows() ? "bin" : "lib");
        }

        // Where the host looks for native files: packages' own folders, too, where nothing was copied.
        if (AppContext.GetData(HostFolders) is string folders)
        {
            foreach (string folder in folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
                yield return folder;
        }

        // Beside the program, where packages' native files are put.
        yield return AppContext.BaseDirectory;
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", OperatingSystem.IsWindows() ? "win-x64" : "linux-x64", "native");

        // The toolkit.
        foreach (string? toolkit in (string?[])[Environment.GetEnvironmentVariable("CUDA_PATH"), "/usr/local/cuda"])
        {
            if (!string.IsNullOrEmpty(toolkit))
                yield return Path.Combine(toolkit, OperatingSystem.IsWindows() ? "bin" : "lib64");
        }
    }

    private static List<string> LoadedTorch()
    {
        var result = new List<string>();
        try
        {
            using var process = Process.GetCurrentProcess();
            foreach (ProcessModule module in process.Modules)
            {
                using (module)
                {
                    string name = module.ModuleName;
                    if ((name.Contains("torch_cuda", StringComparison.OrdinalIgnoreCase)
                            || name.Contains("c10_cuda", StringComparison.OrdinalIgnoreCase)
                            || name.Contains("nvrtc", StringComparison.OrdinalIgnoreCase))
                        && Path.GetDirectoryName(module.FileName) is { Length: > 0 } folder)
                        result.Add(folder);
                }
            }
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or NotSupportedException or IOException)
        {
            // The list of loaded libraries is not to be had: the other places remain.
        }

        return result;
    }
}
