#!/usr/bin/env bash
# clamp with tensor bounds broadcasts its input to them, and its backward pass then refuses.
#
# libtorch 2.10 (through TorchSharp 0.107.0): clamp(x, low, high) of x (2, 1, 4) with a bound of (1, 3, 1) has the value (2, 3, 4), as any
# element-wise operation would, but its backward pass works in place on a mask of x's own shape. minimum and maximum have gradients there,
# and so has clamp of x expanded to the bounds first.
# Seen: "output with shape [2, 1, 4] doesn't match the broadcast shape [2, 3, 4]" from backward(); maximum of minimum gives a gradient of (2, 1, 4).
source "$(dirname "$0")/support/dotnet.sh"
run_csharp "${TORCH[@]}" <<'CS'
using TorchSharp;
using static TorchSharp.torch;
string Backward(Func<Tensor, Tensor, Tensor, Tensor> clamped)
{
    var x = rand(2, 1, 4).requires_grad_();
    var y = clamped(x, zeros(1, 1, 1), full([1, 3, 1], 0.5));
    try
    {
        y.sum().backward();
        return $"value ({string.Join(", ", y.shape)}), gradient ({string.Join(", ", x.grad!.shape)})";
    }
    catch (Exception error)
    {
        return $"value ({string.Join(", ", y.shape)}), backward: {error.Message.Split('\n')[0]}";
    }
}
string own = Backward((x, low, high) => clamp(x, low, high));
string parts = Backward((x, low, high) => maximum(minimum(x, high), low));
string expanded = Backward((x, low, high) => clamp(x.expand(2, 3, 4), low, high));
Console.WriteLine($"clamp: {own}\nmaximum of minimum: {parts}\nclamp of the expanded input: {expanded}");
return own.Contains("broadcast shape") && own.StartsWith("value (2, 3, 4)") && parts == "value (2, 3, 4), gradient (2, 1, 4)" && expanded == parts ? 0 : 1;
CS
