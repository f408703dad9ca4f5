using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Losses with inputs besides logits and target.</summary>
public class Inputs
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 2, 1 }, { 2, 3, 7 }, { 2, 2, 17 }, { 1, 5, 16 }, { 9, 4, 2 }, { 1, 3, 64 }, { 2, 3, 70 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ValueAndGradientAreTheReferences(int batch, int classes, int pixels)
    {
        foreach (ILoss loss in new ILoss[] { new Mapped(), new MappedIgnoring(), new MappedElements(), new Shared() })
        {
            var data = new Batch(new(batch, classes, pixels), 7, loss.Definition.IgnoreIndex);
            double[][] maps = Maps(loss, data.Shape);
            float[][] single = [.. maps.Select(map => Array.ConvertAll(map, number => (float)number))];
            double value = ReferenceEvaluation.EvaluateElements(loss, data.Shape, data.Logits, data.Labels, maps)[0];
            double[] expected = ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Labels, maps);
            double dense = ReferenceEvaluation.EvaluateElements(loss, data.Shape, data.Logits, data.Dense, maps)[0];
            double[] expectedDense = ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Dense, maps);
            var gradient = new double[data.Logits.Length];
            var singleGradient = new float[data.Logits.Length];
            string name = loss.Definition.Name;

            Numbers.Close(value, loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, All(maps), gradient), 1e-12, name);
            Numbers.Close(expected, gradient, 1e-9, name);
            Numbers.Close(value, loss.Evaluate(data.Logits, data.Labels, data.Shape, All(maps)), 1e-12, name);
            Numbers.Close(dense, loss.EvaluateWithGradient(data.Logits, data.Dense, data.Shape, All(maps), gradient), 1e-12, name);
            Numbers.Close(expectedDense, gradient, 1e-9, name);
            Numbers.Close(value, loss.EvaluateWithGradient(data.SingleLogits, data.Labels, data.Shape, All(single), singleGradient), 2e-5,
                name);
            Numbers.Close(expected, data.DoubleOf(singleGradient), 2e-5, name);
        }
    }

    [Fact]
    public void UnreducedAndResizedLossesTakeThem()
    {
        var data = new Batch(new(2, 3, 21));
        var loss = new MappedUnreduced();
        double[] weights = Maps(loss, data.Shape)[0], elements = new double[42], again = new double[42],
            gradient = new double[data.Logits.Length];
        loss.EvaluateElements(data.Logits, data.Labels, data.Shape, weights, elements);
        Numbers.Close(ReferenceEvaluation.EvaluateElements(loss, data.Shape, data.Logits, data.Labels, [weights]), elements, 1e-12);
        loss.EvaluateElementsWithGradient(data.Logits, data.Labels, data.Shape, weights, again, [], gradient);
        Assert.Equal(elements, again);
        Numbers.Close(ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Labels, [weights]), gradient, 1e-9);

        var resized = new MappedResized();
        var small = new Batch(new LossShape(2, 3, 7, 5).WithLogits(3, 4));
        double[] mask = Maps(resized, small.Shape)[0], smallGradient = new double[small.Logits.Length];
        Numbers.Close(
            ReferenceEvaluation.EvaluateElements(resized, small.Shape, small.Logits, small.Dense, [mask])[0],
            resized.EvaluateWithGradient(small.Logits, small.Dense, small.Shape, mask, smallGradient), 1e-12);
        Numbers.Close(ReferenceEvaluation.NumericalGradient(resized, small.Shape, small.Logits, small.Dense, [mask]), smallGradient, 1e-9);
    }

    [Fact]
    public void PiecesAddUp()
    {
        var whole = new Batch(new(4, 3, 100));
        var loss = new Pieced();
        double[] mask = Maps(loss, whole.Shape)[0];
        double[] gradient = new double[whole.Logits.Length], found = new double[whole.Logits.Length];
        double value = loss.EvaluateWithGradient(whole.Logits, whole.Labels, whole.Shape, mask, gradient);
        var shape = new LossShape(2, 3, 100);
        LossStatistics sums = loss.CreateStatistics(shape);
        for (int i = 0; i < 2; i++)
            loss.Accumulate(whole.Logits.AsSpan(i * 600, 600), whole.Labels.AsSpan(i * 200, 200), shape, mask.AsSpan(i * 200, 200), sums);
        Numbers.Close(value, loss.Finish(sums), 1e-14);
        for (int i = 0; i < 2; i++)
            loss.Gradient(whole.Logits.AsSpan(i * 600, 600), whole.Labels.AsSpan(i * 200, 200), shape, mask.AsSpan(i * 200, 200), sums,
                found.AsSpan(i * 600, 600));
        Numbers.Close(gradient, found, 1e-16);
    }

    [Fact]
    public void WrongInputsAreNamed()
    {
        var data = new Batch(new(2, 3, 10));
        float[] logits = data.SingleLogits, map = new float[20];
        Check("weightMap", "weightMap has 0 elements and needs 20: one number a pixel: N * S = 2 * 10, passed after the shape",
            () => new MappedUnreduced().EvaluateElements(logits, data.Labels, data.Shape, new float[20]));
        Check("weightMap", "has 19 elements", () => new Mapped().Evaluate(logits, data.Labels, data.Shape,
            new LossInputs(map, map.AsSpan(1))));
        Check("elementWeights", "needs 60: one number a class and pixel", () => new MappedElements().Evaluate(logits, data.Labels,
            data.Shape, map));
        Check("inputs", "There are 1 inputs; DiceCrossEntropy takes none", () => new DiceCrossEntropy().Evaluate(logits, data.Labels,
            data.Shape, map));
        Check("inputs", "There are 3 inputs; Mapped takes mask, weightMap", () => new Mapped().Evaluate(logits, data.Labels, data.Shape,
            new LossInputs(map, map, map)));
        var gradient = new float[60];
        Check("gradient", "overlaps an input", () => new MappedElements().EvaluateWithGradient(logits, data.Labels, data.Shape, gradient,
            gradient));

        static void Check(string name, string text, Action call)
        {
            var error = Assert.ThrowsAny<ArgumentException>(call);
            Assert.Contains(text, error.Message);
            Assert.Equal(name, error.ParamName);
        }
    }

    [Fact]
    public void NothingIsAllocated()
    {
        var data = new Batch(new(2, 3, 1000));
        var loss = new Mapped();
        double[][] maps = Maps(loss, data.Shape);
        double[] gradient = new double[data.Logits.Length];
        for (int i = 0; i < 3; i++)
            loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, new(maps[0], maps[1]), gradient);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, new(maps[0], maps[1]), gradient);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static double[][] Maps(ILoss loss, LossShape shape)
    {
        var random = new Random(11);
        return [.. loss.Definition.Inputs.Select(input => Enumerable.Range(0,
            (int)(shape.Batch * (input.Kind == InputKind.Element ? shape.Classes : 1) * shape.Pixels))
            .Select(_ => Math.Round(random.NextDouble() * 2, 2)).ToArray())];
    }

    private static LossInputs All(double[][] maps) =>
        new(maps[0], maps.ElementAtOrDefault(1), maps.ElementAtOrDefault(2), maps.ElementAtOrDefault(3));

    private static LossInputs All(float[][] maps) =>
        new(maps[0], maps.ElementAtOrDefault(1), maps.ElementAtOrDefault(2), maps.ElementAtOrDefault(3));
}
