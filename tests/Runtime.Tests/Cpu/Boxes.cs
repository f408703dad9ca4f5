using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Boxes of three axes against values worked out by hand, and boxes that have other numbers than the loss takes.</summary>
public class Boxes
{
    // Sides of 2, one moved by 1 along each axis: they share 1 of 15, and the box around both has sides of 3.
    private static readonly double[] First = [0, 0, 0, 2, 2, 2], Second = [1, 1, 1, 3, 3, 3];

    // Sides of 1, 2 and 3; apart by 1 along the first axis. The box around both has sides of 3, 2 and 3.
    private static readonly double[] Near = [0, 0, 0, 1, 2, 3], Far = [2, 0, 0, 3, 2, 3];

    [Fact]
    public void CuboidsAreThoseOfTheDefinition()
    {
        Check(new Cuboids(), First, First, 0);
        Check(new Cuboids(), First, Second, 1 - (1.0 / 15) + (12.0 / 27));
        Check(new Cuboids(), Near, Far, 1 + (6.0 / 18));
        Check(new CuboidDistances(), First, First, 0);
        Check(new CuboidDistances(), First, Second, 1 - (1.0 / 15) + (3.0 / 27));
        Check(new CuboidDistances(), Near, Far, 1 + (4.0 / 22));
    }

    [Fact]
    public void RectanglesAreAsEver()
    {
        var loss = new Rectangles();
        var shape = new LossShape(1, 4, 1);
        Assert.Equal(0, loss.Evaluate((double[])[0, 0, 2, 2], (double[])[0, 0, 2, 2], shape), 1e-6);
        Assert.Equal(1 - (1.0 / 7) + (2.0 / 9), loss.Evaluate((double[])[0, 0, 2, 2], (double[])[1, 1, 3, 3], shape), 1e-6);
    }

    [Fact]
    public void OtherNumbersAreRefused()
    {
        foreach (ILoss loss in (ILoss[])[new Rectangles(), new CompleteRectangles()])
        {
            var error = Assert.Throws<ArgumentException>(() => loss.Evaluate(First, First, new(1, 6, 1)));
            Assert.Contains($"The shape has 6 classes; {loss.Definition.Name} takes 4 channels, each by its number, and would leave 2 out",
                error.Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => ReferenceEvaluation.Evaluate(loss, new(1, 6, 1), First, First));
        }

        Assert.Contains("needs at least 6", Assert.Throws<ArgumentException>(() => new Cuboids().Evaluate(new double[4], new double[4],
            new(1, 4, 1))).Message, StringComparison.Ordinal);
    }

    /// <summary>MONAI divides its matrix by the largest distance.</summary>
    [Fact]
    public void DistancesAreScaledAsMonaiDoes()
    {
        var data = new Batch(new(1, 3, 90));
        double[] expected = new double[270], found = new double[270];
        double value = new UnitDistances().EvaluateWithGradient(data.Logits, data.Labels, data.Shape, expected);
        Numbers.Close(value, new ScaledDistances().EvaluateWithGradient(data.Logits, data.Labels, data.Shape, found), 1e-14);
        Numbers.Close(expected, found, 1e-14);
        Numbers.Close(value, ReferenceEvaluation.Evaluate(new ScaledDistances(), data.Shape, data.Logits, data.Labels), 1e-13);
        Assert.InRange(value, 0.05, 1);
    }

    private static void Check(ILoss loss, double[] box, double[] target, double expected)
    {
        var shape = new LossShape(1, 6, 1);
        var gradient = new double[6];
        Assert.Equal(expected, loss.EvaluateWithGradient(box, target, shape, gradient), 1e-6);
        Assert.Equal(expected, ReferenceEvaluation.Evaluate(loss, shape, box, target), 1e-6);
        float[] singles = [.. box.Select(x => (float)x)];
        Assert.Equal(expected, loss.Evaluate(singles, target, shape), 1e-5);
        if (expected > 1)
            Assert.Contains(gradient, g => g != 0);
    }
}
