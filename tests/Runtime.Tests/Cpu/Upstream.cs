using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>The factor of the gradient: a gradient that arrives, or a loss scale. The value is the same with it.</summary>
public class Upstream
{
    [Theory]
    [InlineData(1024.0)]
    [InlineData(-0.375)]
    [InlineData(0.0)]
    public void TheGradientIsMultipliedAndTheValueIsNot(double upstream)
    {
        foreach (ILoss loss in (ILoss[])[new DiceCrossEntropy(), new Ignoring(), new PerImage(), new Sigmoid(), new Balanced(),
            new SingleTerm(), new SortedTerms()])
        {
            var data = new Batch(new(2, 3, 170), 1, loss.Definition.IgnoreIndex);
            double[] plain = new double[data.Logits.Length], found = new double[plain.Length];
            double value = loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, plain);
            Assert.Equal(value, loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, found, upstream: upstream));
            Numbers.Close([.. plain.Select(number => upstream * number)], found, 1e-14, loss.Definition.Name);

            float[] singlePlain = new float[plain.Length], single = new float[plain.Length];
            value = loss.EvaluateWithGradient(data.SingleLogits, data.Dense, data.Shape, singlePlain);
            Assert.Equal(value, loss.EvaluateWithGradient(data.SingleLogits, data.Dense, data.Shape, single, upstream: upstream));
            Numbers.Close([.. singlePlain.Select(number => upstream * number)], data.DoubleOf(single), 1e-5, loss.Definition.Name);
        }
    }

    [Fact]
    public void LossesWithMapsPiecesAndLevelsTakeIt()
    {
        const double Scale = 512;
        var data = new Batch(new(2, 3, 48), 2);
        double[] mask = [.. new Batch(new(2, 1, 48), 9).Dense], plain = new double[data.Logits.Length], found = new double[plain.Length];
        var loss = new Pieced();
        double value = loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, mask, plain);
        double[] scaled = [.. plain.Select(number => Scale * number)];
        Assert.Equal(value, loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, mask, found, upstream: Scale));
        Numbers.Close(scaled, found, 1e-13);

        LossStatistics sums = loss.CreateStatistics(data.Shape);
        loss.Accumulate(data.Logits, data.Labels, data.Shape, mask, sums);
        found.AsSpan().Clear();
        loss.Gradient(data.Logits, data.Labels, data.Shape, mask, sums, found, Scale);
        Numbers.Close(scaled, found, 1e-13);

        LevelOutput<double>[] outputs = [new(data.Logits, new double[plain.Length], 6, 8), new(new double[72], new double[72], 3, 4)];
        double total = loss.EvaluateLevelsWithGradient(new(1, 0.5), outputs, data.Labels, 2, 3, [6, 8], mask);
        double[][] once = [.. outputs.Select(output => output.Gradient.ToArray())];
        Numbers.Close(plain, once[0], 1e-15);
        Assert.Contains(once[1], number => number != 0);
        Assert.Equal(total, loss.EvaluateLevelsWithGradient(new(1, 0.5), outputs, data.Labels, 2, 3, [6, 8], mask, Scale));
        for (int level = 0; level < 2; level++)
            Numbers.Close([.. once[level].Select(number => Scale * number)], outputs[level].Gradient.ToArray(), 1e-13);
    }

    /// <summary>The gradient of a large image's mean is below what half holds; with a scale none is lost.</summary>
    [Fact]
    public void AScaleKeepsGradientsOfHalf()
    {
        var shape = new LossShape(1, 2, 1 << 20);
        var random = new Random(7);
        Half[] logits = [.. Enumerable.Range(0, 2 << 20).Select(_ => (Half)(3 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
            * Math.Cos(2 * Math.PI * random.NextDouble())))];
        byte[] labels = [.. Enumerable.Range(0, 1 << 20).Select(_ => (byte)random.Next(2))];
        float[] exact = [.. logits.Select(number => (float)number)], gradient = new float[exact.Length];
        var half = new Half[exact.Length];
        var loss = new SingleTerm();
        double value = loss.EvaluateWithGradient(exact, labels, shape, gradient);
        Assert.Equal(value, loss.EvaluateWithGradient(logits, labels, shape, half), 1e-12);
        double lost = Lost(1);
        Assert.InRange(lost, 0.1, 0.5);

        const double Scale = 65536;
        Assert.Equal(value, loss.EvaluateWithGradient(logits, labels, shape, half, upstream: Scale), 1e-12);
        Assert.InRange(Lost(Scale), 0, 1e-3);
        for (int i = 0; i < half.Length; i++)
            Assert.True(Math.Abs(((double)half[i] / Scale) - gradient[i]) <= (Math.Abs(gradient[i]) / 1024) + (6e-8 / Scale));

        LossStatistics sums = loss.CreateStatistics(shape);
        loss.Accumulate(logits, labels, shape, sums);
        Half[] whole = [.. half];
        loss.Gradient(logits, labels, shape, sums, half, upstream: Scale);
        Assert.Equal(whole, half);

        double Lost(double scale) => half.Zip(gradient).Count(pair => pair.First == default && pair.Second != 0) / (double)half.Length;
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void AFactorThatIsNotFiniteIsNamed(double upstream)
    {
        var data = new Batch(new(1, 3, 10));
        var loss = new SingleTerm();
        var gradient = new double[30];
        LossStatistics sums = loss.CreateStatistics(data.Shape);
        loss.Accumulate(data.Logits, data.Labels, data.Shape, sums);
        LevelOutput<double>[] outputs = [new(data.Logits, gradient, 10)];
        Action[] calls =
        [
            () => loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient, upstream: upstream),
            () => loss.Gradient(data.Logits, data.Labels, data.Shape, sums, gradient, upstream),
            () => loss.EvaluateLevelsWithGradient(new(1), outputs, data.Labels, 1, 3, [10], upstream: upstream),
        ];
        foreach (Action call in calls)
        {
            ArgumentException error = Assert.Throws<ArgumentException>(call);
            Assert.Equal("upstream", error.ParamName);
            Assert.Contains("must be finite", error.Message, StringComparison.Ordinal);
        }

        Assert.All(gradient, number => Assert.Equal(0, number));
    }
}
