#!/usr/bin/env bash
# A custom autograd function of TorchSharp never frees what it saved, and lets backward run twice.
#
# PyTorch frees saved tensors once backward ran without retain_graph, and refuses a second backward ("Trying to backward through the graph a
# second time"). A SingleTensorFunction of TorchSharp 0.107.0 over libtorch 2.10 keeps its saved tensors until the whole graph goes, so a kept
# loss value holds a batch of logits in memory; and a second backward() without retain_graph runs and doubles the gradient. Torch's own
# operations in the same process behave as PyTorch's.
# Seen: x squared by a custom function, backward twice: the gradient is 4 then 8, no error; with torch's own square the second call throws.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp "${TORCH[@]}" <<'CS'
using TorchSharp;
using static TorchSharp.torch;
static (string, double) Twice(Func<Tensor, Tensor> square)
{
    var x = tensor(2.0).requires_grad_(true);
    var y = square(x);
    y.backward();
    string second;
    try { y.backward(); second = "ran"; }
    catch (System.Runtime.InteropServices.ExternalException) { second = "refused"; }
    return (second, x.grad!.item<double>());
}
var custom = Twice(x => SquareFunction.apply(x));
var own = Twice(x => x.square());
Console.WriteLine($"second backward: custom function {custom}, torch's own {own}");
return custom == ("ran", 8.0) && own == ("refused", 4.0) ? 0 : 1;

sealed class SquareFunction : torch.autograd.SingleTensorFunction<SquareFunction>
{
    public override string Name => nameof(SquareFunction);

    public override Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        ctx.save_for_backward([x]);
        return x * x;
    }

    public override List<Tensor> backward(torch.autograd.AutogradContext ctx, Tensor grad_output) =>
        [2 * ctx.get_saved_variables()[0] * grad_output];
}
CS
