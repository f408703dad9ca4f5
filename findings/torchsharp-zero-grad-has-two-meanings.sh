#!/usr/bin/env bash
# optimizer.zero_grad() leaves gradients of zeros, module.zero_grad() takes the gradients away.
#
# PyTorch 2 sets gradients to None in both. In TorchSharp 0.107.0 they differ: after the optimiser's, grad is the same tensor filled with zeros
# (so whoever shares its memory sees zeros, and momentum and weight decay still step parameters that got no gradient); after the module's it
# is null.
# Seen: after optimizer.zero_grad() grad has the handle of before and is 0; after module.zero_grad() grad is null; a parameter that gets no
# gradient in the next step still moves by weight decay with the first and stays with the second.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp "${TORCH[@]}" <<'CS'
using static TorchSharp.torch;
(bool Kept, double Moved) After(bool byOptimiser)
{
    var linear = nn.Linear(1, 1, hasBias: false, dtype: float64);
    linear.weight!.detach().fill_(1.0);
    var optimiser = optim.SGD(linear.parameters(), 0.1, weight_decay: 0.5);
    linear.call(ones(1, 1, dtype: float64)).sum().backward();
    if (byOptimiser)
        optimiser.zero_grad();
    else
        linear.zero_grad();
    bool kept = linear.weight!.grad is not null;
    optimiser.step();
    return (kept, 1 - linear.weight!.item<double>());
}
var optimiser = After(true);
var module = After(false);
Console.WriteLine($"optimizer.zero_grad: gradient kept {optimiser.Kept}, moved {optimiser.Moved:R}; module.zero_grad: kept {module.Kept}, moved {module.Moved:R}");
return optimiser.Kept && Math.Abs(optimiser.Moved - 0.05) < 1e-12 && !module.Kept && module.Moved == 0 ? 0 : 1;
CS
