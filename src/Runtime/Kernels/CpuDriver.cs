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

/// <summary>One call of a loss on the CPU.</summary>
public unsafe ref struct CpuCall
{
    /// <summary>Run-time parameters, set by the generated code.</summary>
    public double* Parameters;
}

/// <summary>Runs generated kernels over the blocks and tiles of a batch.</summary>
public static class CpuDriver
{
    /// <summary>Checks the call's arguments, then runs it.</summary>
    public static void Run<TIndex, TDense>(ref CpuCall call, LossDefinition definition)
        where TIndex : struct, ILossKernel
        where TDense : struct, ILossKernel => throw new NotImplementedException();
}
