#!/usr/bin/env bash
# TorchSharp's hinge embedding loss has margin 1 as a module and margin 0 as a function.
#
# PyTorch has margin=1.0 for both. In TorchSharp 0.107.0 functional.hinge_embedding_loss has 0, with which a pair that is not alike
# (target -1) costs nothing at any distance: no error, no gradient.
# Seen: distances 0.25 and 0.5, targets -1: the module gives 0.625, the function 0; the function with margin 1 gives 0.625.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp "${TORCH[@]}" <<'CS'
using static TorchSharp.torch;
var distance = tensor(new[] { 0.25, 0.5 });
var unlike = tensor(new[] { -1.0, -1.0 });
double module = nn.HingeEmbeddingLoss().call(distance, unlike).item<double>();
double function = nn.functional.hinge_embedding_loss(distance, unlike).item<double>();
double stated = nn.functional.hinge_embedding_loss(distance, unlike, 1).item<double>();
Console.WriteLine($"module {module:R}, function {function:R}, function with margin 1 {stated:R}");
return module == 0.625 && function == 0 && stated == 0.625 ? 0 : 1;
CS
