using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>
/// Every way in which a call may be written: that it compiles says that the types are inferred, that the numbers are equal that it is the
/// same call.
/// </summary>
public class CallForms
{
    private static readonly LossShape Shape = new(2, 3, 10);

    private readonly Batch data = new(Shape);
    private readonly DiceCrossEntropy loss = new();
    private readonly float[] logits;
    private readonly byte[] labels;
    private readonly float[] gradient = new float[60];

    public CallForms()
    {
        logits = data.SingleLogits;
        labels = [.. data.Labels.Select(label => (byte)label)];
    }

    [Fact]
    public void Values()
    {
        Span<float> span = logits, local = stackalloc float[60];
        span.CopyTo(local);
        ReadOnlySpan<float> readOnly = logits;
        Span<byte> labelSpan = labels, localLabels = stackalloc byte[20];
        labels.CopyTo(localLabels);
        ReadOnlySpan<byte> readOnlyLabels = labels;
        double expected = loss.Evaluate<float, byte>(logits, labels, Shape);
        Assert.Equal(expected, loss.Evaluate(logits, labels, Shape));
        Assert.Equal(expected, loss.Evaluate(span, labelSpan, Shape));
        Assert.Equal(expected, loss.Evaluate(readOnly, readOnlyLabels, Shape));
        Assert.Equal(expected, loss.Evaluate(local, localLabels, Shape));
        Assert.Equal(expected, loss.Evaluate(logits, readOnlyLabels, Shape));
        Assert.Equal(expected, loss.Evaluate(readOnly, labels, Shape));
        Assert.Equal(expected, loss.Evaluate(logits.AsSpan(0, 60), labels.AsSpan(), Shape));
        Assert.Equal(expected, loss.Evaluate(logits.AsMemory().Span, labels, Shape, loss.CreateComponents(3)));
        Assert.Equal(expected, ((ILoss)loss).Evaluate(logits, labels, Shape, components: null));
        Assert.Equal(expected, LossExtensions.Evaluate(loss, logits, labels, Shape));
        var small = new LossShape(2, 2, 1);
        double literal = loss.Evaluate([0f, 1, 2, 3], [(short)1, 0], small);
        Assert.Equal(literal, loss.Evaluate(stackalloc float[] { 0, 1, 2, 3 }, stackalloc short[] { 1, 0 }, small));
    }

    [Fact]
    public void Gradients()
    {
        Span<float> span = new float[60], local = stackalloc float[60];
        double expected = loss.EvaluateWithGradient<float, byte>(logits, labels, Shape, gradient);
        Assert.Equal(expected, loss.Evaluate(logits, labels, Shape), 1e-6);
        float[] first = [.. gradient];
        void Same(double value, ReadOnlySpan<float> found)
        {
            Assert.Equal(expected, value);
            Assert.Equal(first, found);
        }

        Same(loss.EvaluateWithGradient(logits, labels, Shape, gradient), gradient);
        Same(loss.EvaluateWithGradient(logits, labels, Shape, span), span);
        Same(loss.EvaluateWithGradient(logits.AsSpan(), labels.AsSpan(), Shape, local), local);
        Same(loss.EvaluateWithGradient((ReadOnlySpan<float>)logits, labels, Shape, gradient, loss.CreateComponents(3)), gradient);
        Assert.Equal(expected, loss.EvaluateWithGradient(logits, labels, Shape, gradient, upstream: 2));
        Assert.Equal(first[0] * 2, gradient[0]);
    }

    [Fact]
    public void Maps()
    {
        var mapped = new Pieced();
        float[] map = new Batch(new(2, 1, 10), 3).SingleDense;
        double[] wide = [.. map.Select(number => (double)number)];
        double expected = mapped.Evaluate(logits, labels, Shape, map);
        Assert.Equal(expected, mapped.Evaluate(logits, labels, Shape, map.AsSpan()));
        Assert.Equal(expected, mapped.Evaluate(logits, labels, Shape, (ReadOnlySpan<float>)map));
        Assert.Equal(expected, mapped.Evaluate(logits, labels, Shape, new(map)));
        Assert.Equal(expected, mapped.Evaluate(logits, labels, Shape, map, mapped.CreateComponents(3)));
        Assert.Equal(expected, mapped.EvaluateWithGradient(logits, labels, Shape, map, gradient), 1e-6);
        Assert.Equal(expected, mapped.Evaluate(data.Logits, labels, Shape, wide), 1e-6);
        Assert.Equal(expected, mapped.Evaluate(data.Logits, labels, Shape, wide.AsSpan()), 1e-6);
        var two = new Mapped();
        double ofTwo = two.Evaluate(logits, labels, Shape, new LossInputs(map, map));
        Assert.Equal(ofTwo, two.Evaluate(logits, labels, Shape, new(map.AsSpan(), map)));
    }

