using LossGen.Kernels;

namespace LossGen.TestSupport;

/// <summary>
/// Runs kernels through one instance of the engine. The engine is generic over the kernel, and compiled for each anew: of a formula that
/// is tried on a few small batches that is most of the time. Here the kernel is looked up in each call, so the engine is compiled once
/// for each precision.
/// </summary>
public static class SharedEngine
{
    /// <summary>
    /// Source to be compiled along with declarations: types of these names take the place of the library's. Methods over a tile are not
    /// optimised either, which takes longer than running them; they compute the same.
    /// </summary>
    public const string Source = """
        namespace LossGen.Kernels
        {
            internal static class CpuDriver
            {
                public static void Run<TIndex, TDense>(ref CpuCall call, LossDefinition definition)
                    where TIndex : struct, ILossKernel
                    where TDense : struct, ILossKernel => LossGen.TestSupport.SharedEngine.Run<TIndex, TDense>(ref call, definition);
            }
        }

        namespace System.Runtime.CompilerServices
        {
            internal enum MethodImplOptions
            {
                AggressiveOptimization = 64, // NoOptimization
                AggressiveInlining = 256,
                NoInlining = 8,
            }

            internal sealed class MethodImplAttribute : Attribute
            {
                public MethodImplAttribute(MethodImplOptions options) => _ = options;
            }
        }
        """;

    [ThreadStatic]
    private static Kernel? index, dense;

    /// <summary>Compiles many declarations, each for a few small batches.</summary>
    /// <param name="declarations">The declarations.</param>
    /// <param name="asksForWarnings">Their warnings are asked for.</param>
    internal static DeclarationCompiler Compile(IEnumerable<string> declarations, bool asksForWarnings = false) =>
        DeclarationCompiler.Compile(declarations, Source, asksForWarnings: asksForWarnings);

    /// <summary>Runs a call as <see cref="CpuDriver"/> does, which it stands for.</summary>
    public static void Run<TIndex, TDense>(ref CpuCall call, LossDefinition definition)
        where TIndex : struct, ILossKernel
        where TDense : struct, ILossKernel
    {
        // Calls of one thread do not nest, and the threads of a batch of this size are one.
        (index, dense) = (Kernel<TIndex>.Instance, Kernel<TDense>.Instance);
        CpuDriver.Run<IndexKernel, DenseKernel>(ref call, definition);
    }

    private abstract class Kernel
    {
        public abstract KernelLayout Layout { get; }

        public abstract void Tile<T, V, M>(int pass, ref Tile<T> tile)
            where T : unmanaged
            where V : struct, IVector<V, T>
            where M : struct, ITileMask;

        public abstract void Scalars(int stage, ref ScalarContext scalars);

        public abstract void Components(ref ScalarContext scalars);
    }

    private sealed class Kernel<TKernel> : Kernel
        where TKernel : struct, ILossKernel
    {
        public static readonly Kernel Instance = new Kernel<TKernel>();

        public override KernelLayout Layout => TKernel.Layout;

        public override void Tile<T, V, M>(int pass, ref Tile<T> tile) => TKernel.Tile<T, V, M>(pass, ref tile);

        public override void Scalars(int stage, ref ScalarContext scalars) => TKernel.Scalars(stage, ref scalars);

        public override void Components(ref ScalarContext scalars) => TKernel.Components(ref scalars);
    }

    private readonly struct IndexKernel : ILossKernel
    {
        public static KernelLayout Layout => index!.Layout;

        public static void Tile<T, V, M>(int pass, ref Tile<T> tile)
            where T : unmanaged
            where V : struct, IVector<V, T>
            where M : struct, ITileMask => index!.Tile<T, V, M>(pass, ref tile);

        public static void Scalars(int stage, ref ScalarContext scalars) => index!.Scalars(stage, ref scalars);

        public static void Components(ref ScalarContext scalars) => index!.Components(ref scalars);
    }

    private readonly struct DenseKernel : ILossKernel
    {
        public static KernelLayout Layout => dense!.Layout;

        public static void Tile<T, V, M>(int pass, ref Tile<T> tile)
            where T : unmanaged
            where V : struct, IVector<V, T>
            where M : struct, ITileMask => dense!.Tile<T, V, M>(pass, ref tile);

        public static void Scalars(int stage, ref ScalarContext scalars) => dense!.Scalars(stage, ref scalars);

        public static void Components(ref ScalarContext scalars) => dense!.Components(ref scalars);
    }
}
