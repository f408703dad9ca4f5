using LossGen.Pages.Catalogue;

namespace LossGen.Pages.Plots;

/// <summary>Two columns that spread more and more, with a correlation between them.</summary>
internal sealed class SpreadScene : Scene
{
    private const int Points = 181;

    private static readonly double[] s_first = [1, 1, -1, -1], s_second = [1, -1, 1, -1];

    public override string XLabel => "standard deviation of the columns";

    public override string GradientTitle => "derivative by the deviation";

    public override string Caption => "Two columns of the same standard deviation, the same in both views: value, and its derivative by the deviation, for several correlations between the two.";

    protected override Reduction Reduction => Reduction.Mean;

    public override IReadOnlyList<Curve> CurvesOf(Term term, Presentation presentation) =>
        [new("no correlation", "", null, 0), new("correlation 0.5", "", null, 0.5), new("correlation 1", "", null, 1)];

    public override Samples Sample(ILoss loss, Curve curve)
    {
        int samples = s_first.Length;
        double[] x = Ramp(0, 2, Points), values = new double[Points], slopes = new double[Points], gradient = new double[4 * samples];
        double own = Math.Sqrt(1 - (curve.Input * curve.Input));

        // Covariances divide by one less than there are samples.
        double unit = Math.Sqrt((samples - 1.0) / samples);
        double[] view = [.. s_first.SelectMany((a, n) => new[] { unit * a, unit * ((curve.Input * a) + (own * s_second[n])) })],
            views = [.. view, .. view];
        for (int i = 0; i < Points; i++)
        {
            values[i] = loss.EvaluateViewsWithGradient<double>([.. views.Select(number => x[i] * number)], LossShape.OfRows(2 * samples, 2),
                gradient);
            slopes[i] = views.Zip(gradient, (number, slope) => number * slope).Sum();
        }

        return new(x, values, [slopes]);
    }
}
