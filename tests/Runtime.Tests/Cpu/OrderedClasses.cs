using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Shifts over the classes and matrices of pairs of classes, against numbers worked out by hand.</summary>
public class OrderedClasses
{
    private static readonly LossShape One = new(batch: 1, classes: 3, pixels: 1);

    // Logits 1, 2, 3 and upstream gradients 1, 10, 100.
    [Theory]
    [InlineData(typeof(Later), new[] { -7.0, 1, 2 }, new[] { 10.0, 100, 0 })]
    [InlineData(typeof(Earlier), new[] { 9.0, 2, 3 }, new[] { 0.0, 10, 100 + (6 * 1) })]
    [InlineData(typeof(LaterOfForeground), new[] { 0.0, 1, 2 }, new[] { 10.0, 100, 0 })]
    [InlineData(typeof(LaterOfSome), new[] { 0.5, 0, 2 }, new[] { 0.0, 100, 0 })]
    [InlineData(typeof(Priced), new[] { 8.0, 15, 17 }, new[] { 530.0, 601, 42 })]
    [InlineData(typeof(PricedInPlace), new[] { 8.0, 15, 17 }, new[] { 530.0, 601, 42 })]
    public void ValuesAndGradientsOfOnePixel(Type type, double[] values, double[] slopes)
    {
        var loss = (ILoss)Activator.CreateInstance(type)!;
        double[] logits = [1, 2, 3], elements = new double[3], gradient = new double[3];
        loss.EvaluateElementsWithGradient(logits, (ReadOnlySpan<long>)[1L], One, elements, [1, 10, 100], gradient);
        Assert.Equal(values, elements);
        Assert.Equal(slopes, gradient);
        loss.EvaluateElementsWithGradient(logits, (ReadOnlySpan<double>)[0.0, 1, 0], One, elements, [1, 10, 100], gradient);
        Assert.Equal(values, elements);
        Assert.Equal(slopes, gradient);
        float[] single = new float[3];
        loss.EvaluateElements([1f, 2f, 3f], (ReadOnlySpan<long>)[1L], One, single);
        Assert.Equal(values, single.Select(element => (double)element));
    }

    /// <summary>
    /// Labels 0, 1, 2 become classes 1, 2 and none; logits 10 a class and 1 a pixel; the sums 0, 10, 21 move one class further.
    /// </summary>
    [Fact]
    public void SumsAndLabelsShift()
    {
        double[] logits = [0, 1, 2, 10, 11, 12, 20, 21, 22], elements = new double[3], gradient = new double[9];
        new LaterSums().EvaluateElementsWithGradient(logits, (ReadOnlySpan<long>)[0L, 1, 2], new(1, 3, 3), elements, [1, 10, 100],
            gradient);
        Assert.Equal([2, 0, 10], elements);
        Assert.Equal([0, 0, 0, 100, 0, 0, 0, 0, 0], gradient);
    }

    [Fact]
    public void AMatrixIsReadAtEachCall()
    {
        var loss = new Priced { Prices = null };
        double[] elements = new double[3];
        loss.EvaluateElements([1.0, 2, 3], (ReadOnlySpan<long>)[1L], One, elements);
        Assert.Equal([5, 4, 3], elements);
        loss.Prices = [1, 0, 0, 0, 1, 0, 0, 0, 1];
        loss.EvaluateElements([1.0, 2, 3], (ReadOnlySpan<long>)[1L], One, elements);
        Assert.Equal([1, 2, 3], elements);
    }

    [Theory]
    [InlineData(new[] { 1.0, 2 }, "Prices of Priced has 2 numbers and the call 3 classes; it must hold 9")]
    [InlineData(new[] { 0, 0, 0, 0, 0, double.NaN, 0, 0, 0 }, "Prices[5] of Priced is NaN; it must be finite")]
    public void AMatrixIsChecked(double[] prices, string message)
    {
        var loss = new Priced { Prices = prices };
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => loss.EvaluateElements([1.0, 2, 3], (ReadOnlySpan<long>)[1L], One,
            new double[3])).Message);
    }

    [Fact]
    public void ATermsMatrixCanBeAProperty()
    {
        var data = new Batch(new(2, 3, 17), 3);
        double[] found = new double[data.Logits.Length], stated = new double[data.Logits.Length];
        Assert.Equal(new Losses.Channels().EvaluateWithGradient(data.Logits, data.Labels, data.Shape, stated),
            new PricedTerm().EvaluateWithGradient(data.Logits, data.Labels, data.Shape, found), 1e-13);
        Numbers.Close(stated, found, 1e-13, "gradient");
        Numbers.Close(ReferenceEvaluation.NumericalGradient(new PricedTerm(), data.Shape, data.Logits, data.Dense), Dense(), 1e-9,
            "gradient of a dense target");

        double[] Dense()
        {
            new PricedTerm().EvaluateWithGradient(data.Logits, data.Dense, data.Shape, found);
            return found;
        }
    }

    [Fact]
    public void AMatrixIsSquare() => Assert.Contains("There are 3 numbers", Assert.Throws<ArgumentException>(() => new ClassMatrix(1, 2, 3))
        .Message);
}
