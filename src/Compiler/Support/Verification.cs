namespace LossGen.Compiler.Support;

/// <summary>
/// Whether stages verify what they hand on: in debug builds, and in tests, which turn it on. In users' builds it would take a sixth of the
/// generator's time, and what is wrong with C# the compiler says.
/// </summary>
internal static class Verification
{
#if DEBUG
    private const bool IsDebug = true;
#else
    private const bool IsDebug = false;
#endif

    /// <summary>A fault is found where it is made, and not in the code that comes of it.</summary>
    public static bool IsOn { get; set; } = IsDebug;
}
