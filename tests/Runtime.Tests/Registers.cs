using System.Runtime.Intrinsics;
using LossGen.Simd;

namespace LossGen.Runtime.Tests;

/// <summary>The register widths to test: all that the machine has.</summary>
internal static class Registers
{
    public static IEnumerable<int> Widths
    {
        get
        {
            yield return 128;
            if (Vector256.IsHardwareAccelerated)
                yield return 256;
            if (Vector512.IsHardwareAccelerated)
                yield return 512;
        }
    }

    /// <summary>Runs an action with registers of at most so many bits.</summary>
    public static T With<T>(int bits, Func<T> action)
    {
        int before = RegisterWidth.Widest;
        RegisterWidth.Widest = bits;
        try
        {
            return action();
        }
        finally
        {
            RegisterWidth.Widest = before;
        }
    }
}
