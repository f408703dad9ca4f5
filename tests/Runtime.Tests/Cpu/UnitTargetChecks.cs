using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>
/// A dense target that is no probability, as a mask of 0 and 255: an error where the loss takes one for it, wherever in the target it
/// stands.
/// </summary>
public class UnitTargetChecks
{
    public static TheoryData<int, int, int> Places => new() { { 1, 1, 1 }, { 1, 1, 4096 }, { 2, 3, 700 }, { 5, 2, 3 }, { 1, 40, 600 } };

    [Theory]
    [MemberData(nameof(Places))]
    public void AMaskOf255IsNamed(int batch, int classes, int pixels)
    {
        var shape = new LossShape(batch, classes, pixels);
        var data = new Batch(shape);
        foreach (int bits in Registers.Widths)
        {
            foreach (int at in (int[])[0, data.Dense.Length / 2, data.Dense.Length - 1])
            {
                foreach (double bad in (double[])[255, 2, -1, double.PositiveInfinity])
                {
                    double[] target = [.. data.Dense];
                    target[at] = bad;
                    float[] singles = [.. target.Select(y => (float)y)], logits = data.SingleLogits;
                    string place = $"image {at / (classes * pixels)}, class {at / pixels % classes}, pixel {at % pixels} is {(bad == 255 ? "255" : "")}";
                    foreach (ILoss loss in (ILoss[])[new Sigmoid(), new Balanced()])
                    {
                        Registers.With(bits, () => Named(() => loss.Evaluate(data.Logits, target, shape), place));
                        Registers.With(bits, () => Named(() => loss.Evaluate(logits, singles, shape), place));
                        Registers.With(bits, () => Named(() => loss.EvaluateWithGradient(logits, target, shape, new float[logits.Length]),
                            place));
                        Registers.With(bits, () => Named(() => loss.EvaluateWithGradient(data.Logits, singles, shape,
                            new double[logits.Length]), place));
                    }
                }
            }
        }
    }

    [Fact]
    public void EveryCallChecks()
    {
        var shape = new LossShape(2, 3, 50);
        var data = new Batch(shape);
        double[] target = [.. data.Dense];
        target[77] = 255;
        var loss = new DiceCrossEntropy();
        LossStatistics sums = loss.CreateStatistics(shape);
        Named(() => loss.Accumulate(data.Logits, target, shape, sums), "is 255");
        Assert.All(sums.Values.ToArray(), sum => Assert.Equal(0, sum));
        loss.Accumulate(data.Logits, data.Dense, shape, sums);
        Named(() => loss.Gradient(data.Logits, target, shape, sums, new double[data.Logits.Length]), "is 255");
        Named(() => loss.EvaluateLevels(DeepSupervision.Halving(1), [new LevelOutput<double>(data.Logits, default, [50])], target, 2, 3,
            [50]), "is 255");
        Named(() => loss.CreateSoftMetrics(3).Accumulate(data.Logits, target, shape), "is 255");
        Named(() => ReferenceEvaluation.Evaluate(loss, shape, data.Logits, target), "class 1, pixel 27 is 255");
        Named(() => loss.Evaluate((Half[])[.. data.Logits.Select(x => (Half)x)], target, shape), "is 255");
        Named(() => loss.Evaluate(data.Logits, target, shape.WithClassesLast()),
            "DiceCrossEntropy takes the target for a probability, from 0 to 1. Scale it, as in mask / 255");
        LossRuntime.Threads = 2;
        try
        {
            var large = new LossShape(2, 1, 400_000);
            var mask = new float[800_000];
            mask[750_000] = 255;
            Named(() => new Sigmoid().Evaluate(new float[800_000], mask, large), "image 1, class 0, pixel 350000 is 255");
        }
        finally
        {
            LossRuntime.Threads = 1;
        }
    }

    [Fact]
    public void WhatCanBeMeantIsTaken()
    {
        var shape = new LossShape(1, 2, 40);
        var data = new Batch(shape);
        double[] target = [.. data.Dense];
        (target[3], target[40], target[41]) = (-0.4, 1.9, -0.0);
        Assert.True(double.IsFinite(new Sigmoid().Evaluate(data.Logits, target, shape)));
        Assert.True(double.IsFinite(new DiceCrossEntropy().Evaluate(data.SingleLogits, target, shape)));

        // NaN stays NaN, ignored elements are no numbers of the target, and a regression has targets of any size.
        target[5] = double.NaN;
        Assert.True(double.IsNaN(new Sigmoid().Evaluate(data.Logits, target, shape)));
        target[5] = 255;
        Assert.True(double.IsFinite(new SigmoidIgnoring().Evaluate(data.Logits, target, shape)));
        target[6] = 254;
        Named(() => new SigmoidIgnoring().Evaluate(data.Logits, target, shape),
            "class 0, pixel 6 is 254; SigmoidIgnoring takes the target for a probability, from 0 to 1 or 255 (ignored)");
        Assert.True(double.IsFinite(new DenseSquares().Evaluate(data.Logits, target, shape)));
    }

    private static int Named(Action call, string text)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(call);
        Assert.Equal("target", error.ParamName);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        return 0;
    }
}
