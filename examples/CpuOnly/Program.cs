using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using CpuOnly;
using LossGen;
using LossGen.Reference;

// A loss on plain arrays: no TorchSharp, no native library. Publish it as a single native executable:
//     dotnet publish -c Release examples/CpuOnly
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Batch = 2, Classes = 4, Height = 256, Width = 256, Pixels = Height * Width;
var shape = new LossShape(Batch, Classes, Pixels);
var loss = new DiceCrossEntropy();

// Labels: bands of different width with a round hole, so that the classes differ in size. Logits: noise.
byte[] labels = new byte[Batch * Pixels];
float[] logits = new float[Batch * Classes * Pixels];
float[] gradient = new float[logits.Length];
var random = new Random(1);
for (int i = 0; i < labels.Length; i++)
{
    int row = i % Pixels / Width, column = i % Width;
    bool inHole = Math.Pow(row - 90, 2) + Math.Pow(column - 140, 2) < 900;
    labels[i] = (byte)(inHole ? 3 : column < 150 ? 0 : column < 230 ? 1 : 2);
}
for (int i = 0; i < logits.Length; i++)
    logits[i] = 2 * random.NextSingle() - 1;

Console.WriteLine($"Dice + 0.5 cross-entropy, {Batch}x{Classes}x{Height}x{Width}, float; vectors of {Lanes()} bits");
Console.WriteLine();

// 1. The value, and the value with the gradient.
double value = loss.Evaluate(logits, labels, shape);
double again = loss.EvaluateWithGradient(logits, labels, shape, gradient);
Console.WriteLine($"value                          {value:F9}");
Console.WriteLine($"value, with the gradient       {again:F9}");

// 2. In pieces, as for tiles, micro-batches or several processes: the sums of the pieces are the sums of the whole.
LossStatistics sums = loss.CreateStatistics(shape);
var image = new LossShape(batch: 1, Classes, Pixels);
for (int n = 0; n < Batch; n++)
    loss.Accumulate(logits.AsSpan(n * Classes * Pixels, Classes * Pixels), labels.AsSpan(n * Pixels, Pixels), image, sums);
Console.WriteLine($"value, image by image          {loss.Finish(sums):F9}   from {sums.Values.Length} sums");

// 3. One entry of the gradient against a difference quotient of the reference, which runs the formulas as they are written.
int entry = 12345;
double[] exact = Array.ConvertAll(logits, x => (double)x);
long[] wide = Array.ConvertAll(labels, x => (long)x);
double Reference(double step)
{
    exact[entry] = logits[entry] + step;
    return ReferenceEvaluation.Evaluate(loss, shape, exact, wide);
}
double quotient = (Reference(1e-3) - Reference(-1e-3)) / 2e-3;
Console.WriteLine($"gradient[{entry}]                {gradient[entry]:E6}   difference quotient {quotient:E6}");

// 4. The gradient is good for something: descend.
Console.WriteLine();
Console.WriteLine("step     loss   pixels right");
for (int step = 0; step <= 50; step++)
{
    value = loss.EvaluateWithGradient(logits, labels, shape, gradient);
    if (step % 10 == 0)
        Console.WriteLine($"{step,4}   {value:F4}   {Right():P1}");
    for (int i = 0; i < logits.Length; i++)
        logits[i] -= 2e5f * gradient[i];
}

// 5. What it costs.
const int Rounds = 20;
var clock = Stopwatch.StartNew();
long before = GC.GetAllocatedBytesForCurrentThread();
for (int round = 0; round < Rounds; round++)
    loss.EvaluateWithGradient(logits, labels, shape, gradient);
long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
Console.WriteLine();
Console.WriteLine($"{clock.Elapsed.TotalMilliseconds / Rounds:F2} ms for value and gradient on one core, {allocated} bytes allocated in {Rounds} calls");

int Lanes() => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

double Right()
{
    int right = 0;
    for (int i = 0; i < labels.Length; i++)
    {
        int first = (i / Pixels * Classes * Pixels) + (i % Pixels), best = 0;
        for (int c = 1; c < Classes; c++)
        {
            if (logits[first + (c * Pixels)] > logits[first + (best * Pixels)])
                best = c;
        }
        if (best == labels[i])
            right++;
    }
    return right / (double)labels.Length;
}
