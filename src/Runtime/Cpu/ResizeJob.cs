using System.Numerics;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>
/// Images and classes resized side by side; each is done by one thread, so that the numbers do not depend on how many there are.
/// </summary>
internal sealed unsafe class ResizeJob<T, V> : PartsJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, IVector<V, T>
{
    // Whoever uses it holds the pool.
    private static readonly ResizeJob<T, V> s_only = new();

    private LossShape shape;
    private Resize resize;
    private T* small;
    private T* large;
    private bool isAdjoint;

    /// <summary>Resizes all planes of a batch.</summary>
    /// <param name="shape">The size of the logits, and that of the target.</param>
    /// <param name="resize">How.</param>
    /// <param name="source">Planes of the logits' size.</param>
    /// <param name="target">As many of the target's size, which are written.</param>
    public static void Forward(LossShape shape, Resize resize, T* source, T* target) =>
        Run(shape, resize, source, target, isAdjoint: false);

    /// <summary>Takes the gradient of all planes back.</summary>
    /// <param name="shape">The size of the logits, and that of the target.</param>
    /// <param name="resize">How.</param>
    /// <param name="gradient">Planes of the logits' size, which are written.</param>
    /// <param name="arriving">As many of the target's size.</param>
    public static void Adjoint(LossShape shape, Resize resize, T* gradient, T* arriving) =>
        Run(shape, resize, gradient, arriving, isAdjoint: true);

    private static void Run(LossShape shape, Resize resize, T* small, T* large, bool isAdjoint)
    {
        int planes = checked(shape.Batch * shape.Classes);
        if (!BlockPool.IsWorthwhile(planes, planes * Math.Max(shape.Pixels, shape.LogitPixels)) || !BlockPool.TryEnter())
        {
            var every = new LinearResize<T, V>(shape, resize);
            for (int plane = 0; plane < planes; plane++)
                Plane(every, small, large, plane, isAdjoint);
            return;
        }

        (s_only.shape, s_only.resize, s_only.isAdjoint) = (shape, resize, isAdjoint);
        s_only.small = small;
        s_only.large = large;
        s_only.RunAndExit(planes);
    }

    /// <inheritdoc/>
    protected override void Do(int part) => Plane(new(shape, resize), small, large, part, isAdjoint);

    /// <inheritdoc/>
    protected override void Clear()
    {
        small = null;
        large = null;
    }

    private static void Plane(in LinearResize<T, V> one, T* small, T* large, int plane, bool isAdjoint)
    {
        if (isAdjoint)
            one.Adjoint(small, large, plane);
        else
            one.Forward(small, large, plane);
    }
}
