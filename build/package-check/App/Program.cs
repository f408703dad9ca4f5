using App;
using LossGen;
using LossGen.Reference;

const int Pixels = 300;
var shape = new LossShape(batch: 2, classes: 4, pixels: Pixels);
var random = new Random(1);
float[] logits = [.. Enumerable.Range(0, 2 * 4 * Pixels).Select(_ => (4 * random.NextSingle()) - 2)];
long[] labels = [.. Enumerable.Range(0, 2 * Pixels).Select(_ => random.NextInt64(4))];
float[] target = [.. Enumerable.Range(0, logits.Length).Select(_ => (float)random.Next(2))];
float[] gradient = new float[logits.Length];
double[] exact = Array.ConvertAll(logits, x => (double)x);
bool right = true;

foreach (ILoss loss in (ILoss[])[new DiceCrossEntropy(), new FBetaFocal { Beta = 0.5 }, new Mine()])
    Check(loss, loss.EvaluateWithGradient(logits, labels, shape, gradient), ReferenceEvaluation.Evaluate(loss, shape, exact, labels));
var dense = new LogCoshDice();
Check(dense, dense.EvaluateWithGradient(logits, target, shape, gradient), ReferenceEvaluation.Evaluate(dense, shape, exact, Array.ConvertAll(target, x => (double)x)));
return right ? 0 : 1;

void Check(ILoss loss, double value, double reference)
{
    bool agrees = Math.Abs(value - reference) <= 1e-6 * Math.Abs(reference) && gradient.Any(g => g != 0) && gradient.All(float.IsFinite);
    right &= agrees;
    Console.WriteLine($"package: {loss.Definition.Name} {value:F7}, reference {reference:F7}: {(agrees ? "ok" : "WRONG")}");
}
