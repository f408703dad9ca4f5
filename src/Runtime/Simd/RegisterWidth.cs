using System.Runtime.Intrinsics;

namespace LossGen.Simd;

/// <summary>The width of the registers that kernels and metrics work with: the machine's widest.</summary>
internal static class RegisterWidth
{
    /// <summary>Bits of the widest register used. For tests: narrower ones on a machine that has wider.</summary>
    public static int Widest { get; set; } = 512;

    public static bool Is512 => Vector512.IsHardwareAccelerated && Widest >= 512 && TableExponential.IsReady;

    public static bool Is256 => Vector256.IsHardwareAccelerated && Widest >= 256;
}
