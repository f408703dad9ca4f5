namespace LossGen.Pages.Plots;

/// <summary>Two rows of one label, of which one turns away from the other towards three rows of another label.</summary>
internal sealed class RowScene : Scene
{
    private const int Points = 181;

    public override string XLabel => "angle between the two rows of a label, in degrees";

    public override string GradientTitle => "gradient along the turn, by radians";

    public override string Caption =>
        "A batch of five rows: two of one label, of which one turns away from the other, towards the three of another label, which lie at 180 degrees. Value, and the gradient at the row that turns, along its way: "
        + "what a formula detaches is a constant there.";

    protected override Reduction Reduction => Reduction.Mean;

    public override Samples Sample(ILoss loss, Curve curve)
    {
        double[] x = Ramp(0, 180, Points), values = new double[Points], slopes = new double[Points], gradient = new double[10];
        for (int i = 0; i < Points; i++)
        {
            (double sine, double cosine) = Math.SinCos(x[i] * Math.PI / 180);
            values[i] = loss.EvaluateWithGradient<double, int>([1, 0, cosine, sine, -1, 0, -1, 0, -1, 0], [0, 0, 1, 1, 1],
                LossShape.OfRows(5, 2), gradient);
            slopes[i] = (-sine * gradient[2]) + (cosine * gradient[3]);
        }

        return new(x, values, [slopes]);
    }
}
