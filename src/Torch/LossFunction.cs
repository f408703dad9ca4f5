namespace LossGen.Generated;

using System;
using System.Collections.Generic;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>A loss as a custom function of TorchSharp: for the versions of it that <see cref="LossNode"/> does not know.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal sealed class LossFunction : autograd.SingleTensorFunction<LossFunction>
{
    private const string Call = "call";

    // The arguments are logits, target and call, then the loss's own inputs.
    private const int First = 3;

    /// <summary>The value of a call as part of the graph of the logits.</summary>
    public static Tensor Apply(Tensor logits, Tensor target, LossCall call, Tensor[] inputs)
    {
        var arguments = new object[First + inputs.Length];
        arguments[0] = logits;
        arguments[1] = Savable(target);
        arguments[2] = call;
        for (int k = 0; k < inputs.Length; k++)
            arguments[First + k] = Savable(inputs[k]);
        return apply(arguments);
    }

    /// <inheritdoc/>
    public override string Name => "LossGen";

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        // An upstream gradient that is missing comes as such instead of as zeros.
        ctx.set_materialize_grads(false);
        var saved = new List<Tensor> { (Tensor)vars[0], (Tensor)vars[1] };
        for (int k = First; k < vars.Length; k++)
            saved.Add((Tensor)vars[k]);
        ctx.save_for_backward(saved);
        var call = (LossCall)vars[2];
        ctx.save_data(Call, call);
        return call.TakeValue();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor upstream)
    {
        var call = (LossCall)ctx.get_data(Call);
        Tensor? gradient = upstream.IsInvalid ? null : LossBackward.Run(call, upstream, new Saved(ctx, call));
        var gradients = new List<Tensor> { gradient!, null!, null! };
        for (int k = 0; k < call.InputCount; k++)
            gradients.Add(null!);
        return gradients;
    }

    // Tensors that were made in inference mode cannot be saved, which would fail when the node is in the graph already, and nothing but
    // saving one tells: here in a product of no elements.
    private static Tensor Savable(Tensor tensor)
    {
        try
        {
            using Tensor none = torch.empty(new long[] { 0 }, dtype: ScalarType.Float32, device: tensor.device, requires_grad: true);
            using Tensor part = tensor.reshape(-1).narrow(0, 0, 0);
            none.mul(part).Dispose();
            return tensor;
        }
        catch (System.Runtime.InteropServices.ExternalException)
        {
            return tensor.clone();
        }
    }

    private sealed class Saved : ISavedTensors
    {
        private readonly autograd.AutogradContext context;
        private readonly LossCall call;

        public Saved(autograd.AutogradContext context, LossCall call)
        {
            this.context = context;
            this.call = call;
        }

        public Tensor[] Unpack() => context.get_saved_variables().ToArray();

        public void Release()
        {
            context.Dispose();
            call.Release();
        }
    }
}
