using LossGen.Pages.Catalogue;

namespace LossGen.Pages.Plots;

/// <summary>
/// An image with a thin ring and a disc, and a prediction in which the ring has a gap, the disc is two pixels off and there are spots of
/// noise: what the loss sees is its gradient at each pixel.
/// </summary>
internal sealed class NeighbourScene(Presentation presentation) : Scene
{
    public const int Side = 48;

    // Probabilities of a prediction that is sure.
    private const double Sure = 0.95;

    public override string XLabel => "";

    public override string GradientTitle => "gradient";

    public override string Caption =>
        "A target and a prediction, and what the loss sees of them: its gradient at each pixel of the prediction, orange where the prediction should become less, blue where it should become more.";

    protected override Reduction Reduction => Reduction.Mean;

    public override IReadOnlyList<Curve> CurvesOf(Term term, Presentation presentation) => [new("default", "", null, 1)];

    public override Samples Sample(ILoss loss, Curve curve)
    {
        (double[] target, double[] prediction) = Images();
        double[] logits = presentation.Activation == Activation.Sigmoid ? Array.ConvertAll(prediction, p => Math.Log(p / (1 - p)))
            : prediction, gradient = new double[logits.Length];
        var shape = new LossShape(1, 1, Side, Side);
        if (presentation.Activation == Activation.Sigmoid)
            loss.EvaluateWithGradient(logits, Array.ConvertAll(target, y => (long)Math.Round(y)), shape, gradient);
        else
            loss.EvaluateWithGradient(logits, target, shape, gradient);
        return new(target, prediction, [gradient]);
    }

    private static (double[] Target, double[] Prediction) Images()
    {
        double[] target = new double[Side * Side], prediction = new double[Side * Side];
        var random = new Random(7);
        for (int row = 0; row < Side; row++)
        {
            for (int column = 0; column < Side; column++)
            {
                double ring = Math.Abs(Distance(row, column, 18, 18) - 12), angle = Math.Atan2(row - 18, column - 18);
                bool isGap = angle is > 0.5 and < 0.95;
                int at = (row * Side) + column;
                target[at] = ring < 1.2 || Distance(row, column, 36, 35) < 6.5 ? 1 : 0;
                bool isFound = (ring < 1.2 && !isGap) || Distance(row, column, 36, 37) < 6.5;
                double noise = random.NextDouble() < 0.008 ? 0.5 : 0;
                prediction[at] = isFound ? Sure - (noise / 2) : 1 - Sure + noise;
            }
        }

        return (target, prediction);
    }

    private static double Distance(double row, double column, double centreRow, double centreColumn) =>
        Math.Sqrt(Math.Pow(row - centreRow, 2) + Math.Pow(column - centreColumn, 2));
}
