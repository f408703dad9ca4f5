namespace LossGen.Runtime.Tests.Losses;

/// <summary>Random logits and targets of a shape, the same for the same seed.</summary>
internal sealed class Batch
{
    public Batch(LossShape shape, int seed = 1, int? ignore = null, int channels = 0)
    {
        Shape = shape;
        var random = new Random(seed);
        long logits = shape.Batch * shape.Classes * shape.LogitPixels, pixels = shape.Batch * shape.Pixels;
        Logits = [.. Enumerable.Range(0, (int)logits).Select(_ => Math.Round((random.NextDouble() * 8) - 4, 3))];
        int labels = Math.Max(2, shape.Classes);
        Labels = [.. Enumerable.Range(0, (int)pixels).Select(_ => ignore is int index && random.Next(4) == 0 ? index
            : (long)random.Next(labels))];
        Dense = [.. Enumerable.Range(0, (int)pixels * (channels > 0 ? channels : shape.Classes)).Select(
            _ => ignore is int index && random.Next(5) == 0 ? index : Math.Round(random.NextDouble(), 3))];
    }

    public LossShape Shape { get; }

    public double[] Logits { get; }

    public long[] Labels { get; }

    public double[] Dense { get; }

    public float[] SingleLogits => [.. Logits.Select(x => (float)x)];

    public float[] SingleDense => [.. Dense.Select(y => (float)y)];

    public double[] DoubleOf(float[] numbers) => [.. numbers.Select(x => (double)x)];
}
