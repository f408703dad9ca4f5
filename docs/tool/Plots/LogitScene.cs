using LossGen.Compiler.Graph;
using LossGen.Pages.Catalogue;

namespace LossGen.Pages.Plots;

/// <summary>
/// Pixels of which each is surer than the one before, and as many of the other class, all at once: a loss that sorts or counts them sees
/// them all. The first ones are watched.
/// </summary>
internal sealed class LogitScene(Presentation presentation, int classes, Axes axes) : Scene
{
    private const int Pixels = 241;

    public override string XLabel => classes == 2 ? "logit of the label's class, that of the other being 0"
        : presentation.Activation == Activation.None ? "input x" : "logit x";

    public override string GradientTitle => classes == 2 ? "gradient at the logit of the label's class" : "gradient";

    public override string Caption =>
        (classes == 2 ? "Two classes: what a pixel has in the loss, and its gradient, against the logit of its label's class." : "One class, its target 1 unless the legend says otherwise: what a pixel has in the loss, and its gradient, against the input.")
        + (presentation.Family == Family.Sorted ? $" The {Pixels} pixels of the picture and as many of the other class are one batch."
        : "");

    protected override Reduction Reduction => Reduction.None;

    public override Samples Sample(ILoss loss, Curve curve)
    {
        double[] x = Ramp(-6, 6, Pixels), mirrored = Array.ConvertAll(x, logit => -logit);
        var shape = new LossShape(1, classes, 2 * Pixels);
        double[] logits = [.. new double[(classes - 1) * 2 * Pixels], .. x, .. mirrored];
        bool hasClass = axes.Has(Axes.Class);
        (double[] values, double[] gradient) = curve.Target is double target
            ? Elements(loss, logits, [.. classes == 2 ? Halves(1 - target, target) : [], .. Halves(target, 1 - target)], shape, curve,
            hasClass)
            : Elements(loss, logits, Halves(1L, 0L), shape, curve, hasClass);
        return new(x, values[..Pixels], [gradient[^(2 * Pixels)..^Pixels]]);
    }

    private static T[] Halves<T>(T watched, T other) => [.. Enumerable.Repeat(watched, Pixels), .. Enumerable.Repeat(other, Pixels)];
}
