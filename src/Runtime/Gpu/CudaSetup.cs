namespace LossGen.Gpu;

/// <summary>Where a CUDA device finds what it needs.</summary>
/// <param name="Driver">Names of the driver's library.</param>
/// <param name="Nvrtc">Files and names of the compiler's.</param>
/// <param name="CacheFolder">Where compiled kernels are kept; null for nowhere.</param>
internal sealed record CudaSetup(IReadOnlyList<string> Driver, IEnumerable<string> Nvrtc, string? CacheFolder)
{
    /// <summary>A folder to keep compiled kernels in, or <c>off</c>.</summary>
    public const string CacheVariable = "LOSSGEN_KERNEL_CACHE";

    /// <summary>The system's libraries, and the cache folder that is set.</summary>
    public static CudaSetup System => new(CudaLibrary.Names, NvrtcSearch.Candidates(), CudaDevice.CacheFolder);

    /// <summary>What the environment says, else a folder among the user's local application data.</summary>
    public static string? DefaultCacheFolder()
    {
        string? chosen = Environment.GetEnvironmentVariable(CacheVariable);
        if (chosen is "off" or "0")
            return null;
        if (!string.IsNullOrEmpty(chosen))
            return chosen;
        string data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return data.Length == 0 ? null : Path.Combine(data, "LossGen", "kernels");
    }
}
