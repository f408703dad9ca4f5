#!/usr/bin/env bash
# TorchSharp's functional kl_div reads the target as log-probabilities unless told otherwise.
#
# PyTorch: torch.nn.functional.kl_div(input, target, log_target=False). TorchSharp 0.107.0: log_target is true by default, so a
# port that passes probabilities, as PyTorch's documentation has it, gets another number and no error.
# Seen: for input = log p, target = p (the divergence of a distribution from itself) TorchSharp gives 6.207, the meaning in PyTorch is 0.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp "${TORCH[@]}" <<'CS'
using static TorchSharp.torch;
var p = tensor(new[] { 0.2, 0.3, 0.5 });
double byDefault = nn.functional.kl_div(p.log(), p, reduction: nn.Reduction.Sum).item<double>();
double asPyTorch = nn.functional.kl_div(p.log(), p, log_target: false, reduction: nn.Reduction.Sum).item<double>();
double asLogTarget = nn.functional.kl_div(p.log(), p, log_target: true, reduction: nn.Reduction.Sum).item<double>();
Console.WriteLine($"kl_div(log p, p): default {byDefault:R}, log_target: false {asPyTorch:R}, log_target: true {asLogTarget:R}");
return Math.Abs(asPyTorch) < 1e-12 && byDefault == asLogTarget && byDefault > 0.5 ? 0 : 1;
CS
