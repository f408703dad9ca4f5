using System.Numerics;
using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>The steps that look at neighbours, on vectors.</summary>
/// <remarks>The order of additions depends on nothing but the image, so that results have the same bits on any number of threads.</remarks>
internal static unsafe partial class Neighbours<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, IVector<V, T>
{
    /// <summary>
    /// Images are often a power of two large. Those that begin so many bytes further apart are read side by side without taking one
    /// another's place in the caches.
    /// </summary>
    public const int CacheGap = 65 * 64;

    // Registers of a row that are worked on together, so that a weight is loaded once for all of them.
    private const int Registers = 4;

    /// <summary>
    /// The elements of scratch memory that a step needs: for a line of neighbours, and for images between the lines of more axes.
    /// </summary>
    public static long ScratchLength(StepLayout step, in ImageGrid grid)
    {
        if (step.Kind == StepKind.Distance)
            return EuclideanDistance<T>.ScratchLength(grid) * (sizeof(double) / sizeof(T));
        if (step.Shape == StepShape.Line)
            return LineScratch(step, grid.Along(step.Axis));
        long lines = 0;
        for (int axis = 0; axis < grid.Dimensions; axis++)
            lines = Math.Max(lines, LineScratch(step, grid.Along(axis)));
        return lines + (ScratchImages(step, grid) * ImageRoom(grid));
    }

    /// <summary>Runs a step on one image of one class.</summary>
    /// <param name="step">What it does.</param>
    /// <param name="grid">The image.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="arriving">What arrives at a pool's result, for <see cref="StepKind.PoolSlope"/>.</param>
    /// <param name="output">What it leaves.</param>
    /// <param name="scratch">Memory of <see cref="ScratchLength"/>.</param>
    public static void Run(StepLayout step, in ImageGrid grid, T* input, T* arriving, T* output, T* scratch)
    {
        ImageAxis axis = grid.Along(step.Axis);
        if (step.Kind == StepKind.Distance)
            EuclideanDistance<T>.Transform(grid, step.Weights, input, output, (double*)scratch);
        else if (step.Kind != StepKind.Correlate && step.IsMinimum)
            Pool<Smallest>(step, grid, input, arriving, output, scratch);
        else if (step.Kind != StepKind.Correlate)
            Pool<Largest>(step, grid, input, arriving, output, scratch);
        else if (step.IsTransposed)
            Transposed(step, axis, input, output, scratch);
        else
            Correlate(step, axis, step.First, step.Border, isReversed: false, input, output, scratch);
    }

    private static long LineScratch(StepLayout step, in ImageAxis axis) => (step.Kind, axis.Inner) switch
    {
        (StepKind.Correlate, > 1) => step.Size,
        (StepKind.PoolSlope, > 1) => (long)step.Size * axis.Inner,
        _ => step.Size + (3 * RowLength(step, axis)),
    };

    // A box is pooled axis by axis, and each but the last leaves an image. The arms of a cross each leave one for what arrives.
    private static int ScratchImages(StepLayout step, in ImageGrid grid) => (step.Kind, step.Shape) switch
    {
        (StepKind.Pool, StepShape.Box) => 1,
        (StepKind.PoolSlope, StepShape.Box) => 2 * (grid.Dimensions - 1),
        (StepKind.PoolSlope, StepShape.Cross) => grid.Dimensions,
        _ => 0,
    };

    // Images side by side do not take one another's place in the caches.
    private static long ImageRoom(in ImageGrid grid) => grid.Along(0).Pixels + (CacheGap / sizeof(T));
}
