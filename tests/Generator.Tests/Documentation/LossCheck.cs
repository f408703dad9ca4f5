using LossGen.Reference;

namespace LossGen.Generator.Tests.Documentation;

/// <summary>
/// Runs a loss on random data: its kernels against the formula as it is written, the gradient against difference quotients.
/// </summary>
internal static class LossCheck
{
    private const int Pixels = 8;

    public static void Run(ILoss loss)
    {
        int classes = loss.Definition.Classes > 0 ? loss.Definition.Classes : 4;
        LossShape shape = loss.Definition.Dimensions switch
        {
            2 => new(batch: 2, classes, height: 2, width: 4),
            3 => new(batch: 2, classes, depth: 2, height: 2, width: 2),
            _ => new(batch: 2, classes, Pixels),
        };
        var random = new Random(20260101);
        double[] logits = Numbers(random, 2 * classes * Pixels, -2, 2);
        long[] labels = [.. Enumerable.Range(0, 2 * Pixels).Select(_ => (long)random.Next(classes))];
        double[] dense = [.. Enumerable.Range(0, 2 * classes * Pixels)
            .Select(i => labels[(i / (classes * Pixels) * Pixels) + (i % Pixels)] == i / Pixels % classes ? 1.0 : 0.0)];
        double[][] inputs = [.. loss.Definition.Inputs.Select(input => Numbers(random, 2 * Pixels * (input.Kind == InputKind.Element
            ? classes : 1), 0.5, 1.5))];
        var gradient = new double[logits.Length];
        if (loss.Definition.Target != TargetKind.Dense)
        {
            double value = Call<long>(loss, logits, labels, shape, inputs, gradient);
            Assert.Equal(ReferenceEvaluation.EvaluateElements(loss, shape, logits, labels, inputs)[0], value, 1e-10);
            Close(ReferenceEvaluation.NumericalGradient(loss, shape, logits, labels, inputs), gradient);
        }

        if (loss.Definition.Target != TargetKind.Index)
        {
            double value = Call<double>(loss, logits, dense, shape, inputs, gradient);
            Assert.Equal(ReferenceEvaluation.EvaluateElements(loss, shape, logits, dense, inputs)[0], value, 1e-10);
            Close(ReferenceEvaluation.NumericalGradient(loss, shape, logits, dense, inputs), gradient);
        }
    }

    private static double Call<TTarget>(ILoss loss, double[] logits, ReadOnlySpan<TTarget> target, LossShape shape, double[][] inputs,
        double[] gradient)
        where TTarget : unmanaged => inputs.Length switch
        {
            0 => loss.EvaluateWithGradient(logits, target, shape, gradient),
            1 => loss.EvaluateWithGradient(logits, target, shape, inputs[0], gradient),
            2 => loss.EvaluateWithGradient(logits, target, shape, new(inputs[0], inputs[1]), gradient),
            _ => throw new NotSupportedException("more than two inputs"),
        };

    private static void Close(double[] expected, double[] found)
    {
        Assert.Contains(found, number => number != 0);
        Assert.All(found.Index(), number => Assert.Equal(expected[number.Index], number.Item,
            1e-7 * (1 + Math.Abs(expected[number.Index]))));
    }

    private static double[] Numbers(Random random, int count, double low, double high) =>
        [.. Enumerable.Range(0, count).Select(_ => low + ((high - low) * random.NextDouble()))];
}
