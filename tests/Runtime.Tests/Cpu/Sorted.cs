using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Losses that sort pixels.</summary>
public sealed class Sorted : IDisposable
{
    public void Dispose() => LossRuntime.Threads = 1;

    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(2, 3, 7)]
    [InlineData(5, 2, 3)]
    [InlineData(2, 3, 70)]
    [InlineData(1, 4, 64)]
    public void ValueAndGradientAreTheReferences(int batch, int classes, int pixels)
    {
        foreach (ILoss loss in new ILoss[] { new Hinge(), new LovaszIgnoring(), new Hardest(), new Ranks() })
        {
            var data = new Batch(new(batch, classes, pixels), 3, loss.Definition.IgnoreIndex);
            double[] costs = [.. data.Dense.Take(batch * pixels)];
            double[][] inputs = loss.Definition.Inputs.Count > 0 ? [costs] : [];
            LossInputs map = inputs.Length > 0 ? new(costs) : default;
            var gradient = new double[data.Logits.Length];
            string name = $"{loss.Definition.Name} {batch} {classes} {pixels}";
            Numbers.Close(ReferenceEvaluation.EvaluateElements(loss, data.Shape, data.Logits, data.Labels, inputs)[0],
                loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, map, gradient), 1e-12, name);
            Numbers.Close(ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Labels, inputs), gradient, 1e-8, name);
            Assert.Equal(loss.Evaluate(data.Logits, data.Labels, data.Shape, map), loss.EvaluateWithGradient(data.Logits, data.Labels,
                data.Shape, map, gradient));
            if (loss is Hinge or LovaszIgnoring)
                continue;
            Numbers.Close(ReferenceEvaluation.EvaluateElements(loss, data.Shape, data.Logits, data.Dense, inputs)[0],
                loss.EvaluateWithGradient(data.Logits, data.Dense, data.Shape, map, gradient), 1e-12, name);
            Numbers.Close(ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Dense, inputs), gradient, 1e-8, name);
        }
    }

    [Fact]
    public void AFormulaOfOnesOwnTakesTheHardestPixels()
    {
        var data = new Batch(new(2, 3, 170), 5);
        double[] gradient = new double[data.Logits.Length], expected = new double[data.Logits.Length];
        Numbers.Close(
            new HardestTenthOfCatalogue().EvaluateWithGradient(data.Logits, data.Labels, data.Shape, expected),
            new HardestTenth().EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient), 1e-14);
        Numbers.Close(expected, gradient, 1e-15);
        Assert.Equal(34 * 3, gradient.Count(g => g != 0)); // of 340 pixels
    }

    [Fact]
    public void AFormulaOfOnesOwnTakesTheHardestNegativesOfEachClass()
    {
        var data = new Batch(new(2, 3, 170), 5);
        long[] labels = [.. data.Labels.Select((label, i) => i % 9 == 0 ? label : 0)]; // classes 1 and 2 are rare
        var gradient = new double[data.Logits.Length];
        double value = new HardNegatives().EvaluateWithGradient(data.Logits, labels, data.Shape, gradient), expected = 0;
        for (int c = 0; c < 3; c++)
        {
            var positive = new List<double>();
            var negative = new List<double>();
            for (int i = 0; i < labels.Length; i++)
            {
                double logit = data.Logits[(((i / 170 * 3) + c) * 170) + (i % 170)];
                (labels[i] == c ? positive : negative).Add(Math.Log(1 + Math.Exp(labels[i] == c ? -logit : logit)));
            }

            double[] taken = [.. positive, .. negative.OrderDescending().Take(3 * positive.Count)];
            expected += taken.Average() / 3;
        }

        Numbers.Close(expected, value, 1e-13);
        Numbers.Close(ReferenceEvaluation.NumericalGradient(new HardNegatives(), data.Shape, data.Logits, labels), gradient, 1e-9);
    }

    [Fact]
    public void UnreducedValuesAreTheReferences()
    {
        var data = new Batch(new(2, 3, 21));
        double[] elements = new double[42], gradient = new double[data.Logits.Length];
        new HardestElements().EvaluateElementsWithGradient(data.Logits, data.Labels, data.Shape, elements, [], gradient);
        Numbers.Close(ReferenceEvaluation.EvaluateElements(new HardestElements(), data.Shape, data.Logits, data.Labels), elements, 1e-12);
        Numbers.Close(ReferenceEvaluation.NumericalGradient(new HardestElements(), data.Shape, data.Logits, data.Labels), gradient, 1e-8);
    }

    [Fact]
    public void EqualKeysKeepTheirPixelsOrder()
    {
        // All losses are the same: the first three of ten pixels are taken.
        var shape = new LossShape(1, 2, 10);
        var gradient = new double[20];
        new HardestElements().EvaluateElementsWithGradient(new double[20], new long[10], shape, new double[10], [], gradient);
        Assert.All(gradient.Take(5), g => Assert.True(g < 0));
        Assert.All(gradient.Skip(5).Take(5), g => Assert.Equal(0, g));
    }

    [Fact]
    public void AnyNumberOfThreadsGivesTheSameBits()
    {
        SameForAnyNumberOfThreads(new LovaszIgnoring());
        SameForAnyNumberOfThreads(new Hardest());
    }

    private static void SameForAnyNumberOfThreads(ILoss loss)
    {
        LossRuntime.Threads = 1;
        var data = new Batch(new(2, 3, 50_000));
        double[] first = new double[data.Logits.Length], second = new double[data.Logits.Length];
        double value = loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, first);
        LossRuntime.Threads = 2;
        Assert.Equal(value, loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, second));
        Assert.Equal(first, second);
        var single = new float[data.Logits.Length];
        Numbers.Close(value, loss.EvaluateWithGradient(data.SingleLogits, data.Labels, data.Shape, single), 1e-5);
    }

    [Fact]
    public void NothingIsAllocated()
    {
        var data = new Batch(new(2, 3, 1000));
        var loss = new LovaszIgnoring();
        double[] gradient = new double[data.Logits.Length];
        for (int i = 0; i < 3; i++)
            loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void PiecesCannotBeSorted() => Assert.Throws<NotSupportedException>(() => new Hardest().CreateStatistics(new(1, 3, 10)));
}
