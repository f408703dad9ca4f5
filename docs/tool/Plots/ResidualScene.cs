using LossGen.Pages.Catalogue;

namespace LossGen.Pages.Plots;

/// <summary>Predictions that miss the target by more and less.</summary>
internal sealed class ResidualScene(Term term, Presentation presentation, bool hasTarget) : Scene
{
    private const int Points = 241;

    private readonly bool isCount = presentation.Activation == Activation.Exp;

    public override string XLabel => isCount ? "input x, the logarithm of the prediction" : presentation.Targets is null && hasTarget
        ? "prediction, the target being 0" : "prediction";

    public override string GradientTitle => "gradient";

    public override string Caption => isCount
        ? "Value and gradient against the input, for several targets."
        : $"Value and gradient against the prediction{(hasTarget ? "; the target is 0" : "")}.";

    protected override Reduction Reduction => Reduction.None;

    public override Samples Sample(ILoss loss, Curve curve)
    {
        // Wide enough for what the option changes.
        double reach = Math.Max(3, 2 * term.Options.Where(option => option is { IsOwn: true, IsNumber: true })
            .Select(option => option.DefaultNumber!.Value).Where(double.IsFinite).DefaultIfEmpty(0).Max());
        double[] x = isCount ? Ramp(-2, 2.5, Points) : Ramp(-reach, reach, Points);
        var target = new double[Points];
        Array.Fill(target, curve.Target ?? 0);
        (double[] values, double[] gradient) = Elements(loss, x, target, new LossShape(1, 1, Points), curve, hasClass: true);
        return new(x, values, [gradient]);
    }
}
