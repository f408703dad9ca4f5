#!/usr/bin/env bash
# backward with a gradient of three numbers for a scalar adds all three, without an error.
#
# PyTorch refuses a gradient whose shape is not the output's ("Mismatch in shape"). TorchSharp 0.107.0 over libtorch 2.10 takes
# value.backward([ones(3)]) of a scalar value: the gradient arrives three times as large.
# Seen: d(2x)/dx with upstream ones(3) is 6; with upstream ones() it is 2.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp "${TORCH[@]}" <<'CS'
using static TorchSharp.torch;
double Gradient(Tensor upstream)
{
    var x = tensor(1.0).requires_grad_(true);
    (2 * x).backward([upstream]);
    return x.grad!.item<double>();
}
double three, one = Gradient(tensor(1.0));
try { three = Gradient(ones(3, dtype: float64)); }
catch (Exception exception) { Console.WriteLine($"refused: {exception.Message.Split('\n')[0]}"); return 1; }
Console.WriteLine($"upstream of one number {one:R}, of three {three:R}");
return one == 2 && three == 6 ? 0 : 1;
CS
