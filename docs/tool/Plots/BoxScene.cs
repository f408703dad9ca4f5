using LossGen.Pages.Catalogue;

namespace LossGen.Pages.Plots;

/// <summary>A box that moves past another one.</summary>
internal sealed class BoxScene : Scene
{
    private const int Boxes = 241;

    public override string XLabel => "offset of the centre to the right, in widths of the target";

    public override string GradientTitle => "derivative by the offset";

    public override string Caption => "A box that moves past the target, a square: value, and its derivative by the offset.";

    protected override Reduction Reduction => Reduction.None;

    public override IReadOnlyList<Curve> CurvesOf(Term term, Presentation presentation) =>
        [new("a box like the target", "", null, 1), new("twice as wide, half as high", "", null, 2)];

    public override Samples Sample(ILoss loss, Curve curve)
    {
        double[] x = Ramp(-3, 3, Boxes);
        double across = curve.Input / 2, down = 0.5 / curve.Input;
        double[] boxes = [.. x.SelectMany(offset => new[] { offset - across, -down, offset + across, down })],
            target = [.. x.SelectMany(_ => new[] { -0.5, -0.5, 0.5, 0.5 })];
        (double[] values, double[] gradient) = Elements(loss, boxes, target, new LossShape(Boxes, 4, 1), curve, hasClass: false);
        return new(x, values, [[.. x.Select((_, i) => gradient[4 * i] + gradient[(4 * i) + 2])]]);
    }
}
