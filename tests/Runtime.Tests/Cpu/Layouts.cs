using System.Runtime.InteropServices;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>
/// Logits and gradients with the classes of a pixel adjacent, and in numbers of 16 bits: the same bits as from (N, C, S) in float, rounded
/// once.
/// </summary>
public class Layouts
{
    public static TheoryData<int, int, int, int> Shapes => new()
    {
        { 1, 1, 1, 1 }, { 2, 1, 3, 5 }, { 3, 2, 1, 1 }, { 2, 3, 1, 7 }, { 5, 3, 1, 1 }, { 1, 4, 9, 31 }, { 2, 19, 11, 13 },
            { 1, 3, 130, 129 }, { 300, 8, 1, 1 }, { 90, 2, 1, 5 }, { 1, 150, 7, 11 }, { 1, 520, 1, 40 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SameAsPlanesOfFloat(int batch, int classes, int height, int width)
    {
        foreach (ILoss loss in (ILoss[])[new DiceCrossEntropy(), new Ignoring(), new PerImage(), new Sigmoid(), new SigmoidIgnoring(),
            new Balanced(), new LovaszIgnoring()])
        {
            if (classes == 1 && loss.Definition.Activation == Activation.Softmax)
                continue;
            var data = new Batch(new(batch, classes, height, width), 3, loss.Definition.IgnoreIndex);
            foreach (int bits in Registers.Widths)
            {
                Registers.With(bits, () =>
                {
                    Check(loss, data, data.Labels, $"{loss.Definition.Name}, labels, {bits} bits");
                    Check(loss, data, data.SingleDense, $"{loss.Definition.Name}, dense, {bits} bits");
                    return 0;
                });
            }
        }
    }

    [Fact]
    public void InputsStayInPlanes()
    {
        ILoss loss = new Shared();
        var data = new Batch(new(2, 3, 9, 8), 4);
        float[] mask = new Batch(new(2, 1, 9, 8), 5).SingleDense, costs = new Batch(new(2, 3, 9, 8), 6).SingleDense,
            distances = new Batch(new(2, 3, 9, 8), 7).SingleDense;
        float[] gradient = new float[data.Logits.Length], last = new float[gradient.Length],
            own = [.. data.SingleLogits.Select(x => (float)(Half)x)];
        var halves = new Half[gradient.Length];
        float[][] inputs = [.. loss.Definition.Inputs.Select(input => input.Kind == InputKind.Element ? (input.Name == "costs" ? costs
            : distances) : mask)];
        double value = loss.EvaluateWithGradient(own, data.Labels, data.Shape, new LossInputs(inputs[0], inputs[1], inputs[2]), gradient);
        Assert.Equal(value, loss.EvaluateWithGradient(Last(own, data.Shape), data.Labels, data.Shape.WithClassesLast(),
            new LossInputs(inputs[0], inputs[1], inputs[2]), last));
        Assert.Equal(Last(gradient, data.Shape), last);
        Half[] logits = [.. Last(own, data.Shape).Select(x => (Half)x)];
        Assert.Equal(value, loss.EvaluateWithGradient(logits, data.Labels, data.Shape.WithClassesLast(),
            new LossInputs(inputs[0], inputs[1], inputs[2]), halves));
        Assert.Equal(Last(gradient, data.Shape).Select(x => (Half)x), halves);
        Assert.Equal(value, loss.Evaluate(logits, data.Labels, data.Shape.WithClassesLast(), new LossInputs(inputs[0], inputs[1],
            inputs[2])));
    }

    [Fact]
    public void Resized()
    {
        var loss = new ResizedIndex();
        var data = new Batch(new LossShape(2, 3, 9, 7).WithLogits(4, 5), 4);
        float[] own = [.. data.SingleLogits.Select(x => (float)(BFloat16)x)], gradient = new float[own.Length],
            last = new float[own.Length];
        var brains = new BFloat16[own.Length];
        double value = loss.EvaluateWithGradient(own, data.Labels, data.Shape, gradient);
        Assert.Equal(value, loss.EvaluateWithGradient(Last(own, data.Shape), data.Labels, data.Shape.WithClassesLast(), last));
        Assert.Equal(Last(gradient, data.Shape), last);
        foreach (bool isLast in (bool[])[false, true])
        {
            LossShape shape = isLast ? data.Shape.WithClassesLast() : data.Shape;
            BFloat16[] logits = [.. (isLast ? Last(own, data.Shape) : own).Select(x => (BFloat16)x)];
            Assert.Equal(value, loss.EvaluateWithGradient(logits, data.Labels, shape, brains));
            Assert.Equal((isLast ? last : gradient).Select(x => (BFloat16)x), brains);
            Assert.Equal(value, loss.Evaluate(logits, data.Labels, shape));
        }
    }

    [Fact]
    public void UnreducedValuesAreFloat()
    {
        ILoss loss = new MappedUnreduced();
        var data = new Batch(new(2, 3, 9, 8), 4);
        float[] own = [.. data.SingleLogits.Select(x => (float)(Half)x)], map = new Batch(new(2, 1, 9, 8), 5).SingleDense,
            upstream = new Batch(new(2, 1, 9, 8), 6).SingleDense;
        float[] elements = new float[2 * 72], gradient = new float[own.Length], found = new float[elements.Length];
        loss.EvaluateElementsWithGradient(own, data.Labels, data.Shape, map, elements, upstream, gradient);
        Half[] logits = [.. Last(own, data.Shape).Select(x => (Half)x)], slopes = new Half[own.Length];
        loss.EvaluateElementsWithGradient(logits, data.Labels, data.Shape.WithClassesLast(), map, found, upstream, slopes);
        Assert.Equal(elements, found);
        Assert.Equal(Last(gradient, data.Shape).Select(x => (Half)x), slopes);
        found.AsSpan().Clear();
        loss.EvaluateElements(logits, data.Labels, data.Shape.WithClassesLast(), map, found);
        Assert.Equal(elements, found);
    }

    [Fact]
    public void PiecesAddUp()
    {
        var loss = new DiceCrossEntropy();
        var data = new Batch(new(2, 3, 16, 16), 4);
        BFloat16[] logits = [.. Last(data.SingleLogits, data.Shape).Select(x => (BFloat16)x)], whole = new BFloat16[logits.Length],
            parts = new BFloat16[logits.Length];
        LossShape shape = data.Shape.WithClassesLast(), half = new LossShape(1, 3, 16, 16).WithClassesLast();
        double value = loss.EvaluateWithGradient(logits, data.Labels, shape, whole);
        LossStatistics statistics = loss.CreateStatistics(half);
        int count = logits.Length / 2, pixels = data.Labels.Length / 2;
        for (int n = 0; n < 2; n++)
            loss.Accumulate(logits.AsSpan(n * count, count), data.Labels.AsSpan(n * pixels, pixels), half, statistics);
        Assert.Equal(value, loss.Finish(statistics), 1e-12);
        for (int n = 0; n < 2; n++)
            loss.Gradient(logits.AsSpan(n * count, count), data.Labels.AsSpan(n * pixels, pixels), half, statistics,
                parts.AsSpan(n * count, count));
        Assert.Equal(whole, parts);
    }

    [Fact]
    public void MetricsReadBoth()
    {
        foreach (Activation activation in (Activation[])[Activation.Softmax, Activation.Sigmoid])
        {
            var data = new Batch(new(2, 3, 37, 41), 4, 255);
            foreach (Func<ClassScores> create in (Func<ClassScores>[])[() => new SegmentationMetrics(3, activation, 255),
                () => new SoftMetrics(3, activation, 255)])
            {
                ClassScores planes = create(), last = create();
                planes.Accumulate(data.SingleLogits, data.Labels, data.Shape);
                last.Accumulate(Last(data.SingleLogits, data.Shape), data.Labels, data.Shape.WithClassesLast());
                for (int c = 0; c < 3; c++)
                    Assert.Equal((planes.Dice(c), planes.Precision(c)), (last.Dice(c), last.Precision(c)));
            }
        }
    }

    /// <summary>Numbers of 16 bits are counted as the floats that they are.</summary>
    [Fact]
    public void MetricsReadNumbersOf16Bits()
    {
        MetricsRead(x => (Half)x, x => (float)x);
        MetricsRead(x => (BFloat16)x, x => x);
    }

    private static void MetricsRead<T>(Converter<float, T> store, Converter<T, float> read)
        where T : unmanaged
    {
        var data = new Batch(new(2, 3, 37, 41), 4, 255);
        T[] stored = Array.ConvertAll(data.SingleLogits, store);
        float[] wide = Array.ConvertAll(stored, read);
        foreach (Activation activation in (Activation[])[Activation.Softmax, Activation.Sigmoid])
        {
            Same(() => new SegmentationMetrics(3, activation, 255), metrics => metrics.Values.ToArray().Select(count => (double)count));
            Same(() => new SoftMetrics(3, activation, 255), metrics => metrics.Values.ToArray());
        }

        void Same<TScores>(Func<TScores> create, Func<TScores, IEnumerable<double>> values)
            where TScores : ClassScores
        {
            TScores expected = create(), planes = create(), last = create(), dense = create(), denseOfFloat = create();
            expected.Accumulate(wide, data.Labels, data.Shape);
            planes.Accumulate(stored, data.Labels, data.Shape);
            last.Accumulate(Last(stored, data.Shape), data.Labels, data.Shape.WithClassesLast());
            denseOfFloat.Accumulate(wide, data.SingleDense, data.Shape);
            dense.Accumulate(stored, data.SingleDense, data.Shape);
            Assert.Equal(values(expected), values(planes));
            Assert.Equal(values(expected), values(last));
            Assert.Equal(values(denseOfFloat), values(dense));
            ArgumentException error = Assert.Throws<ArgumentException>(() => create().Accumulate(new uint[6], data.Labels, data.Shape));
            Assert.StartsWith("Logits of UInt32 are not supported", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void GradientMayNotOverlapAnything()
    {
        var loss = new Mapped();
        var data = new Batch(new(1, 3, 4, 4), 4);
        float[] map = new float[2 * 48];
        Span<Half> gradient = MemoryMarshal.Cast<float, Half>(map.AsSpan())[..48];
        ArgumentException? error = null;
        try
        {
            loss.EvaluateWithGradient(new Half[48], data.Labels, data.Shape, new LossInputs(map.AsSpan(0, 16), map.AsSpan(60, 16)),
                gradient);
        }
        catch (ArgumentException thrown)
        {
            error = thrown;
        }

        Assert.Contains("overlaps an input", error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheReferenceReadsPlanes() =>
        Assert.Contains("ClassesLast", Assert.Throws<ArgumentException>(() => Reference.ReferenceEvaluation.Evaluate(new DiceCrossEntropy(),
            new LossShape(1, 2, 3).WithClassesLast(), new double[6], new long[3])).Message, StringComparison.Ordinal);

    private static void Check<TTarget>(ILoss loss, Batch data, TTarget[] target, string what)
        where TTarget : unmanaged
    {
        LossShape shape = data.Shape, last = shape.WithClassesLast();
        float[] own = data.SingleLogits, gradient = new float[own.Length], found = new float[own.Length];
        double value = loss.EvaluateWithGradient(own, target, shape, gradient);
        Assert.True(value.Equals(loss.EvaluateWithGradient(Last(own, shape), target, last, found)), what);
        Assert.True(Last(gradient, shape).AsSpan().SequenceEqual(found), what);
        Assert.True(loss.Evaluate(own, target, shape).Equals(loss.Evaluate(Last(own, shape), target, last)), what);

        double[] doubles = new double[own.Length], foundDoubles = new double[own.Length];
        value = loss.EvaluateWithGradient(data.Logits, target, shape, doubles);
        Assert.True(value.Equals(loss.EvaluateWithGradient(Last(data.Logits, shape), target, last, foundDoubles)), what);
        Assert.True(Last(doubles, shape).AsSpan().SequenceEqual(foundDoubles), what);

        own = [.. own.Select(x => (float)(Half)x)];
        value = loss.EvaluateWithGradient(own, target, shape, gradient);
        Half[] expected = [.. gradient.Select(x => (Half)x)], logits = [.. own.Select(x => (Half)x)], halves = new Half[own.Length];
        Assert.True(value.Equals(loss.EvaluateWithGradient(logits, target, shape, halves)), what);
        Assert.True(expected.AsSpan().SequenceEqual(halves), what);
        Assert.True(value.Equals(loss.EvaluateWithGradient(Last(logits, shape), target, last, halves)), what);
        Assert.True(Last(expected, shape).AsSpan().SequenceEqual(halves), what);

        own = [.. own.Select(x => (float)(BFloat16)x)];
        value = loss.EvaluateWithGradient(own, target, shape, gradient);
        BFloat16[] rounded = [.. gradient.Select(x => (BFloat16)x)], short16 = [.. own.Select(x => (BFloat16)x)],
            brains = new BFloat16[own.Length];
        Assert.True(value.Equals(loss.EvaluateWithGradient(short16, target, shape, brains)), what);
        Assert.True(rounded.AsSpan().SequenceEqual(brains), what);
        Assert.True(value.Equals(loss.EvaluateWithGradient(Last(short16, shape), target, last, brains)), what);
        Assert.True(Last(rounded, shape).AsSpan().SequenceEqual(brains), what);
    }

    // (N, C, S) as (N, S, C).
    private static T[] Last<T>(T[] planes, LossShape shape)
    {
        long pixels = shape.LogitPixels;
        var last = new T[planes.Length];
        for (long i = 0; i < planes.Length; i++)
        {
            (long plane, long pixel) = Math.DivRem(i, pixels);
            (long n, long c) = Math.DivRem(plane, shape.Classes);
            last[(((n * pixels) + pixel) * shape.Classes) + c] = planes[i];
        }

        return last;
    }
}