    [Fact]
    public void Elements()
    {
        var unreduced = new MappedUnreduced();
        float[] map = new Batch(new(2, 1, 10), 3).SingleDense, elements = new float[20], found = new float[20];
        Half[] halves = [.. logits.Select(x => (Half)x)], slopes = new Half[60];
        unreduced.EvaluateElements(halves, labels, Shape, map, elements);
        unreduced.EvaluateElementsWithGradient(halves.AsSpan(), labels.AsSpan(), Shape, map, found.AsSpan(), default, slopes);
        Assert.Equal(elements, found);
        unreduced.EvaluateElements<Half, byte, float>(halves, labels, Shape, map, found);
        Assert.Equal(elements, found);
        unreduced.EvaluateElements(logits, labels, Shape, map, found);
        Assert.Equal(elements[0], found[0], 1e-2);
    }

    [Fact]
    public void Pieces()
    {
        LossStatistics sums = loss.CreateStatistics(Shape);
        loss.Accumulate(logits, labels, Shape, sums);
        Assert.Equal(loss.Evaluate(logits, labels, Shape), loss.Finish(sums));
        loss.Gradient(logits.AsSpan(), labels, Shape, sums, gradient);
        float[] expected = new float[60];
        loss.EvaluateWithGradient(logits, labels, Shape, expected);
        Assert.Equal(expected, gradient);
    }

    [Fact]
    public void Levels()
    {
        LevelOutput<float>[] outputs = [new(logits, gradient, 10)];
        double expected = loss.EvaluateLevels(new(1), outputs, labels, 2, 3, [10]);
        Assert.Equal(loss.Evaluate(logits, labels, Shape), expected);
        Assert.Equal(expected, loss.EvaluateLevels(new(1), [new LevelOutput<float>(logits, 10)], labels, 2, 3, [10]));
        Assert.Equal(expected, loss.EvaluateLevels<float, byte>(new(1), outputs.AsSpan(), labels.AsSpan(), 2, 3, new[] { 10 }));
        Assert.Equal(expected, loss.EvaluateLevelsWithGradient(new(1), outputs, labels, 2, 3, [10]), 1e-6);
    }

    [Fact]
    public void LogitsOfOtherTypesAreRefused()
    {
        const string Text = " are not supported: use float, double, Half or BFloat16.";
        Refused("logits", $"Logits of Int32{Text}", () => loss.Evaluate(new int[60], labels, Shape));
        Refused("logits", $"Logits of Decimal{Text}", () => loss.EvaluateWithGradient(new decimal[60], labels, Shape, new decimal[60]));
        float[] elements = new float[60];
        Refused("logits", $"Logits of Int16{Text}", () => new MappedUnreduced().EvaluateElements(new short[60], labels, Shape, elements));
        LossStatistics sums = loss.CreateStatistics(Shape);
        Refused("logits", $"Logits of UInt16{Text}", () => loss.Accumulate(new ushort[60], labels, Shape, sums));
        Refused("logits", $"Logits of Char{Text}", () => loss.Gradient(new char[60], labels, Shape, sums, new char[60]));
        LevelOutput<byte>[] outputs = [new(new byte[60], 10)];
        Refused("logits", $"Logits of Byte{Text}", () => loss.EvaluateLevels(new(1), outputs, labels, 2, 3, [10]));
    }

    [Fact]
    public void MapsAndValuesHaveTheTypeThatIsComputedIn()
    {
        var mapped = new Pieced();
        Half[] halves = [.. logits.Select(x => (Half)x)];
        Refused(
            "mask", "mask is double; with logits of float a map must be float, the type that is computed in.",
            () => mapped.Evaluate(logits, labels, Shape, new double[20]));
        Refused(
            "mask", "mask is double; with logits of Half a map must be float, the type that is computed in.",
            () => mapped.EvaluateLevels(new(1), [new LevelOutput<Half>(halves, 10)], labels, 2, 3, [10], new double[20]));
        Refused(
            "mask", "mask is float; with logits of double a map must be double, the type that is computed in.",
            () => mapped.Accumulate(data.Logits, labels, Shape, new float[20], mapped.CreateStatistics(Shape)));
        Refused(
            "elements", "elements is Double; with logits of BFloat16 values must be float, the type that is computed in.",
            () => new MappedUnreduced().EvaluateElements(new BFloat16[60], labels, Shape, new double[60]));
        Refused(
            "elements", "elements is Half; with logits of Half values must be float, the type that is computed in.",
            () => new MappedUnreduced().EvaluateElementsWithGradient(halves, labels, Shape, new Half[60], default, new Half[60]));
    }

    private static void Refused(string name, string text, Action call)
    {
        var error = Assert.Throws<ArgumentException>(call);
        Assert.Equal(name, error.ParamName);
        Assert.StartsWith(text, error.Message, StringComparison.Ordinal);
    }
}
