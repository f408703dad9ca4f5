using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Weights of terms that are properties of the loss, against the terms alone times the weight.</summary>
public class RunTimeWeights
{
    [Theory]
    [InlineData(1)]
    [InlineData(0.25)]
    [InlineData(3)]
    [InlineData(0)]
    public void AWeightIsAFactorOfTheTerm(double weight)
    {
        var data = new Batch(new(2, 3, 150), 1, 255);
        var loss = new Scheduled { DiceWeight = weight };
        foreach (bool dense in (bool[])[false, true])
        {
            double[] dice = new double[data.Logits.Length], entropy = new double[dice.Length], found = new double[dice.Length];
            double expected = (weight * Evaluate(new DiceOnly(), data, dense, dice)) + (0.5 * Evaluate(new EntropyOnly(), data, dense,
                entropy));
            double[] gradient = [.. dice.Select((g, i) => (weight * g) + (0.5 * entropy[i]))];
            Numbers.Close(expected, Evaluate(loss, data, dense, found), 1e-14);
            Numbers.Close(gradient, found, 1e-16);

            // The road of the reference, and its difference quotients.
            double reference = dense
                ? ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Dense)
                : ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Labels);
            Numbers.Close(expected, reference, 1e-13);
            double[] quotients = dense
                ? ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Dense)
                : ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Labels);
            Numbers.Close(quotients, found, 1e-9);

            var single = new float[data.Logits.Length];
            double value = dense
                ? loss.EvaluateWithGradient(data.SingleLogits, data.Dense, data.Shape, single)
                : loss.EvaluateWithGradient(data.SingleLogits, data.Labels, data.Shape, single);
            Numbers.Close(expected, value, 2e-6);
            Numbers.Close(gradient, data.DoubleOf(single), 1e-7);
        }
    }

    [Fact]
    public void FormulasInPlaceHaveOneToo()
    {
        var data = new Batch(new(3, 2, 40));
        var loss = new ScheduledFormula { BinaryCrossEntropyWeight = 0.5F, FormulaWeight = 2 };
        double[] entropy = new double[data.Logits.Length], formula = new double[entropy.Length], found = new double[entropy.Length];
        double expected = (0.5 * new UnscheduledEntropy().EvaluateWithGradient(data.Logits, data.Dense, data.Shape, entropy))
            + (2 * new UnscheduledFormula().EvaluateWithGradient(data.Logits, data.Dense, data.Shape, formula));
        Numbers.Close(expected, loss.EvaluateWithGradient(data.Logits, data.Dense, data.Shape, found), 1e-14);
        Numbers.Close([.. entropy.Select((g, i) => (0.5 * g) + (2 * formula[i]))], found, 1e-16);
    }

    [Fact]
    public void PiecesTakeItWhenTheyFinish()
    {
        var data = new Batch(new(2, 3, 100), 3, 255);
        var loss = new Scheduled { DiceWeight = 7 };
        LossStatistics sums = loss.CreateStatistics(data.Shape);
        for (int i = 0; i < 2; i++)
            loss.Accumulate(data.Logits.AsSpan(i * 300, 300), data.Labels.AsSpan(i * 100, 100), new(1, 3, 100), sums);
        loss.DiceWeight = 0.25;
        LossComponents pieces = loss.CreateComponents(3), whole = loss.CreateComponents(3);
        double[] gradient = new double[600], found = new double[600];
        double value = loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient, whole);
        Numbers.Close(value, loss.Finish(sums, pieces), 1e-14);
        loss.Gradient(data.Logits, data.Labels, data.Shape, sums, found);
        Numbers.Close(gradient, found, 1e-16);

        // What components say contains the weight as it was in the call.
        Numbers.Close(0.25 * new DiceOnly().Evaluate(data.Logits, data.Labels, data.Shape), whole["Dice"], 1e-14);
        Numbers.Close(whole["Dice"], pieces["Dice"], 1e-14);
        Numbers.Close(whole["Dice"], whole.Classes("Dice").ToArray().Average(), 1e-14);
        Assert.Equal(["DiceWeight", null], whole.Terms.Select(term => term.WeightProperty));
        Assert.Equal([1, 0.5], whole.Terms.Select(term => term.Weight));
    }

    [Fact]
    public void LevelsAndThreadsTakeIt()
    {
        var loss = new Scheduled { DiceWeight = 0.25 };
        Batch fine = new(new(2, 3, 48), 1, 255), coarse = new(new(2, 3, 12), 2);
        LevelOutput<double>[] outputs = [new(fine.Logits, new double[fine.Logits.Length], 6, 8),
            new(coarse.Logits, new double[coarse.Logits.Length], 3, 4)];
        double value = loss.EvaluateLevelsWithGradient(new(1, 0), outputs, fine.Labels, 2, 3, [6, 8]);
        var gradient = new double[fine.Logits.Length];
        Numbers.Close(Evaluate(loss, fine, false, gradient), value, 1e-14);
        Numbers.Close(gradient, outputs[0].Gradient.ToArray(), 1e-16);

        var large = new Batch(new(2, 3, 60_000), 4, 255);
        double[] one = new double[large.Logits.Length], several = new double[one.Length];
        int threads = LossRuntime.Threads;
        try
        {
            LossRuntime.Threads = 1;
            double expected = Evaluate(loss, large, false, one);
            LossRuntime.Threads = 2;
            Assert.Equal(expected, Evaluate(loss, large, false, several));
            Assert.Equal(one, several);
        }
        finally
        {
            LossRuntime.Threads = threads;
        }
    }

    [Fact]
    public void UnreducedValuesHaveIt()
    {
        var data = new Batch(new(2, 3, 20));
        double[] plain = new double[40], found = new double[40];
        var loss = new ScheduledPixels();
        loss.EvaluateElements(data.Logits, data.Labels, data.Shape, plain);
        loss.Weight = 3;
        loss.EvaluateElements(data.Logits, data.Labels, data.Shape, found);
        Numbers.Close([.. plain.Select(number => 3 * number)], found, 1e-15);
    }

    [Fact]
    public void WithAWeightOfZeroATermIsNotThere()
    {
        var shape = new LossShape(1, 1, 2);
        double[] logits = [0, 0.5], target = [1, 0], gradient = new double[2];
        var loss = new ScheduledInfinite();
        Numbers.Close((1 + 0.25) / 2, loss.EvaluateWithGradient(logits, target, shape, gradient), 1e-15);
        Numbers.Close([-1, 0.5], gradient, 1e-15);
        loss.FormulaWeight = 1;
        Assert.Equal(double.NegativeInfinity, loss.Evaluate(logits, target, shape));
    }

    [Theory]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void AWeightThatIsNoneIsNamed(double weight)
    {
        var data = new Batch(new(1, 3, 10));
        var loss = new Scheduled();
        LossStatistics sums = loss.CreateStatistics(data.Shape);
        loss.DiceWeight = weight;
        var gradient = new double[30];
        Action[] calls =
        [
            () => loss.Evaluate(data.Logits, data.Labels, data.Shape),
            () => loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient),
            () => loss.Finish(sums),
            () => ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Labels),
        ];
        foreach (Action call in calls)
        {
            ArgumentException error = Assert.Throws<ArgumentException>(call);
            Assert.StartsWith($"DiceWeight of Scheduled is {weight}; the weight of a term must be finite and at least 0.", error.Message,
                StringComparison.Ordinal);
            Assert.Equal("DiceWeight", error.ParamName);
        }

        Assert.All(gradient, number => Assert.Equal(0, number));
    }

    [Fact]
    public void NothingIsAllocated()
    {
        var data = new Batch(new(2, 3, 200));
        var loss = new Scheduled { DiceWeight = 0.5 };
        var gradient = new double[data.Logits.Length];
        for (int i = 0; i < 3; i++)
            loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static double Evaluate(ILoss loss, Batch data, bool dense, double[] gradient) => dense
        ? loss.EvaluateWithGradient(data.Logits, data.Dense, data.Shape, gradient)
        : loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient);
}
