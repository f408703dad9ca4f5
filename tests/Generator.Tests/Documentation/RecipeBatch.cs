using LossGen.Reference;

namespace LossGen.Generator.Tests.Documentation;

/// <summary>Data for a recipe: two images of five pixels, with a target of the kind that the recipe takes.</summary>
internal sealed class RecipeBatch
{
    public const int Images = 2;
    public const int Pixels = 5;

    private readonly double[] logits;
    private readonly double[] dense;
    private readonly long[] labels;
    private readonly Dictionary<string, double[]> maps = [];
    private readonly double[][] inputs;

    public RecipeBatch(ILoss loss)
    {
        var random = new Random(11);
        string name = loss.Definition.Name;
        Classes = loss.Definition.Classes > 0 ? loss.Definition.Classes : 3;
        IsDense = loss.Definition.Target == TargetKind.Dense;

        // Cosines are between -1 and 1.
        double range = name == "ArcFace" ? 0.95 : 2;
        logits = [.. Elements.Select(_ => range * ((2 * random.NextDouble()) - 1))];

        // The label after the last one has to be a class of distribution focal loss, too.
        labels = [.. Enumerable.Range(0, Images * Pixels).Select(_ => (long)random.Next(Classes - (name == "DistributionFocal" ? 1 : 0)))];
        dense = [.. Elements.Select(_ => random.NextDouble() < 0.4 ? 0 : 0.1 + (0.8 * random.NextDouble()))];
        if (name is "Coral" or "Corn")
            dense = Levels(random);
        if (name == "SoftArgmax")
            dense = HeatMaps();
        foreach (LossInput input in loss.Definition.Inputs)
            maps[input.Name] = [.. Enumerable.Range(0, Images * Pixels * (input.Kind == InputKind.Element ? Classes : 1))
                .Select(_ => random.NextDouble())];
        inputs = [.. loss.Definition.Inputs.Select(input => maps[input.Name])];
    }

    public int Classes { get; }

    public bool IsDense { get; }

    private IEnumerable<int> Elements => Enumerable.Range(0, Images * Classes * Pixels);

    public double X(int n, int c, int s) => logits[At(n, c, s)];

    /// <summary>The target: what a dense one has, or 1 at the class of the label.</summary>
    public double Y(int n, int c, int s) => IsDense ? dense[At(n, c, s)] : labels[(n * Pixels) + s] == c ? 1 : 0;

    public int Label(int n, int s) => (int)labels[(n * Pixels) + s];

    public double Map(string name, int n, int s) => maps[name][(n * Pixels) + s];

    public double Map(string name, int n, int c, int s) => maps[name][At(n, c, s)];

    public double Sigmoid(int n, int c, int s) => 1 / (1 + Math.Exp(-X(n, c, s)));

    /// <summary>The softmax over the classes of what a function makes of each.</summary>
    public double Softmax(int n, int c, int s, Func<int, double>? logit = null)
    {
        logit ??= k => X(n, k, s);
        return Math.Exp(logit(c)) / Enumerable.Range(0, Classes).Sum(k => Math.Exp(logit(k)));
    }

    public double OverClasses(Func<int, double> value) => Enumerable.Range(0, Classes).Sum(value);

    /// <summary>The mean over images and pixels.</summary>
    public double Mean(Func<int, int, double> value) =>
        (from n in Enumerable.Range(0, Images) from s in Enumerable.Range(0, Pixels) select value(n, s)).Average();

    public double Evaluate(ILoss loss) => IsDense ? Evaluate<double>(loss, dense, null) : Evaluate<long>(loss, labels, null);

    public void CheckGradient(ILoss loss)
    {
        double[] gradient = new double[logits.Length];
        _ = IsDense ? Evaluate<double>(loss, dense, gradient) : Evaluate<long>(loss, labels, gradient);
        double[] expected = IsDense
            ? ReferenceEvaluation.NumericalGradient(loss, Shape, logits, dense, inputs)
            : ReferenceEvaluation.NumericalGradient(loss, Shape, logits, labels, inputs);
        Assert.Contains(gradient, number => number != 0);
        double size = expected.Max(Math.Abs);
        Assert.All(expected.Zip(gradient), pair => Assert.Equal(pair.First, pair.Second, 1e-6 * Math.Max(1, size)));
    }

    private LossShape Shape => new(Images, Classes, Pixels);

    private double Evaluate<TTarget>(ILoss loss, TTarget[] target, double[]? gradient)
        where TTarget : unmanaged
    {
        var given = new LossInputs(inputs.ElementAtOrDefault(0), inputs.ElementAtOrDefault(1));
        return gradient is null
            ? loss.Evaluate<double, TTarget>(logits, target, Shape, given)
            : loss.EvaluateWithGradient<double, TTarget>(logits, target, Shape, given, gradient);
    }

    // 1 up to the grade and 0 above it.
    private double[] Levels(Random random)
    {
        int[] grades = [.. Enumerable.Range(0, Images * Pixels).Select(_ => random.Next(Classes + 1))];
        return [.. Elements.Select(i => i / Pixels % Classes < grades[(i / (Classes * Pixels) * Pixels) + (i % Pixels)] ? 1.0 : 0.0)];
    }

    // Adding up to 1 over the pixels of an image.
    private double[] HeatMaps() =>
        [.. Elements.Select(i => (dense[i] + 0.1) / Enumerable.Range(0, Pixels).Sum(s => dense[(i / Pixels * Pixels) + s] + 0.1))];

    private int At(int n, int c, int s) => (((n * Classes) + c) * Pixels) + s;
}
