#!/usr/bin/env bash
# A number that becomes a TorchSharp Scalar by itself may be freed by the garbage collector while libtorch is reading it.
#
# x.mul(1.5) and x * 1.5 make a Scalar, hand its native pointer on and keep no reference: a collection on another thread, or in the background, in just
# that moment lets its finaliser free what the call still reads. .NET's own SafeHandle and GC.KeepAlive exist for this. The call throws "Unknown scalar type" or
# "Expected false to be true", and optimisers are made of such calls: a training in a program that collects often ends at a random step.
# Seen, TorchSharp 0.107.0, one thread that collects without pause: 122 of 1,403,989 products threw with an implicit Scalar, none of
# 1,541,511 with a Scalar that a variable holds. Where only one thread allocates, <ConcurrentGarbageCollection>false leaves no such moment.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp "${TORCH[@]}" <<'CS'
using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;
bool stop = false;
var collector = new Thread(() =>
{
    while (!Volatile.Read(ref stop))
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
});
collector.Start();
using Tensor x = ones(64);
using Scalar kept = 1.5;
(long Calls, long Thrown) Multiply(Func<Tensor> product)
{
    long calls = 0, thrown = 0;
    for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < 20; calls++)
    {
        try
        {
            product().Dispose();
        }
        catch (Exception)
        {
            thrown++;
        }
    }
    return (calls, thrown);
}
var held = Multiply(() => x.mul(kept));
var loose = Multiply(() => x.mul(1.5));
Volatile.Write(ref stop, true);
collector.Join();
Console.WriteLine($"a Scalar in a variable: {held.Thrown} of {held.Calls} threw; an implicit one: {loose.Thrown} of {loose.Calls}");
GC.KeepAlive(kept);
return held.Thrown == 0 && loose.Thrown > 0 ? 0 : 1;
CS
