#!/usr/bin/env bash
# A product without elements converts the whole of an integer operand.
#
# libtorch 2.10 (through TorchSharp 0.107.0) promotes the types of both operands before it looks at how much there is to compute: empty(0, 1)
# of float32 times 50 million int64 labels makes 50 million floats, and throws them away. A view of no elements of the labels, in their
# place, costs microseconds.
# Seen: 170 ms for the labels, well below one for a float32 operand of the same size or for labels.narrow(0, 0, 0).
source "$(dirname "$0")/support/dotnet.sh"
run_csharp "${TORCH[@]}" <<'CS'
using System.Diagnostics;
using static TorchSharp.torch;
Tensor labels = zeros(50_000_000, dtype: int64), floats = zeros(50_000_000, dtype: float32), none = empty([0, 1], dtype: float32);
double Milliseconds(Func<Tensor> product)
{
    double best = double.MaxValue;
    for (int k = 0; k < 5; k++)
    {
        long start = Stopwatch.GetTimestamp();
        using Tensor result = product();
        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        if (result.numel() != 0)
            throw new InvalidOperationException($"{result.numel()} elements");
    }
    return best;
}
double whole = Milliseconds(() => none.mul(labels)), single = Milliseconds(() => none.mul(floats)), part = Milliseconds(() => none.mul(labels.narrow(0, 0, 0).unsqueeze(0)));
Console.WriteLine($"none times int64 labels {whole:0.000} ms, times float32 {single:0.000} ms, times no labels {part:0.000} ms");
return whole > 20 * single && whole > 20 * part ? 0 : 1;
CS
