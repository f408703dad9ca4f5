using System.Runtime.Intrinsics;
using LossGen.Cpu;

namespace LossGen.Kernels;

/// <summary>Stands for a kind of target that a loss does not accept.</summary>
public readonly struct NoKernel : ILossKernel
{
    /// <inheritdoc/>
    public static KernelLayout Layout => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void Tile<T, V, M>(int pass, ref Tile<T> tile)
        where T : unmanaged
        where V : struct, IVector<V, T>
        where M : struct, ITileMask => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void Scalars(int stage, ref ScalarContext scalars) => throw new NotSupportedException();
}

/// <summary>Runs generated kernels over the blocks and tiles of a batch.</summary>
public static class CpuDriver
{
    /// <summary>Bits of the widest register used. For tests: narrower ones on a machine that has wider.</summary>
    internal static int WidestRegister { get; set; } = 512;

    /// <summary>Runs a call whose arguments have been checked: picks the kernel, the precision and the width of the machine's registers.</summary>
    public static void Run<TIndex, TDense>(ref CpuCall call, LossDefinition definition)
        where TIndex : struct, ILossKernel
        where TDense : struct, ILossKernel
    {
        if (call.HasLabels)
            Run<TIndex>(ref call, definition);
        else
            Run<TDense>(ref call, definition);
    }

    private static void Run<TKernel>(ref CpuCall call, LossDefinition definition)
        where TKernel : struct, ILossKernel
    {
        if (Vector512.IsHardwareAccelerated && WidestRegister >= 512 && F32x16.Exponential.HasTable)
            Run<TKernel, F32x16, F64x8>(ref call, definition);
        else if (Vector256.IsHardwareAccelerated && WidestRegister >= 256 && TKernel.Layout.Pairs)
            Run<TKernel, F32x8x2, F64x4x2>(ref call, definition);
        else if (Vector256.IsHardwareAccelerated && WidestRegister >= 256)
            Run<TKernel, F32x8, F64x4>(ref call, definition);
        else
            Run<TKernel, F32x4, F64x2>(ref call, definition);
    }

    private static void Run<TKernel, VFloat, VDouble>(ref CpuCall call, LossDefinition definition)
        where TKernel : struct, ILossKernel
        where VFloat : struct, IVector<VFloat, float>
        where VDouble : struct, IVector<VDouble, double>
    {
        if (call.LogitElement == LogitElement.Double)
            CpuEngine<TKernel, double, VDouble>.Run(ref call, definition);
        else
            CpuEngine<TKernel, float, VFloat>.Run(ref call, definition);
    }
}
