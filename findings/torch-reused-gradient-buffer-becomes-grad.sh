#!/usr/bin/env bash
# A gradient buffer that is passed to backward and used again trains wrongly: .grad may be the buffer itself.
#
# libtorch 2.10 (TorchSharp 0.107.0) keeps the gradient that it is given as .grad of a leaf, or a view of it where the leaf reaches the
# output through a view, instead of a copy. The optimiser's zero_grad() of TorchSharp zeroes in place and keeps the tensor, so from the
# next step on the buffer and .grad are one memory, and accumulation adds the new gradient to itself.
# Seen: three steps with upstream 0.01 in one buffer, zero_grad() between: .grad is 0.01, 0.02, 0.02. A fresh tensor each step: 0.01 each.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp "${TORCH[@]}" <<'CS'
using static TorchSharp.torch;
double[] Steps(bool reuse)
{
    var leaf = new TorchSharp.Modules.Parameter(zeros(1, 4, dtype: float64));
    var optimiser = optim.SGD([leaf], 0.1);
    var buffer = zeros(1, 1, 4, dtype: float64);
    var seen = new double[3];
    for (int step = 0; step < 3; step++)
    {
        optimiser.zero_grad();
        var output = leaf.unsqueeze(0);
        if (!reuse)
            buffer = zeros(1, 1, 4, dtype: float64);
        buffer.fill_(0.01);
        output.backward([buffer]);
        seen[step] = leaf.grad![0, 0].item<double>();
    }
    return seen;
}
double[] reused = Steps(true), fresh = Steps(false);
Console.WriteLine($"one buffer: {string.Join(", ", reused)}; a fresh tensor each step: {string.Join(", ", fresh)}");
return fresh.All(g => g == 0.01) && reused[0] == 0.01 && reused[1] != 0.01 ? 0 : 1;
CS
