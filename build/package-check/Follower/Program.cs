using LossGen;
using Losses;

float[] logits = [1, 0, 0, 1];
long[] labels = [0, 1];
double value = new Segmentation().Evaluate(logits, labels, new LossShape(batch: 1, classes: 2, pixels: 2));
Console.WriteLine($"package: losses of another project: {value:F6}");
return double.IsFinite(value) && value > 0 ? 0 : 1;
