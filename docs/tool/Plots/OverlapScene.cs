namespace LossGen.Pages.Plots;

/// <summary>
/// An object of 100 of 400 pixels, and a prediction of the same size that covers more and more of it, with a probability of 0.95. The
/// gradient is watched at a pixel that is missed and at one that is a false alarm, in units of the mean: times the number of pixels.
/// </summary>
internal sealed class OverlapScene(Activation activation, bool isForeground) : Scene
{
    private const int Pixels = 400;
    private const int Object = 100;

    private static readonly double Sure = Math.Log(19);

    public override string XLabel => "overlap, share of the object that is found";

    public override string GradientTitle => "gradient at one pixel, times the pixels";

    public override string[] GradientNames => ["a missed pixel", "a false alarm"];

    public override string Caption =>
        $"An object of 100 of 400 pixels, and a prediction of the same size, with a probability of 0.95, that covers more and more of it{(isForeground ? "; the background is left out" : "")}. " +
        "Left the value, right the gradient at the logit of the object's class: at a pixel that is missed (solid) and at a false alarm (dashed).";

    protected override string TermArguments => isForeground ? "IncludeBackground = false" : "";

    protected override Reduction Reduction => Reduction.Mean;

    public override Samples Sample(ILoss loss, Curve curve)
    {
        int classes = activation == Activation.Sigmoid ? 1 : 2;
        var shape = new LossShape(1, classes, Pixels);
        double[] x = new double[Object + 1], value = new double[Object + 1], missed = new double[Object + 1],
            alarm = new double[Object + 1];
        long[] labels = [.. Enumerable.Range(0, Pixels).Select(i => i < Object ? 1L : 0L)];
        double[] gradient = new double[classes * Pixels], inputs = Inputs(loss, shape, curve);
        for (int found = 0; found <= Object; found++)
        {
            // The prediction is a run of pixels that moves onto the object from the right.
            double[] own = [.. Enumerable.Range(0, Pixels).Select(i => i >= Object - found && i < (2 * Object) - found ? Sure : -Sure)];
            double[] logits = classes == 2 ? [.. new double[Pixels], .. own] : own;
            x[found] = (double)found / Object;
            value[found] = loss.EvaluateWithGradient(logits, labels, shape, inputs, gradient);
            Span<double> mine = gradient.AsSpan(gradient.Length - Pixels);
            missed[found] = found < Object ? mine[0] * Pixels : double.NaN;
            alarm[found] = found < Object ? mine[(2 * Object) - found - 1] * Pixels : double.NaN;
        }

        return new(x, value, [missed, alarm]);
    }
}
