namespace LossGen.Pages.Plots;

/// <summary>Two columns in each of two views, of which one turns from its partner to the other column.</summary>
internal sealed class CorrelationScene : Scene
{
    private const int Points = 181;

    // Without a mean, of variance 1, and without a correlation.
    private static readonly double[] s_first = [1, 1, -1, -1], s_second = [1, -1, 1, -1];

    public override string XLabel => "angle of a column to its partner, in degrees";

    public override string GradientTitle => "derivative by the angle, in radians";

    public override string Caption =>
        "Two columns without a correlation. In the second view the first one turns away from its partner, by way of the second column (at 90 degrees), to its opposite. Value, and its derivative by the angle.";

    protected override Reduction Reduction => Reduction.Mean;

    public override Samples Sample(ILoss loss, Curve curve)
    {
        int samples = s_first.Length;
        double[] x = Ramp(0, 180, Points), values = new double[Points], slopes = new double[Points], gradient = new double[4 * samples];
        for (int i = 0; i < Points; i++)
        {
            (double sine, double cosine) = Math.SinCos(x[i] * Math.PI / 180);
            double[] views = [.. s_first.SelectMany((a, n) => new[] { a, s_second[n] }),
                .. s_first.SelectMany((a, n) => new[] { (cosine * a) + (sine * s_second[n]), s_second[n] })];
            values[i] = loss.EvaluateViewsWithGradient<double>(views, LossShape.OfRows(2 * samples, 2), gradient);
            slopes[i] = Enumerable.Range(0, samples).Sum(n => gradient[2 * (samples + n)] * ((cosine * s_second[n]) - (sine * s_first[n])));
        }

        return new(x, values, [slopes]);
    }
}
