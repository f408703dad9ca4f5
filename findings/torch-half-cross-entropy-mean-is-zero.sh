#!/usr/bin/env bash
# cross_entropy of float16 logits on the CPU is 0, with gradient 0, from 65,520 pixels on.
#
# libtorch 2.10 (through TorchSharp 0.107.0) divides by the number of pixels in float16, where 65,520 rounds to infinity. A diverging
# or untrained network then looks perfect and never learns. float32 and bfloat16 are right; float16 with 65,519 pixels is, too.
# Seen: two classes with equal logits (the loss is log 2 = 0.693 everywhere): 0.693 at 65,519 pixels, 0 at 65,520; gradient 0.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp "${TORCH[@]}" <<'CS'
using static TorchSharp.torch;
(double, double) Loss(ScalarType type, long pixels)
{
    var logits = zeros(1, 2, pixels, dtype: type, requires_grad: true);
    var value = nn.functional.cross_entropy(logits, zeros(1, pixels, dtype: int64));
    value.backward();
    return (value.to(float64).item<double>(), logits.grad!.to(float64).abs().sum().item<double>());
}
var below = Loss(float16, 65_519);
var at = Loss(float16, 65_520);
var bfloat = Loss(bfloat16, 65_520);
var single = Loss(float32, 65_520);
Console.WriteLine($"float16, 65,519 pixels {below}; 65,520 {at}; bfloat16 {bfloat}; float32 {single} (value, sum of |gradient|)");
return Math.Abs(below.Item1 - 0.693) < 0.01 && at == (0, 0) && Math.Abs(bfloat.Item1 - 0.693) < 0.01 && Math.Abs(single.Item1 - 0.693) < 0.001 ? 0 : 1;
CS
