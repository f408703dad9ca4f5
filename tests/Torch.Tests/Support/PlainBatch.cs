namespace LossGen.Torch.Tests.Support;

/// <summary>A batch as arrays, for formulas written down in plain double arithmetic.</summary>
internal sealed class PlainBatch(double[] logits, long[] labels, int classes, int pixels)
{
    /// <summary>The label of pixels that take no part.</summary>
    public const long Ignored = 255;

    public static PlainBatch Of(Example example)
    {
        long[] shape = example.Logits.shape;
        return new(example.Logits.reshape(-1).data<double>().ToArray(), example.Target.reshape(-1).data<long>().ToArray(), (int)shape[1],
            (int)(shape[2] * shape[3]));
    }

    public int Classes => classes;

    public int Pixels => pixels;

    public int Images => labels.Length / pixels;

    public double[] Logits => logits;

    public long Label(int n, int s) => labels[(n * pixels) + s];

    public double Y(int n, int c, int s) => Label(n, s) == c ? 1 : 0;

    public double X(int n, int c, int s) => logits[(((n * classes) + c) * pixels) + s];

    public double Sigmoid(int n, int c, int s) => 1 / (1 + Math.Exp(-X(n, c, s)));

    public double Softmax(int n, int c, int s) => Math.Exp(X(n, c, s)) / Enumerable.Range(0, classes).Sum(k => Math.Exp(X(n, k, s)));

    /// <summary>The pixels that take part, of one image or of all.</summary>
    public IEnumerable<(int N, int S)> Valid(int? image = null) =>
        from n in image is int one ? [one] : Enumerable.Range(0, Images)
        from s in Enumerable.Range(0, pixels)
        where Label(n, s) != Ignored
        select (n, s);

    /// <summary>The gradient of a function of this batch, by differences.</summary>
    public double[] Differences(Func<PlainBatch, double> loss, double step = 1e-5) => [.. Enumerable.Range(0, logits.Length).Select(i =>
    {
        double At(double by)
        {
            double[] moved = [.. logits];
            moved[i] += by;
            return loss(new(moved, labels, classes, pixels));
        }

        return (At(step) - At(-step)) / (2 * step);
    })];
}
