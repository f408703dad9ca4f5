#!/usr/bin/env bash
# .NET's SoftMax, LogP1 and ExpM1 are the formulas as written, not the stable functions of that name.
#
# System.Numerics.Tensors 10.0.12 on .NET 10: TensorPrimitives.SoftMax divides exponentials without subtracting the maximum, so logits
# of 100 give NaN in float; TensorPrimitives.LogP1(x) is Log(1 + x) and ExpM1(x) is Exp(x) - 1, which are 0 at 1e-20; so are double.LogP1 and
# double.ExpM1 of the runtime itself. torch, NumPy and C's log1p and expm1 give 1e-20.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp System.Numerics.Tensors=10.0.12 <<'CS'
using System.Numerics.Tensors;
float[] probabilities = new float[2];
TensorPrimitives.SoftMax<float>([100f, 100f], probabilities);
double[] log1p = new double[1], expm1 = new double[1];
TensorPrimitives.LogP1<double>([1e-20], log1p);
TensorPrimitives.ExpM1<double>([1e-20], expm1);
Console.WriteLine($".NET {Environment.Version}; SoftMax(100, 100) = {probabilities[0]}, {probabilities[1]}; LogP1(1e-20) = {log1p[0]}, ExpM1(1e-20) = {expm1[0]}; double.LogP1 {double.LogP1(1e-20)}, double.ExpM1 {double.ExpM1(1e-20)}");
return float.IsNaN(probabilities[0]) && log1p[0] == 0 && expm1[0] == 0 && double.LogP1(1e-20) == 0 && double.ExpM1(1e-20) == 0 ? 0 : 1;
CS
