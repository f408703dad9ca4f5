#!/usr/bin/env bash
# .NET's vectorised tanh and sinh of small numbers are off by up to a per cent, and exact in an array of one number.
#
# System.Numerics.Tensors 10.0.12 on .NET 10: in an array of 64 floats, TensorPrimitives.Tanh(1e-5) is 9.954e-06 and Sinh(1e-5) 1.00733e-05: both come from
# differences of exponentials near 1, which leave two or three digits. In an array of one such number Tanh, computed without vectors, is
# exact to the last bit: what a number becomes depends on how many stand beside it. torch.tanh and NumPy's give 1e-5 in any array.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp System.Numerics.Tensors=10.0.12 <<'CS'
using System.Numerics.Tensors;

float[] many = new float[64], one = [1e-5f], tanh = new float[64], sinh = new float[64], alone = new float[1];
Array.Fill(many, 1e-5f);
TensorPrimitives.Tanh<float>(many, tanh);
TensorPrimitives.Sinh<float>(many, sinh);
TensorPrimitives.Tanh<float>(one, alone);
Console.WriteLine($".NET {Environment.Version}: of 1e-5: Tanh among 64 {tanh[0]}, alone {alone[0]}, MathF.Tanh {MathF.Tanh(1e-5f)}; Sinh among 64 {sinh[0]}, MathF.Sinh {MathF.Sinh(1e-5f)}");
return Math.Abs(tanh[0] / 1e-5f - 1) > 1e-3 && alone[0] == MathF.Tanh(1e-5f) && Math.Abs(sinh[0] / 1e-5f - 1) > 1e-4 ? 0 : 1;
CS
