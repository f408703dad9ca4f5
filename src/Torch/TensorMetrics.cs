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
    /// <summary>
    /// Counts a piece. Tensors of other devices and types than float and double on the CPU are copied there as float, which waits for them.
    /// </summary>
    /// <param name="scores">The counts.</param>
    /// <param name="logits">(N, C, spatial...) or (N, C), of any floating type.</param>
    /// <param name="target">Class indices (N, spatial...) of any integer type or bool, or dense like the logits, of a floating type or
    /// bool.</param>
    /// <exception cref="ArgumentException">The tensors do not fit each other; the message names the one.</exception>
    public static void Accumulate(this ClassScores scores, Tensor logits, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(target);
        using var scope = torch.NewDisposeScope();
        BatchShape shape = TorchChecks.Batch(scores.Definition, logits, target.detach(), nameof(logits));
        Tensor x = Readable(logits.detach()), y = shape.HasLabels ? TensorMemory.Contiguous(target.cpu()) : Readable(target.detach());
        LossShape extents = shape.ToLossShape();
        switch (y.dtype)
        {
            case ScalarType.Byte or ScalarType.Bool: // dense truth values are float by now
                Accumulate<byte>(scores, x, y, extents);
                break;
            case ScalarType.Int8:
                Accumulate<sbyte>(scores, x, y, extents);
                break;
            case ScalarType.Int16:
                Accumulate<short>(scores, x, y, extents);
                break;
            case ScalarType.Int32:
                Accumulate<int>(scores, x, y, extents);
                break;
            case ScalarType.Int64:
                Accumulate<long>(scores, x, y, extents);
                break;
            case ScalarType.Float64:
                Accumulate<double>(scores, x, y, extents);
                break;
            default:
                Accumulate<float>(scores, x, y, extents);
                break;
        }

        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }

    private static void Accumulate<TTarget>(ClassScores scores, Tensor logits, Tensor target, LossShape shape)
        where TTarget : unmanaged
    {
        ReadOnlySpan<TTarget> y = MemoryMarshal.Cast<byte, TTarget>(target.bytes);
        if (logits.dtype == ScalarType.Float64)
            scores.Accumulate(MemoryMarshal.Cast<byte, double>(logits.bytes), y, shape);
        else
            scores.Accumulate(MemoryMarshal.Cast<byte, float>(logits.bytes), y, shape);
    }

    private static Tensor Readable(Tensor tensor)
    {
        bool isRead = tensor.dtype is ScalarType.Float32 or ScalarType.Float64;
        return TensorMemory.Contiguous(isRead ? tensor.cpu() : tensor.to_type(ScalarType.Float32).cpu());
    }
}
