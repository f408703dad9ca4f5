using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>Checks of a call's arguments: one exception that names the argument, what it has and what is needed.</summary>
internal static unsafe class CallChecks
{
    /// <summary>The extents of a call.</summary>
    /// <param name="definition">The loss.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="isResized">The call says how logits of another size are resized.</param>
    public static void Shape(LossDefinition definition, LossShape shape, bool isResized = false)
    {
        if (shape.Batch <= 0 || shape.Classes <= 0 || shape.Pixels <= 0 || shape.LogitPixels <= 0)
        {
            throw new ArgumentException(
                $"The shape is batch {shape.Batch}, classes {shape.Classes}, target {shape.Depth} x {shape.Height} x {shape.Width}, logits "
                    + $"{shape.LogitDepth} x {shape.LogitHeight} x {shape.LogitWidth}; each must be at least 1.",
                nameof(shape));
        }

        CallRules.Classes(definition, shape.Classes);
        CallRules.Dimensions(definition, shape.Dimensions);
        if (!isResized)
            Sizes(definition, shape);
    }

    /// <summary>The sizes of logits and target.</summary>
    public static void Sizes(LossDefinition definition, LossShape shape)
    {
        if (!shape.IsResized)
            return;
        Span<long> logits = stackalloc long[] { shape.LogitDepth, shape.LogitHeight, shape.LogitWidth };
        Span<long> target = stackalloc long[] { shape.Depth, shape.Height, shape.Width };
        int axes = Math.Max(shape.Dimensions, shape.LogitDepth != 1 ? 3 : shape.LogitHeight != 1 ? 2 : 1);
        CallRules.Sizes(definition, logits[^axes..], target[^shape.Dimensions..], nameof(shape));
    }

    public static void Kind(LossDefinition definition, bool hasLabels)
    {
        if (hasLabels && definition.Target == TargetKind.Dense)
        {
            throw new ArgumentException(
                $"The target holds integers, so class indices; {definition.Name} declares Target = TargetKind.Dense and needs float, "
                    + "double or bool, one number a class and pixel.",
                "target");
        }

        if (!hasLabels && definition.Target == TargetKind.Index)
        {
            throw new ArgumentException(
                $"The target is dense; {definition.Name} declares Target = TargetKind.Index and needs integers, one class index a pixel.",
                "target");
        }
    }

    public static void Length(long found, long needed, string name, string why)
    {
        if (found != needed)
            throw new ArgumentException($"{name} has {found} elements and needs {needed}: {why}.", name);
    }

    /// <summary>
    /// The type of a target's numbers. Truth values are class indices, 0 and 1, where they are one a pixel, and dense where they are one a
    /// class and pixel.
    /// </summary>
    /// <param name="kind">What the loss accepts.</param>
    /// <param name="count">The length of the target.</param>
    /// <param name="pixels">N * S.</param>
    public static TargetElement ElementOf<TTarget>(TargetKind kind, long count, long pixels)
        where TTarget : unmanaged
    {
        if (typeof(TTarget) == typeof(bool))
            return kind == TargetKind.Index || (kind == TargetKind.Any && count == pixels) ? TargetElement.Byte : TargetElement.Boolean;
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
        throw new ArgumentException(
            $"A target of {typeof(TTarget).Name} is not supported: use byte, sbyte, short, ushort, int, long or bool for class indices, "
                + "float, double or bool for dense targets.",
            "target");
    }

    /// <summary>
    /// What class indices are to be, for a message; what else they may be taken for, where there are as many as a dense target has numbers.
    /// </summary>
    public static string LabelsText(int batch, int channels, long pixels, int found) =>
        $"one label a pixel: N * S = {batch} * {pixels}"
        + (channels > 1 && found == batch * channels * pixels
            ? ", since integers are class indices; a one-hot target is float, double or bool"
            : "");

    /// <summary>What a dense target is to hold, for a message.</summary>
    public static string DenseText<TTarget>(int batch, int channels, long pixels, TargetKind kind) =>
        (typeof(TTarget) == typeof(bool) && kind == TargetKind.Any ? $"one a pixel, N * S = {batch} * {pixels}, or " : "")
        + $"dense: N * C * S = {batch} * {channels} * {pixels}";

    /// <summary>The length of a target.</summary>
    public static void Target<TTarget>(LossDefinition definition, bool hasLabels, int found, int batch, int classes, long pixels)
        where TTarget : unmanaged
    {
        int channels = classes + (definition.DropLastTargetChannel ? 1 : 0);
        long needed = batch * (hasLabels ? 1L : channels) * pixels;
        if (found == needed)
            return;
        Length(found, needed, "target", hasLabels
            ? LabelsText(batch, channels, pixels, found)
            : DenseText<TTarget>(batch, channels, pixels, definition.Target));
    }

    /// <summary>The type of the numbers of logits and gradient.</summary>
    public static LogitElement LogitElementOf<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return LogitElement.Single;
        if (typeof(T) == typeof(double))
            return LogitElement.Double;
        if (typeof(T) == typeof(Half))
            return LogitElement.Half;
        if (typeof(T) == typeof(BFloat16))
            return LogitElement.BFloat16;
        throw new ArgumentException($"Logits of {typeof(T).Name} are not supported: use float, double, Half or BFloat16.", "logits");
    }

    /// <summary>The type of unreduced values and of what weighs them is the one that is computed in.</summary>
    public static void Numbers<T>(LogitElement logits, string name)
        where T : unmanaged
    {
        bool isDouble = logits == LogitElement.Double;
        if (typeof(T) == (isDouble ? typeof(double) : typeof(float)))
            return;
        throw new ArgumentException(
            $"{name} is {typeof(T).Name}; with logits of {Name(logits)} values must be {Name(isDouble ? logits : LogitElement.Single)}, "
                + "the type that is computed in.",
            name);
    }

    /// <summary>A type as C# calls it.</summary>
    public static string Name(LogitElement element) => element switch
    {
        LogitElement.Single => "float",
        LogitElement.Double => "double",
        _ => element.ToString(),
    };

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
        where T : unmanaged => typeof(T) == typeof(double) ? *(double*)&value
        : sizeof(T) == 1 ? (*(byte*)&value == 0 ? 0 : 1)
        : *(float*)&value;

    public static T FromDouble<T>(double value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
            return *(T*)&value;
        float single = (float)value;
        return *(T*)&single;
    }
}
