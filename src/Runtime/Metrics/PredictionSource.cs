using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Metrics;

/// <summary>What the predictions of a piece are: logits, class indices, or masks.</summary>
internal readonly unsafe struct PredictionSource
{
    private readonly LossDefinition definition;

    private PredictionSource(LossDefinition definition, void* data, PredictionKind kind, LogitElement logits, TargetElement indices)
    {
        this.definition = definition;
        Data = data;
        Kind = kind;
        Logits = logits;
        Indices = indices;
    }

    /// <summary>The numbers.</summary>
    public readonly void* Data;

    /// <summary>What they are.</summary>
    public readonly PredictionKind Kind;

    /// <summary>The type of logits.</summary>
    public readonly LogitElement Logits;

    /// <summary>The type of class indices.</summary>
    public readonly TargetElement Indices;

    /// <summary>Logits of double.</summary>
    public bool IsDouble => Kind == PredictionKind.Logits && Logits == LogitElement.Double;

    /// <summary>Predictions of a type, after a check of how many they are.</summary>
    /// <param name="definition">What is asked of them. No class is ignored: what is predicted of an ignored pixel is of no
    /// interest.</param>
    /// <param name="data">The numbers.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="takesClasses">They may be class indices or masks.</param>
    public static PredictionSource Of<T>(LossDefinition definition, void* data, int count, LossShape shape, bool takesClasses)
        where T : unmanaged
    {
        long pixels = (long)shape.Batch * shape.Pixels, values = pixels * shape.Classes;
        bool isIndex = takesClasses && IsIndex<T>(), isMasks = isIndex && typeof(T) == typeof(bool) && count != pixels;
        LogitElement logits = isIndex ? default : CallChecks.LogitElementOf<T>();
        if (isIndex && !isMasks)
        {
            if (count != pixels)
            {
                string needed = $"predicted class indices, one a pixel: N * S = {shape.Batch} * {shape.Pixels}";
                CallChecks.Length(count, pixels, "logits", $"{typeof(T).Name} are {needed}");
            }

            return new(definition, data, PredictionKind.Classes, default, CallChecks.ElementOf<T>(TargetKind.Index, count, pixels));
        }

        if (count != values)
            CallChecks.Length(count, values, "logits", $"N * C * S = {shape.Batch} * {shape.Classes} * {shape.Pixels}");
        return new(definition, data, isMasks ? PredictionKind.Masks : PredictionKind.Logits, logits, default);
    }

    /// <summary>Class indices as they are read.</summary>
    public LabelSource Labels => new(Data, Indices, definition.Classes, definition);

    /// <summary>What is thrown for a number that is no class.</summary>
    public ArgumentException Bad(long number, long pixel, long pixelsPerImage, in LabelSource labels) => new(
        $"The predicted class at image {pixel / pixelsPerImage}, pixel {pixel % pixelsPerImage} is {number}; "
            + $"it must be from 0 to {labels.Largest}.",
        "logits");

    private static bool IsIndex<T>() => typeof(T) == typeof(bool) || typeof(T) == typeof(byte) || typeof(T) == typeof(sbyte)
        || typeof(T) == typeof(short) || typeof(T) == typeof(ushort) || typeof(T) == typeof(int) || typeof(T) == typeof(long);
}
