namespace LossGen.Pages.Plots;

/// <summary>A vector that turns away from another one.</summary>
internal sealed class AngleScene : Scene
{
    private const int Vectors = 241;

    public override string XLabel => "angle between the two vectors, in degrees";

    public override string GradientTitle => "derivative by the angle, in radians";

    public override string Caption => "A vector of length 1 that turns away from the target: value, and its derivative by the angle.";

    protected override Reduction Reduction => Reduction.None;

    public override Samples Sample(ILoss loss, Curve curve)
    {
        double[] x = Ramp(0, 180, Vectors), angles = [.. x.Select(degrees => degrees * Math.PI / 180)];
        double[] vectors = [.. angles.SelectMany(a => new[] { Math.Cos(a), Math.Sin(a) })],
            target = [.. angles.SelectMany(_ => new double[] { 1, 0 })];
        (double[] values, double[] gradient) = Elements(loss, vectors, target, new LossShape(Vectors, 2, 1), curve, hasClass: false);
        return new(x, values, [[.. angles.Select((a, i) => (-Math.Sin(a) * gradient[2 * i]) + (Math.Cos(a) * gradient[(2 * i) + 1]))]]);
    }
}
