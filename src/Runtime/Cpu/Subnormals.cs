using System.Runtime.CompilerServices;

namespace LossGen.Cpu;

/// <summary>
/// How the calling thread treats subnormal numbers, which are those below the smallest that has all its digits. Each thread has a setting
/// of its own, and other code may change it: libraries that were compiled for speed do when they are loaded.
/// </summary>
internal static class Subnormals
{
    /// <summary>How many ways there are.</summary>
    public const int Modes = 4;

    // Not constants: what the compiler computes says nothing of the thread.
    private static float s_smallestNormal = BitConverter.Int32BitsToSingle(0x00800000);
    private static float s_subnormal = BitConverter.Int32BitsToSingle(0x00400000);
    private static float s_half = 0.5f;
    private static float s_large = 1 << 20;

    /// <summary>Which of them: 1 for results that become 0, and 2 for operands that count as 0.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Mode()
    {
        // By their bits: a comparison would read them as 0, too.
        int result = BitConverter.SingleToInt32Bits(Volatile.Read(ref s_smallestNormal) * Volatile.Read(ref s_half));
        int operand = BitConverter.SingleToInt32Bits(Volatile.Read(ref s_subnormal) * Volatile.Read(ref s_large));
        return (result == 0 ? 1 : 0) + (operand == 0 ? 2 : 0);
    }
}
