#!/usr/bin/env bash
# TorchSharp's Gaussian negative log-likelihood averages over the rows alone and gives the variance no gradient.
#
# PyTorch's gaussian_nll_loss(reduction='mean') is the mean over all elements, and trains the variance. TorchSharp 0.107.0 writes the
# loss itself: for (N, D) the mean is D times PyTorch's, and the variance is detached, so a network's variance head never learns.
# Seen: zeros against zeros with variance 2, (4, 3): 1.0397 = 3 * log(2) / 2 where 0.3466 is the mean; no gradient reaches the variance,
# though it requires one (PyTorch's is 1 / (2 * 2) / 12 for each).
source "$(dirname "$0")/support/dotnet.sh"
run_csharp "${TORCH[@]}" <<'CS'
using static TorchSharp.torch;
var input = zeros(4, 3, dtype: float64, requires_grad: true);
var variance = full([4, 3], 2.0, dtype: float64).requires_grad_(true);
var value = nn.functional.gaussian_nll_loss(input, zeros(4, 3, dtype: float64), variance);
value.backward();
double got = value.item<double>(), mean = Math.Log(2) / 2;
var gradient = variance.grad;
Console.WriteLine($"value {got:R}, mean over the elements {mean:R}, gradient of the variance {(gradient is null ? "none" : gradient.abs().max().item<double>().ToString("R"))}");
return Math.Abs(got - 3 * mean) < 1e-12 && (gradient is null || gradient.abs().max().item<double>() == 0) ? 0 : 1;
CS
