namespace LossGen.Generated;

using System;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>What a node of the graph saved for its backward pass.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal interface ISavedTensors
{
    /// <summary>Logits and target, then the loss's own inputs. Throws where one was changed in place.</summary>
    Tensor[] Unpack();

    /// <summary>Lets go of them.</summary>
    void Release();
}

/// <summary>
/// Joins a call to the autograd graph, and its backward pass. Everything that can fail has happened before the value is joined; what is
/// thrown in a callback of the backward pass would end the process.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class LossBackward
{
    /// <summary>Uses TorchSharp's custom functions, on this thread. For tests.</summary>
    [field: ThreadStatic]
    internal static bool ForceFunction { get; set; }

    // From here on a handle that waits for the next call is too much memory.
    private const long LargeGradient = 1 << 20;

    // libtorch takes the gradient after the callback has returned. Where it cannot tell when, the handle goes to the caller's scope if
    // there is one, and at the latest with the next call.
    [ThreadStatic]
    private static Tensor? s_returned;

    /// <summary>The value of a call: part of the graph where the logits are.</summary>
    public static Tensor Value(Tensor logits, Tensor target, LossCall call, Tensor[] inputs, LossComponents? components)
    {
        bool isRecorded = logits.requires_grad && torch.is_grad_enabled();
        call.Evaluate(logits, target, inputs, components, isRecorded);
        return isRecorded ? Join(logits, target, call, inputs) : call.TakeValue();
    }

    private static Tensor Join(Tensor logits, Tensor target, LossCall call, Tensor[] inputs)
    {
        Tensor value = LossNode.IsSupported && !ForceFunction
            ? LossNode.Apply(logits, target, call, inputs)
            : LossFunction.Apply(logits, target, call, inputs);
        call.Token.Join(value);
        return value;
    }

    /// <summary>The gradient at the logits, null where it failed. Throws nothing.</summary>
    /// <param name="call">The call.</param>
    /// <param name="upstream">The gradient of the value, which is disposed.</param>
    /// <param name="saved">What the node saved.</param>
    public static Tensor? Run(LossCall call, Tensor upstream, ISavedTensors saved)
    {
        try
        {
            s_returned?.Dispose();
            using var scope = torch.NewDisposeScope();
            Tensor[] tensors = saved.Unpack();
            Tensor gradient = call.Gradient(tensors[0], tensors[1], tensors.AsSpan(2).ToArray(), upstream).MoveToOuterDisposeScope();
            s_returned = IsHandedOver(gradient, upstream) ? null : gradient;

            // As torch's own operations: what was saved goes, unless the graph is retained.
            if (call.Token.IsReleased)
                saved.Release();
            return gradient;
        }
        catch (Exception error)
        {
            return s_returned = BackwardFailure.Leave(call.Name, error, upstream.device);
        }
        finally
        {
            upstream.Dispose();
        }
    }

    // The gradient that arrives is a tensor of the operation behind the loss, which nobody else has, and libtorch drops it when it has
    // taken ours. So on memory of ours it tells when.
    private static bool IsHandedOver(Tensor gradient, Tensor upstream)
    {
        if (torch.is_grad_enabled() || gradient.device_type != DeviceType.CPU || upstream.device_type != DeviceType.CPU)
            return false;
        if (gradient.numel() * gradient.element_size() < LargeGradient && LossRuntime.RetainedGradientBytes > 0)
            return false;
        gradient.DetachFromDisposeScope();
        using Tensor lent = LentMemory.Tensor(upstream.dtype, gradient.Dispose);
        upstream.set_(lent);
        return true;
    }
}
