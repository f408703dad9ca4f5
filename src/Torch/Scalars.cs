namespace LossGen.Generated;

using System;
using TorchSharp;

/// <summary>
/// Numbers for libtorch. TorchSharp makes a <see cref="Scalar"/> of a number by itself and keeps no reference to it while libtorch reads
/// it, so that a garbage collection in that moment frees it, and the call throws or reads something else. Here the thread refers to its
/// last ones.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class Scalars
{
    // More than any call takes.
    private const int Held = 8;

    [ThreadStatic]
    private static Scalar[]? s_held;

    [ThreadStatic]
    private static int s_next;

    /// <summary>A number, referred to until the thread has asked for so many others.</summary>
    public static Scalar Hold(double number) => Keep(number);

    /// <inheritdoc cref="Hold(double)"/>
    public static Scalar Hold(long number) => Keep(number);

    private static Scalar Keep(Scalar scalar)
    {
        Scalar[] held = s_held ??= new Scalar[Held];
        s_next = (s_next + 1) % Held;
        return held[s_next] = scalar;
    }
}
