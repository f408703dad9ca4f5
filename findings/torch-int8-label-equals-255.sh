#!/usr/bin/env bash
# A comparison of an integer tensor with a number first wraps the number to the tensor's type: int8 -1 equals 255.
#
# Datasets mark ignored pixels with 255. Where labels are int8 and another class marker is -1, `labels.eq(255)` takes both for ignored;
# uint8 255 equals -1 just so. libtorch 2.10 through TorchSharp 0.107.0; no warning. Comparing with a tensor of a wider type does not wrap.
# Seen: int8 [-1, 0, 1] == 255 gives [true, false, false]; against an int64 tensor of 255 all are false.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp "${TORCH[@]}" <<'CS'
using static TorchSharp.torch;
var labels = tensor(new sbyte[] { -1, 0, 1 });
bool[] number = labels.eq(255).data<bool>().ToArray();
bool[] tensor64 = labels.eq(tensor(new long[] { 255 })).data<bool>().ToArray();
bool[] unsigned = tensor(new byte[] { 255, 0 }).eq(-1).data<bool>().ToArray();
Console.WriteLine($"int8 -1, 0, 1 == 255: {string.Join(", ", number)}; == int64 tensor: {string.Join(", ", tensor64)}; uint8 255, 0 == -1: {string.Join(", ", unsigned)}");
return number is [true, false, false] && tensor64 is [false, false, false] && unsigned is [true, false] ? 0 : 1;
CS
