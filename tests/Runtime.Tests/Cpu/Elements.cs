using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Unreduced losses: values and gradients by axes, with a gradient that arrives at each.</summary>
public class Elements
{
    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(3, 3, 5)]
    [InlineData(2, 4, 70)]
    public void ValuesAndGradientsAreTheReferences(int batch, int classes, int pixels)
    {
        ILoss[] losses = [new RegionElements(), new PixelElements(), new ClassPixelElements()];
        foreach (ILoss loss in losses)
        {
            var data = new Batch(new(batch, classes, pixels), 8, loss.Definition.IgnoreIndex);
            double[] expected = ReferenceEvaluation.EvaluateElements(loss, data.Shape, data.Logits, data.Labels);
            var random = new Random(4);
            double[] upstream = [.. expected.Select(_ => random.NextDouble() - 0.5)];
            foreach (int bits in Registers.Widths)
            {
                Registers.With(bits, () =>
                {
                    double[] elements = new double[expected.Length], again = new double[expected.Length],
                        gradient = new double[data.Logits.Length];
                    loss.EvaluateElements(data.Logits, data.Labels, data.Shape, elements);
                    Numbers.Close(expected, elements, 1e-12, loss.Definition.Name);
                    loss.EvaluateElementsWithGradient(data.Logits, data.Labels, data.Shape, again, upstream, gradient);
                    Assert.Equal(elements, again);
                    if (data.Logits.Length < 100)
                        Numbers.Close(ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Labels, upstream), gradient,
                            1e-9, loss.Definition.Name);

                    var single = new float[expected.Length];
                    var singleGradient = new float[data.Logits.Length];
                    loss.EvaluateElementsWithGradient(
                        data.SingleLogits, data.Labels, data.Shape, single, [.. upstream.Select(u => (float)u)], singleGradient);
                    Numbers.Close(expected, data.DoubleOf(single), 1e-5, loss.Definition.Name);
                    Numbers.Close(gradient, data.DoubleOf(singleGradient), 1e-5, loss.Definition.Name);
                    return 0;
                });
            }
        }
    }

    [Fact]
    public void NoUpstreamMeansOnes()
    {
        ILoss[] losses = [new RegionElements(), new PixelElements(), new ClassPixelElements()];
        foreach (ILoss loss in losses)
        {
            var data = new Batch(new(2, 3, 20), 1, loss.Definition.IgnoreIndex);
            int count = ReferenceEvaluation.EvaluateElements(loss, data.Shape, data.Logits, data.Labels).Length;
            double[] elements = new double[count], a = new double[data.Logits.Length], b = new double[data.Logits.Length],
                ones = new double[count];
            Array.Fill(ones, 1);
            loss.EvaluateElementsWithGradient(data.Logits, data.Labels, data.Shape, elements, [], a);
            loss.EvaluateElementsWithGradient(data.Logits, data.Labels, data.Shape, elements, ones, b);
            Assert.Equal(a, b);
        }
    }

    [Fact]
    public void WrongLengthsAreNamed()
    {
        var data = new Batch(new(2, 3, 20), 1, 255);
        var loss = new PixelElements();
        Assert.Contains("2 images * 20 pixels", Assert.Throws<ArgumentException>(
            () => loss.EvaluateElements(data.Logits, data.Labels, data.Shape, new double[39])).Message);
        Assert.Equal("upstream", Assert.Throws<ArgumentException>(
            () => loss.EvaluateElementsWithGradient(data.Logits, data.Labels, data.Shape, new double[40], new double[1], new double[120]))
                .ParamName);
        Assert.Equal("gradient", Assert.Throws<ArgumentException>(
            () => loss.EvaluateElementsWithGradient(data.Logits, data.Labels, data.Shape, new double[40], [], [])).ParamName);
        Assert.Contains("EvaluateElements", Assert.Throws<InvalidOperationException>(() => loss.Evaluate(data.Logits, data.Labels,
            data.Shape)).Message);
        Assert.Contains("Call Evaluate", Assert.Throws<InvalidOperationException>(
            () => new DiceCrossEntropy().EvaluateElements(data.Logits, new long[40], data.Shape, new double[1])).Message);
    }
}
