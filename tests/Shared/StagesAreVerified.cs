using System.Runtime.CompilerServices;
using LossGen.Compiler.Support;

namespace LossGen.TestSupport;

/// <summary>In tests the compiler's stages verify what they hand on.</summary>
internal static class StagesAreVerified
{
    [ModuleInitializer]
    internal static void TurnOn() => Verification.IsOn = true;
}
