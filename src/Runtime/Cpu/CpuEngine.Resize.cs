using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Resizes the logits to the target's size before the passes, and takes the gradient back.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private static void RunResized(ref CpuCall call, LossDefinition definition)
    {
        LossShape shape = call.Shape;
        long planes = (long)shape.Batch * shape.Classes, count = planes * shape.Pixels;
        Workspace workspace = Workspace.Rent(WorkspaceUse.Resized, (call.WritesGradient ? 2 : 1) * Workspace.Size<T>(count));
        T* logits = workspace.Take<T>(count);
        T* gradient = call.WritesGradient ? workspace.Take<T>(count) : null;
        var resize = new BilinearResize<T, V>(shape);
        resize.Forward((T*)call.Logits, logits, planes);

        void* callersLogits = call.Logits, callersGradient = call.Gradient;
        call.Logits = logits;
        call.Gradient = gradient;
        call.Shape = shape.WithLogits(shape.Height, shape.Width);
        try
        {
            Run(ref call, definition);
        }
        finally
        {
            call.Logits = callersLogits;
            call.Gradient = callersGradient;
            call.Shape = shape;
        }

        if (call.WritesGradient)
            resize.Adjoint((T*)callersGradient, gradient, planes);
    }
}
