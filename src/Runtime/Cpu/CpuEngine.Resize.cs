using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Resizes the logits to the target's size before the passes, and takes the gradient back.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private static void RunResized(ref CpuCall call, LossDefinition definition, Resize resize)
    {
        LossShape shape = call.Shape;
        LogitElement element = call.LogitElement;
        long planes = (long)shape.Batch * shape.Classes, count = planes * shape.Pixels, small = planes * shape.LogitPixels;
        bool isTranslated = element >= LogitElement.Half || shape.ClassesLast;
        long translated = isTranslated ? small : 0;
        Workspace workspace = Workspace.Rent(WorkspaceUse.Resized, (call.WritesGradient ? 2 : 1) * Workspace.Size<T>(count)
            + (2 * Workspace.Size<T>(translated)));
        T* logits = workspace.Take<T>(count);
        T* gradient = call.WritesGradient ? workspace.Take<T>(count) : null;
        T* planar = workspace.Take<T>(translated), converted = workspace.Take<T>(translated);
        void* callersLogits = call.Logits, callersGradient = call.Gradient;
        ResizeJob<T, V>.Forward(shape, resize, isTranslated ? ToPlanes(call, converted, planar) : (T*)call.Logits, logits);

        call.Logits = logits;
        call.Gradient = gradient;
        call.LogitElement = element == LogitElement.Double ? LogitElement.Double : LogitElement.Single;
        call.Shape = shape.WithoutResize() with { ClassesLast = false };
        try
        {
            Run(ref call, definition);
        }
        finally
        {
            call.Logits = callersLogits;
            call.Gradient = callersGradient;
            call.LogitElement = element;
            call.Shape = shape;
        }

        if (!call.WritesGradient)
            return;
        ResizeJob<T, V>.Adjoint(shape, resize, isTranslated ? planar : (T*)callersGradient, gradient);
        if (isTranslated)
            FromPlanes(call, planar, converted);
    }

    // Logits of the caller's type and layout as (N, C, S).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T* ToPlanes(in CpuCall call, T* converted, T* planar)
    {
        LossShape shape = call.Shape;
        long image = shape.Classes * shape.LogitPixels;
        int pixels = checked((int)shape.LogitPixels);
        for (int n = 0; n < shape.Batch; n++)
        {
            T* from = (T*)call.Logits + (n * image), to = planar + (n * image);
            if (call.LogitElement >= LogitElement.Half)
            {
                from = shape.ClassesLast ? converted : to;
                Storage.Widen(call.LogitElement, call.Logits, n * image, (float*)from, checked((int)image));
            }

            if (shape.ClassesLast)
                Transposition.Copy(from, shape.Classes, pixels, shape.Classes, to, pixels);
        }

        return planar;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FromPlanes(in CpuCall call, T* planar, T* converted)
    {
        LossShape shape = call.Shape;
        long image = shape.Classes * shape.LogitPixels;
        int pixels = checked((int)shape.LogitPixels);
        bool isConverted = call.LogitElement >= LogitElement.Half;
        for (int n = 0; n < shape.Batch; n++)
        {
            T* from = planar + (n * image);
            if (shape.ClassesLast)
            {
                T* to = isConverted ? converted : (T*)call.Gradient + (n * image);
                Transposition.Copy(from, pixels, shape.Classes, pixels, to, shape.Classes);
                from = to;
            }

            if (isConverted)
                Storage.Narrow((float*)from, call.LogitElement, call.Gradient, n * image, checked((int)image));
        }
    }
}
