using System.Numerics;
using System.Runtime.CompilerServices;
using LossGen.Cpu;
using LossGen.Simd;

namespace LossGen.Kernels;

/// <summary>Stands for a kind of target that a loss does not accept.</summary>
public readonly struct NoKernel : ILossKernel
{
    static KernelLayout ILossKernel.Layout => throw new NotSupportedException();

    static void ILossKernel.Tile<T, V, M>(int pass, ref Tile<T> tile) => throw new NotSupportedException();

    static void ILossKernel.Scalars(int stage, ref ScalarContext scalars) => throw new NotSupportedException();
}

/// <summary>Runs generated kernels over the blocks and tiles of a batch.</summary>
public static class CpuDriver
{
    /// <summary>
    /// Runs a call whose arguments have been checked: picks the kernel, the precision and the width of the machine's registers.
    /// </summary>
    public static void Run<TIndex, TDense>(ref CpuCall call, LossDefinition definition)
        where TIndex : struct, ILossKernel
        where TDense : struct, ILossKernel
    {
        // Labels of rows are those of a dense matrix of pairs.
        if (call.HasLabels && definition.Pairs == Pairs.None)
            Run<TIndex>(ref call, definition);
        else
            Run<TDense>(ref call, definition);
    }

    private static void Run<TKernel>(ref CpuCall call, LossDefinition definition)
        where TKernel : struct, ILossKernel
    {
        if (call.LogitElement == LogitElement.Double)
            RunIn<TKernel, double>(ref call, definition);
        else
            RunIn<TKernel, float>(ref call, definition);
    }

    private static void RunIn<TKernel, T>(ref CpuCall call, LossDefinition definition)
        where TKernel : struct, ILossKernel
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (RegisterWidth.Is512)
            Run512<TKernel, T>(ref call, definition);
        else if (RegisterWidth.Is256 && TKernel.Layout.Pairs)
            RunPairs<TKernel, T>(ref call, definition);
        else if (RegisterWidth.Is256)
            Run256<TKernel, T>(ref call, definition);
        else
            Run128<TKernel, T>(ref call, definition);
    }

    // A method each: a first call loads the engine's types for the width that it takes and no other, which takes milliseconds.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run512<TKernel, T>(ref CpuCall call, LossDefinition definition)
        where TKernel : struct, ILossKernel
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => CpuEngine<TKernel, T, V512<T>>.Run(ref call, definition);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunPairs<TKernel, T>(ref CpuCall call, LossDefinition definition)
        where TKernel : struct, ILossKernel
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => CpuEngine<TKernel, T, V256x2<T>>.Run(ref call, definition);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run256<TKernel, T>(ref CpuCall call, LossDefinition definition)
        where TKernel : struct, ILossKernel
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => CpuEngine<TKernel, T, V256<T>>.Run(ref call, definition);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run128<TKernel, T>(ref CpuCall call, LossDefinition definition)
        where TKernel : struct, ILossKernel
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => CpuEngine<TKernel, T, V128<T>>.Run(ref call, definition);
}
