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
        Tensor x = TensorMemory.Contiguous(logits.detach().cpu());
        Tensor y = shape.HasLabels ? TensorMemory.Contiguous(target.cpu()) : Dense(target.detach());
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
        Span<byte> x = logits.bytes;
        switch (logits.dtype)
        {
            case ScalarType.Float64:
                scores.Accumulate<double, TTarget>(MemoryMarshal.Cast<byte, double>(x), y, shape);
                break;
            case ScalarType.Float16:
                scores.Accumulate<Half, TTarget>(MemoryMarshal.Cast<byte, Half>(x), y, shape);
                break;
            case ScalarType.BFloat16:
                scores.Accumulate<BFloat16, TTarget>(MemoryMarshal.Cast<byte, BFloat16>(x), y, shape);
                break;
            default:
                scores.Accumulate<float, TTarget>(MemoryMarshal.Cast<byte, float>(x), y, shape);
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
