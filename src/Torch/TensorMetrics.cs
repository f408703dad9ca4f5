namespace LossGen;

using System;
using System.Runtime.InteropServices;
using LossGen.Generated;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>Metrics of tensors.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class TensorMetrics
{
    /// <summary>Counts a piece. Tensors of other devices are copied to the CPU, which waits for them.</summary>
    /// <param name="metric">The counts.</param>
    /// <param name="logits">(N, C, spatial...) or (N, C), of any floating type. Where the predicted class counts, not its probability, also
    /// what is predicted: class indices (N, spatial...) of an integer type, such as <c>logits.argmax(1)</c>, or masks (N, C, spatial...) of
    /// bool, of which several may hold a pixel.</param>
    /// <param name="target">Class indices (N, spatial...) of any integer type or bool, or dense like the logits, of a floating type or
    /// bool.</param>
    /// <exception cref="ArgumentException">The tensors do not fit each other; the message names the one.</exception>
    public static void Accumulate(this PixelMetric metric, Tensor logits, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(target);
        using var scope = torch.NewDisposeScope();
        target = target.detach();
        Tensor predicted = logits.detach();
        bool isPredicted = metric is not SoftMetrics && (predicted.dtype == ScalarType.Bool || TensorMemory.IsInteger(predicted.dtype));
        BatchShape shape = isPredicted
            ? PredictedShape(metric.Definition, predicted, target)
            : TorchChecks.Batch(metric.Definition, predicted, target, nameof(logits));
        if (isPredicted && predicted.dtype != ScalarType.Bool)
            predicted = predicted.to_type(ScalarType.Int64);
        Tensor x = TensorMemory.Contiguous(predicted.cpu());
        Tensor y = shape.HasLabels ? TensorMemory.Contiguous(target.cpu()) : Dense(target);
        LossShape extents = shape.ToLossShape();
        switch (y.dtype)
        {
            case ScalarType.Byte or ScalarType.Bool: // dense truth values are float by now
                Accumulate<byte>(metric, x, y, extents);
                break;
            case ScalarType.Int8:
                Accumulate<sbyte>(metric, x, y, extents);
                break;
            case ScalarType.Int16:
                Accumulate<short>(metric, x, y, extents);
                break;
            case ScalarType.Int32:
                Accumulate<int>(metric, x, y, extents);
                break;
            case ScalarType.Int64:
                Accumulate<long>(metric, x, y, extents);
                break;
            case ScalarType.Float64:
                Accumulate<double>(metric, x, y, extents);
                break;
            default:
                Accumulate<float>(metric, x, y, extents);
                break;
        }

        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }

    // The shape of predictions, which is that of logits that predict as much.
    private static BatchShape PredictedShape(LossDefinition definition, Tensor predicted, Tensor target)
    {
        long[] extents = predicted.shape;
        if (extents.Length == 0)
            throw new ArgumentException("logits has the shape (); predicted class indices must be (N, spatial...).", "logits");
        bool isMasks = predicted.dtype == ScalarType.Bool && extents.Length > 1 && extents[1] == definition.Classes;
        if (!isMasks)
        {
            // (N, 1, spatial...), as argmax leaves it that keeps the axis, beside labels (N, spatial...) or (N, 1, spatial...) or a dense
            // target.
            bool isLabels = TensorMemory.IsInteger(target.dtype);
            bool hasChannel = extents.Length > 1 && extents[1] == 1
                && (target.dim() < extents.Length || (target.dim() == extents.Length && (!isLabels || target.size(1) == 1)));
            var full = new long[extents.Length + (hasChannel ? 0 : 1)];
            extents.AsSpan(hasChannel ? 2 : 1).CopyTo(full.AsSpan(2));
            (full[0], full[1]) = (extents[0], definition.Classes);
            extents = full;
        }

        ReadOnlySpan<long> spatial = extents.AsSpan(Math.Min(2, extents.Length)), labelled = target.shape;
        if (labelled.Length < spatial.Length || !labelled.Slice(labelled.Length - spatial.Length).SequenceEqual(spatial))
        {
            throw new ArgumentException(
                $"target has the shape {TorchChecks.Text(target.shape)} and the predictions {TorchChecks.Text(predicted.shape)}; "
                    + "they must be of the same pixels.",
                "target");
        }

        return TorchChecks.Batch(definition, torch.zeros(1, device: predicted.device).expand(extents), target, "logits");
    }

    private static void Accumulate<TTarget>(PixelMetric metric, Tensor logits, Tensor target, LossShape shape)
        where TTarget : unmanaged
    {
        ReadOnlySpan<TTarget> y = MemoryMarshal.Cast<byte, TTarget>(target.bytes);
        Span<byte> x = logits.bytes;
        switch (logits.dtype)
        {
            case ScalarType.Bool:
                metric.Accumulate<bool, TTarget>(MemoryMarshal.Cast<byte, bool>(x), y, shape);
                break;
            case ScalarType.Int64:
                metric.Accumulate<long, TTarget>(MemoryMarshal.Cast<byte, long>(x), y, shape);
                break;
            case ScalarType.Float64:
                metric.Accumulate<double, TTarget>(MemoryMarshal.Cast<byte, double>(x), y, shape);
                break;
            case ScalarType.Float16:
                metric.Accumulate<Half, TTarget>(MemoryMarshal.Cast<byte, Half>(x), y, shape);
                break;
            case ScalarType.BFloat16:
                metric.Accumulate<BFloat16, TTarget>(MemoryMarshal.Cast<byte, BFloat16>(x), y, shape);
                break;
            default:
                metric.Accumulate<float, TTarget>(MemoryMarshal.Cast<byte, float>(x), y, shape);
                break;
        }
    }

    // A dense target that is counted is float or double.
    private static Tensor Dense(Tensor target)
    {
        bool isRead = target.dtype is ScalarType.Float32 or ScalarType.Float64;
        return TensorMemory.Contiguous(isRead ? target.cpu() : target.to_type(ScalarType.Float32).cpu());
    }
}
