using LossGen.Kernels;

namespace LossGen.Cpu;

internal static class ElementAxesExtensions
{
    /// <summary>As <see cref="Enum.HasFlag"/>, which allocates until the caller is optimised.</summary>
    public static bool Has(this ElementAxes axes, ElementAxes flag) => (axes & flag) == flag;
}
