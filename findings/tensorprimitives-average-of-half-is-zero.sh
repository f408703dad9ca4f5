#!/usr/bin/env bash
# The average of 100,000 ones in half precision is 0, not 1.
#
# System.Numerics.Tensors 10.0.12 on .NET 10: TensorPrimitives.Sum adds Half in Half, one after the other, and stays at 2048, where adding 1 changes
# nothing; TensorPrimitives.Average divides that by the number of elements as a Half, which is infinite above 65504. With 5000 ones it is
# 0.4097. torch sums half in float32, and its mean is 1. In float, 2^24 times 0.1 sum up to one per cent too much.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp System.Numerics.Tensors=10.0.12 <<'CS'
using System.Numerics.Tensors;

Half[] ones = new Half[100_000];
Array.Fill(ones, (Half)1f);
float sum = (float)TensorPrimitives.Sum<Half>(ones), few = (float)TensorPrimitives.Average<Half>(ones.AsSpan(0, 5000)), many = (float)TensorPrimitives.Average<Half>(ones);
float[] tenths = new float[1 << 24];
Array.Fill(tenths, 0.1f);
float single = TensorPrimitives.Sum<float>(tenths) / (0.1f * tenths.Length);
Console.WriteLine($".NET {Environment.Version}: ones in Half: sum of 100000 = {sum}, average of 5000 = {few}, of 100000 = {many}; float: the sum of 2^24 tenths is {single} of what it should be");
return sum == 2048 && few < 0.5f && many == 0 && single > 1.005f ? 0 : 1;
CS
