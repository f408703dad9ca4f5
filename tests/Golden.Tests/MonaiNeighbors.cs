namespace LossGen.Golden;

/// <summary>
/// MONAI's NACLLoss: cross-entropy, and a penalty against the one-hot labels after a filter, which here is an input of the loss.
/// </summary>
internal static class MonaiNeighbors
{
    public static Mapping Map(Case c)
    {
        int size = c.Options.Integer("kernel_size") ?? 3;
        double sigma = c.Options.Number("sigma", 1), alpha = c.Options.Number("alpha", 0.1);
        bool isGaussian = c.Options.Text("kernel_ops", "mean") == "gaussian", isSquared = c.Options.Text("distance_type", "l1") == "l2";
        _ = (c.Options.Integer("classes"), c.Options.Integer("dim"));
        var declaration = new Declaration(Activation.Softmax);
        declaration.Loss.With("Target", TargetKind.Index);
        declaration.Term("CrossEntropy");
        declaration.Term("NeighborCalibration").With("Weight", alpha).With("Squared", isSquared);

        Feed feed = Feed.Labels(c);
        double[] kernel = isGaussian ? Gaussian(sigma) : [.. Enumerable.Repeat(1.0 / size, size)];
        double[] proportions = OneHot(feed);
        for (int axis = 2; axis < c.Input.Shape.Length; axis++)
            proportions = Filter(proportions, c.Input.Shape, axis, kernel);
        return new Mapping(declaration.ToString(), feed with { Inputs = [proportions] });
    }

    private static double[] OneHot(Feed feed)
    {
        int pixels = checked((int)feed.Shape.Pixels), classes = feed.Shape.Classes;
        return [.. Enumerable.Range(0, feed.Logits.Count)
            .Select(i => feed.Target.Data[(i / pixels / classes * pixels) + (i % pixels)] == i / pixels % classes ? 1.0 : 0)];
    }

    // Along one axis, zeros outside.
    private static double[] Filter(double[] data, int[] shape, int axis, double[] kernel)
    {
        int step = shape[(axis + 1)..].Aggregate(1, (product, extent) => product * extent), half = kernel.Length / 2;
        var result = new double[data.Length];
        for (int i = 0; i < data.Length; i++)
        {
            int position = i / step % shape[axis];
            for (int k = 0; k < kernel.Length; k++)
            {
                int at = position + k - half;
                if (at >= 0 && at < shape[axis])
                    result[i] += kernel[k] * data[i + ((k - half) * step)];
            }
        }

        return result;
    }

    // The integral of the density over each pixel, up to four deviations.
    private static double[] Gaussian(double sigma)
    {
        int tail = (int)(Math.Max(sigma * 4, 0.5) + 0.5);
        double scale = 1 / (Math.Sqrt(2) * sigma);
        return [.. Enumerable.Range(-tail, (2 * tail) + 1).Select(x => 0.5 * (Error(scale * (x + 0.5)) - Error(scale * (x - 0.5))))];
    }

    // The error function by a series of positive terms.
    private static double Error(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 200; n++)
            sum += term *= 2 * x * x / ((2 * n) + 1);
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
