using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Value and gradient of every kind of loss against the formulas as they are written, at sizes where tiles end badly.</summary>
public class AgainstReference
{
    public static TheoryData<int, int, int> Small => new()
    {
        { 1, 1, 1 }, { 2, 1, 3 }, { 1, 2, 1 }, { 3, 2, 1 }, { 7, 3, 1 }, { 2, 3, 7 }, { 2, 2, 17 }, { 1, 5, 16 }, { 4, 4, 2 }, { 1, 3, 33 },
    };

    public static TheoryData<int, int, int> Large => new()
    {
        { 2, 3, 65 }, { 1, 4, 2048 }, { 2, 2, 2049 }, { 1, 2, 16384 }, { 2, 3, 16450 }, { 300, 3, 1 }, { 90, 2, 5 }, { 1, 130, 70 },
            { 1, 520, 40 }, { 1, 700, 129 },
    };

    [Theory]
    [MemberData(nameof(Small))]
    public void Labels(int batch, int classes, int pixels)
    {
        foreach (ILoss loss in Create(classes))
        {
            var data = new Batch(new(batch, classes, pixels), 3, loss.Definition.IgnoreIndex);
            double value = ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Labels);
            double[] gradient = ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Labels);
            foreach (int bits in Registers.Widths)
            {
                string what = $"{loss.Definition.Name} {bits}";
                (double foundValue, double[] found) = Registers.With(bits, () => Double(loss, data, data.Labels.AsSpan()));
                Numbers.Close(value, foundValue, 1e-12, what);
                Numbers.Close(gradient, found, 1e-9, what);
                (foundValue, found) = Registers.With(bits, () => Single(loss, data, data.Labels.AsSpan()));
                Numbers.Close(value, foundValue, 2e-5, what);
                Numbers.Close(gradient, found, 2e-5, what);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void Dense(int batch, int classes, int pixels)
    {
        foreach (ILoss loss in Create(classes))
        {
            var data = new Batch(new(batch, classes, pixels), 4, loss.Definition.IgnoreIndex);
            double value = ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Dense);
            double[] gradient = ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Dense);
            foreach (int bits in Registers.Widths)
            {
                string what = $"{loss.Definition.Name} {bits}";
                (double foundValue, double[] found) = Registers.With(bits, () => Double(loss, data, data.Dense.AsSpan()));
                Numbers.Close(value, foundValue, 1e-12, what);
                Numbers.Close(gradient, found, 1e-9, what);
                (foundValue, found) = Registers.With(bits, () => Single(loss, data, data.Dense.AsSpan()));
                Numbers.Close(value, foundValue, 2e-5, what);
                Numbers.Close(gradient, found, 2e-5, what);
                (foundValue, _) = Registers.With(bits, () => Single(loss, data, data.SingleDense.AsSpan()));
                Numbers.Close(value, foundValue, 2e-5, what);
                (foundValue, _) = Registers.With(bits, () => Double(loss, data, data.SingleDense.AsSpan()));
                Numbers.Close(value, foundValue, 1e-6, what);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Large))]
    public void LabelsOfLargeBatches(int batch, int classes, int pixels)
    {
        foreach (ILoss loss in Create())
        {
            var data = new Batch(new(batch, classes, pixels), 5, loss.Definition.IgnoreIndex);
            (double value, double slope) = Slope(data, logits => ReferenceEvaluation.Evaluate(loss, data.Shape, logits, data.Labels));
            foreach (int bits in Registers.Widths)
            {
                string what = $"{loss.Definition.Name} {bits}";
                (double foundValue, double[] found) = Registers.With(bits, () => Double(loss, data, data.Labels.AsSpan()));
                Numbers.Close(value, foundValue, 1e-11, what);
                Numbers.Close(slope, Dot(found, Direction(data)), 1e-6, what);
                (foundValue, found) = Registers.With(bits, () => Single(loss, data, data.Labels.AsSpan()));
                Numbers.Close(value, foundValue, 1e-5, what);
                Numbers.Close(slope, Dot(found, Direction(data)), 1e-4, what);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Large))]
    public void DenseOfLargeBatches(int batch, int classes, int pixels)
    {
        foreach (ILoss loss in Create())
        {
            var data = new Batch(new(batch, classes, pixels), 6, loss.Definition.IgnoreIndex);
            (double value, double slope) = Slope(data, logits => ReferenceEvaluation.Evaluate(loss, data.Shape, logits, data.Dense));
            (double foundValue, double[] found) = Double(loss, data, data.Dense.AsSpan());
            Numbers.Close(value, foundValue, 1e-11, loss.Definition.Name);
            Numbers.Close(slope, Dot(found, Direction(data)), 1e-6 * Math.Max(1, Math.Abs(slope)), loss.Definition.Name);
        }
    }

    [Fact]
    public void RunTimeParametersAreReadAtTheCall()
    {
        var data = new Batch(new(2, 3, 20));
        var loss = new Adjustable();
        foreach (double beta in new[] { 0.5, 1, 3 })
        {
            loss.Beta = beta;
            Numbers.Close(
                ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Labels), loss.Evaluate(data.Logits, data.Labels,
                    data.Shape), 1e-13);
        }
    }

    // A softmax needs two classes.
    private static IEnumerable<ILoss> Create(int classes = 2) => new ILoss[] { new DiceCrossEntropy(), new Ignoring(), new PerImage(),
        new Sigmoid(), new SigmoidIgnoring(), new Balanced(), new SharedOut() }
        .Where(loss => classes > 1 || loss.Definition.Activation != Activation.Softmax);

    private static (double Value, double[] Gradient) Double<TTarget>(ILoss loss, Batch data, ReadOnlySpan<TTarget> target)
        where TTarget : unmanaged
    {
        var gradient = new double[data.Logits.Length];
        double value = loss.EvaluateWithGradient(data.Logits, target, data.Shape, gradient);
        Assert.Equal(value, loss.Evaluate(data.Logits, target, data.Shape));
        return (value, gradient);
    }

    private static (double Value, double[] Gradient) Single<TTarget>(ILoss loss, Batch data, ReadOnlySpan<TTarget> target)
        where TTarget : unmanaged
    {
        var gradient = new float[data.Logits.Length];
        double value = loss.EvaluateWithGradient(data.SingleLogits, target, data.Shape, gradient);
        Assert.Equal(value, loss.Evaluate(data.SingleLogits, target, data.Shape));
        return (value, data.DoubleOf(gradient));
    }

    // Value, and the derivative along a direction.
    private static (double Value, double Slope) Slope(Batch data, Func<double[], double> evaluate)
    {
        const double step = 1e-4;
        double[] direction = Direction(data);
        double Shifted(double by) => evaluate([.. data.Logits.Select((x, i) => x + (by * direction[i]))]);
        return (evaluate(data.Logits), (Shifted(step) - Shifted(-step)) / (2 * step));
    }

    private static double[] Direction(Batch data)
    {
        var random = new Random(9);
        return [.. data.Logits.Select(_ => (random.NextDouble() * 2) - 1)];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
