using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>Checks of a call's arguments: one exception that names the argument, what it has and what is needed.</summary>
internal static unsafe class CallChecks
{
    public static void Shape(LossDefinition definition, LossShape shape)
    {
        if (shape.Batch <= 0 || shape.Classes <= 0 || shape.Pixels <= 0 || shape.LogitPixels <= 0)
        {
            throw new ArgumentException(
                $"The shape is batch {shape.Batch}, classes {shape.Classes}, target {shape.Height} x {shape.Width}, logits {shape.LogitHeight} x {shape.LogitWidth}; each must be at least 1.",
                nameof(shape));
        }

        if (definition.Classes > 0 && shape.Classes != definition.Classes)
            throw new ArgumentException($"The shape has {shape.Classes} classes; {definition.Name} is declared with Classes = {definition.Classes}.", nameof(shape));
        if (shape.Classes < definition.LeastClasses)
            throw new ArgumentException($"The shape has {shape.Classes} classes; {definition.Name} asks for class {definition.LeastClasses - 1} and needs at least {definition.LeastClasses}.", nameof(shape));
        bool differs = shape.LogitHeight != shape.Height || shape.LogitWidth != shape.Width;
        if (differs && definition.Resize == Resize.None)
        {
            throw new ArgumentException(
                $"The logits are {shape.LogitHeight} x {shape.LogitWidth} and the target {shape.Height} x {shape.Width}; they must be the same, or {definition.Name} declares Resize = Resize.Bilinear.",
                nameof(shape));
        }
    }

    public static void Kind(LossDefinition definition, bool hasLabels)
    {
        if (hasLabels && definition.Target == TargetKind.Dense)
            throw new ArgumentException($"The target holds integers, so class indices; {definition.Name} declares Target = TargetKind.Dense and needs float or double, one number a class and pixel.", "target");
        if (!hasLabels && definition.Target == TargetKind.Index)
            throw new ArgumentException($"The target is dense; {definition.Name} declares Target = TargetKind.Index and needs integers, one class index a pixel.", "target");
    }

    public static void Length(long found, long needed, string name, string why)
    {
        if (found != needed)
            throw new ArgumentException($"{name} has {found} elements and needs {needed}: {why}.", name);
    }

    /// <summary>The gradient that arrives, or a loss scale.</summary>
    public static void Upstream(double upstream)
    {
        if (!double.IsFinite(upstream))
            throw new ArgumentException($"upstream is {upstream}; what the gradient is multiplied by must be finite.", nameof(upstream));
    }

    public static TargetElement ElementOf<TTarget>()
        where TTarget : unmanaged
    {
        if (typeof(TTarget) == typeof(long))
            return TargetElement.Int64;
        if (typeof(TTarget) == typeof(int))
            return TargetElement.Int32;
        if (typeof(TTarget) == typeof(byte))
            return TargetElement.Byte;
        if (typeof(TTarget) == typeof(short))
            return TargetElement.Int16;
        if (typeof(TTarget) == typeof(ushort))
            return TargetElement.UInt16;
        if (typeof(TTarget) == typeof(sbyte))
            return TargetElement.SByte;
        if (typeof(TTarget) == typeof(float))
            return TargetElement.Single;
        if (typeof(TTarget) == typeof(double))
            return TargetElement.Double;
        throw new ArgumentException($"A target of {typeof(TTarget).Name} is not supported: use byte, sbyte, short, ushort, int or long for class indices, float or double for dense targets.", "target");
    }

    public static LogitElement LogitElementOf<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
            return LogitElement.Double;
        if (typeof(T) == typeof(Half))
            return LogitElement.Half;
        return typeof(T) == typeof(BFloat16) ? LogitElement.BFloat16 : LogitElement.Single;
    }

    public static CpuCall Measure(ILoss loss, LossShape shape, TargetElement element)
    {
        var call = new CpuCall { Mode = CpuMode.Measure, Shape = shape, TargetElement = element };
        loss.Run(ref call);
        return call;
    }

    public static long ElementCount(ElementAxes axes, LossShape shape) =>
        (axes.Has(ElementAxes.Batch) ? shape.Batch : 1L)
        * (axes.Has(ElementAxes.Class) ? shape.Classes : 1)
        * (axes.Has(ElementAxes.Pixel) ? shape.Pixels : 1);

    public static string AxisText(ElementAxes axes, LossShape shape)
    {
        string[] parts =
        [
            axes.Has(ElementAxes.Batch) ? $"{shape.Batch} images" : "",
            axes.Has(ElementAxes.Class) ? $"{shape.Classes} classes" : "",
            axes.Has(ElementAxes.Pixel) ? $"{shape.Pixels} pixels" : "",
        ];
        return string.Join(" * ", parts.Where(part => part.Length > 0));
    }

    public static double ToDouble<T>(T value)
        where T : unmanaged => typeof(T) == typeof(double) ? *(double*)&value : *(float*)&value;

    public static T FromDouble<T>(double value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
            return *(T*)&value;
        float single = (float)value;
        return *(T*)&single;
    }
}
