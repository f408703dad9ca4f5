using LossGen.Gpu;
using Xunit;

namespace LossGen.TestSupport;

/// <summary>A test that runs kernels through OpenCL: skipped, with the reason, on a machine that cannot.</summary>
internal sealed class OpenClFactAttribute : FactAttribute
{
    public OpenClFactAttribute() => Skip = OpenClMachine.Reason;
}

/// <summary>As <see cref="OpenClFactAttribute"/>, with data.</summary>
internal sealed class OpenClTheoryAttribute : TheoryAttribute
{
    public OpenClTheoryAttribute() => Skip = OpenClMachine.Reason;
}

internal static class OpenClMachine
{
    /// <summary>Why kernels cannot be run here; null where they can.</summary>
    public static string? Reason { get; } = Look();

    private static string? Look()
    {
        if (!OpenClDevice.TryOpen(out OpenClDevice? device, out string? reason))
            return reason;
        device.Dispose();
        return null;
    }
}
